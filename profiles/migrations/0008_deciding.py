import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.db import migrations, models

GRANT = """
DO $$
BEGIN
    GRANT SELECT ON second_eyes, pending_decisions TO idportal_analyst;
EXCEPTION WHEN undefined_object OR insufficient_privilege THEN
    RAISE NOTICE 'no rights were granted to the analyst role: %', SQLERRM;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0007_review"),
    ]

    operations = [
        migrations.CreateModel(
            name="PendingDecision",
            fields=[
                ("pending_decision_id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("merge", "merge"),
                            ("reject", "keep apart"),
                            ("unmerge", "unmerge"),
                            ("withdraw", "withdraw a decision"),
                            ("bulk", "decide in bulk"),
                        ],
                        max_length=8,
                    ),
                ),
                ("lines", models.JSONField()),
                ("author", models.CharField(max_length=200)),
                ("reason", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("profiles", models.IntegerField()),
                ("events", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waits for a second person"),
                            ("approved", "approved"),
                            ("refused", "refused"),
                        ],
                        db_default="waiting",
                        max_length=8,
                    ),
                ),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
                ("seen_by", models.CharField(blank=True, max_length=200)),
                ("seen_because", models.TextField(blank=True)),
                (
                    "decision_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
            ],
            options={
                "db_table": "pending_decisions",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["pending_decision_id"], name="pending_waiting"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "approved"), _negated=True),
                            models.Q(("seen_by", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="approved_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("seen_at", None), ("state", "waiting")),
                            models.Q(
                                models.Q(("state", "waiting"), _negated=True),
                                models.Q(("seen_at", None), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="seen_unless_waiting",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SecondEyes",
            fields=[
                ("second_eyes_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("author", models.CharField(max_length=200)),
                ("profiles", models.IntegerField(blank=True, null=True)),
                ("events", models.BigIntegerField(blank=True, null=True)),
            ],
            options={
                "db_table": "second_eyes",
                "permissions": [("set_second_eyes", "Can set when a decision waits for a second person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("profiles", None), ("profiles__gte", 1), _connector="OR"),
                            models.Q(("events", None), ("events__gte", 1), _connector="OR"),
                        ),
                        name="second_eyes_counts",
                    )
                ],
            },
        ),
        migrations.RunSQL(GRANT, migrations.RunSQL.noop),
    ]
