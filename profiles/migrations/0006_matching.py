from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("profiles", "0005_analyst_reads_parked")]

    operations: list[object] = []
