from django.db import migrations

# A row that is updated where its page has room, and no indexed column of it changes, writes no index entry. Rows that are
# there stay where they are; the room comes with new pages.
TABLES = ("identifiers", "combinations", "trait_values")
ROOM = ";".join(f"ALTER TABLE {table} SET (fillfactor = 85)" for table in TABLES)
NO_ROOM = ";".join(f"ALTER TABLE {table} RESET (fillfactor)" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("profiles", "0017_personal_traits")]

    operations = [migrations.RunSQL(ROOM, NO_ROOM)]
