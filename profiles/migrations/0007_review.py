from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("profiles", "0006_matching")]

    operations: list[object] = []
