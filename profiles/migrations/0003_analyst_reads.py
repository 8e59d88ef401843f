from django.db import migrations

# The analyst reads everything of the partition; not API tokens, and not the key that makes profile ids opaque.
GRANT = """
DO $$
BEGIN
    GRANT SELECT ON kinds, blocked_values, identifiers, links, combinations, trait_values, trait_rules, decisions,
        decision_identifiers, profile_changes, rule_changes, resolutions, undefined_kinds, conflicted_neighbourhoods
        TO idportal_analyst;
EXCEPTION WHEN undefined_object OR insufficient_privilege THEN
    RAISE NOTICE 'no rights were granted to the analyst role: %', SQLERRM;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("profiles", "0002_trait_search"), ("ingest", "0002_raw_events")]

    operations = [migrations.RunSQL(GRANT, migrations.RunSQL.noop)]
