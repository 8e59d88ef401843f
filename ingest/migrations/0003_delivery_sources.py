import django.db.models.deletion
from django.db import migrations, models

GRANTS = """
DO $$
BEGIN
    GRANT INSERT ON delivery_sources TO idportal_landing;
    GRANT SELECT ON delivery_sources TO idportal_analyst;
EXCEPTION WHEN undefined_object OR insufficient_privilege THEN
    RAISE NOTICE 'no rights were granted to the landing and analyst roles: %', SQLERRM;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ingest", "0002_raw_events")]

    operations = [
        migrations.CreateModel(
            name="DeliverySource",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "delivery_id", "source_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("landed", models.IntegerField()),
                ("duplicate", models.IntegerField()),
                ("rejected", models.IntegerField()),
                ("last_event_id", models.BigIntegerField(null=True)),
                (
                    "delivery",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sources",
                        to="ingest.delivery",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ingest.source",
                    ),
                ),
            ],
            options={
                "db_table": "delivery_sources",
                "indexes": [models.Index(fields=["source", "-delivery"], name="delivery_sources_newest")],
            },
        ),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
    ]
