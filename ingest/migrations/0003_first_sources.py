import secrets

from django.db import migrations


def create(apps, schema_editor):
    source = apps.get_model("ingest", "Source")
    source.objects.create(name="default", write_key=f"wk_{secrets.token_urlsafe(18)}", is_default=True)
    source.objects.create(name="import", write_key=f"wk_{secrets.token_urlsafe(18)}", trusted=True)


class Migration(migrations.Migration):
    dependencies = [("ingest", "0002_raw_events")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
