from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("profiles", "0007_review")]

    operations: list[object] = []
