import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ingest", "0005_kept_replays")]

    operations = [
        migrations.AddField("delivery", "erased", models.IntegerField(db_default=0)),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("names_person", models.BooleanField()),
                ("erasure_id", models.BigIntegerField(db_index=True)),
                ("since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={"db_table": "suppressions"},
        ),
    ]
