from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("profiles", "0009_engine_rows")]

    operations: list[object] = []
