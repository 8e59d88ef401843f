import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

SCOPES = [
    ("read", "look up and read profiles, and follow changes"),
    ("events", "send events and identify people"),
    ("decide", "merge, unmerge, assert, separate and withdraw"),
    ("admin", "everything"),
]
FILL = """
UPDATE api_clients SET scopes = CASE scope
    WHEN 'admin' THEN '{admin}' WHEN 'write' THEN '{read,events,decide}' ELSE '{read}' END::varchar[]
"""
BACK = "UPDATE api_clients SET scope = CASE WHEN 'admin' = ANY (scopes) THEN 'admin' WHEN scopes = '{read}' THEN 'read' ELSE 'write' END"


class Migration(migrations.Migration):
    dependencies = [("profiles", "0008_deciding")]

    operations = [
        migrations.AddField(
            model_name="apiclient",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=SCOPES, max_length=6), default=list, size=None
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="apiclient",
            name="old_token_sha256",
            field=models.CharField(blank=True, db_index=True, default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="apiclient", name="old_token_until", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            model_name="apiclient",
            name="rate_limit",
            field=models.IntegerField(
                db_default=6000,
                default=6000,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(10_000_000),
                ],
            ),
        ),
        migrations.AddField(
            model_name="apiclient", name="expires_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.RunSQL(FILL, BACK),
        migrations.RemoveField(model_name="apiclient", name="scope"),
        migrations.CreateModel(
            name="ApiUsage",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "client_id", "day", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField()),
                ("requests", models.BigIntegerField()),
                ("limited", models.BigIntegerField()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="usage", to="profiles.apiclient"
                    ),
                ),
            ],
            options={"db_table": "api_usage"},
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200)),
                ("request_sha256", models.CharField(max_length=64)),
                ("status", models.SmallIntegerField(null=True)),
                ("answer", models.JSONField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="profiles.apiclient"
                    ),
                ),
            ],
            options={
                "db_table": "idempotency_keys",
                "indexes": [models.Index(fields=["created_at"], name="idempotency_keys_created_at")],
                "constraints": [models.UniqueConstraint(fields=("client", "key"), name="answered_once")],
            },
        ),
    ]
