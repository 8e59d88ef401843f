from django.db import migrations

# Anybody is found by the beginning of a trait (a name, a city, a plan), whatever the case. An index entry is bounded,
# because a trait may be as long as an event.
INDEX = """
CREATE INDEX trait_values_search ON trait_values (lower(left(value #>> '{}', 100)) text_pattern_ops)
WHERE jsonb_typeof(value) IN ('string', 'number')
"""


class Migration(migrations.Migration):
    dependencies = [("profiles", "0001_engine")]

    operations = [migrations.RunSQL(INDEX, "DROP INDEX trait_values_search")]
