from django.db import migrations

GRANT = """
DO $$
BEGIN
    GRANT SELECT ON circuit_breaker, parked_deliveries TO idportal_analyst;
EXCEPTION WHEN undefined_object OR insufficient_privilege THEN
    RAISE NOTICE 'no rights were granted to the analyst role: %', SQLERRM;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("profiles", "0004_parked_deliveries")]

    operations = [migrations.RunSQL(GRANT, migrations.RunSQL.noop)]
