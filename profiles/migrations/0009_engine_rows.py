from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("profiles", "0008_deciding")]

    operations: list[object] = []
