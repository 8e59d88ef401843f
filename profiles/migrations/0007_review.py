import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

# What the refresh of the queue looks up, and nothing else did: the deliveries resolved lately, and their held links.
INDEXES = """
CREATE INDEX deliveries_resolved_at ON deliveries (resolved_at);
CREATE INDEX links_held_event ON links (event_id) WHERE held IS NOT NULL;
"""
DROP_INDEXES = "DROP INDEX deliveries_resolved_at, links_held_event"
GRANT = """
DO $$
BEGIN
    GRANT SELECT ON review_questions, review_skips, review_grounds, review_progress TO idportal_analyst;
EXCEPTION WHEN undefined_object OR insufficient_privilege THEN
    RAISE NOTICE 'no rights were granted to the analyst role: %', SQLERRM;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("profiles", "0006_matching")]

    operations = [
        migrations.CreateModel(
            name="ReviewGrounds",
            fields=[
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="grounds",
                        serialize=False,
                        to="profiles.decision",
                    ),
                ),
                ("links", models.IntegerField(db_default=0)),
                ("vouched", models.IntegerField(db_default=0)),
                (
                    "over",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], size=None),
                ),
                ("seen_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "review_grounds",
            },
        ),
        migrations.CreateModel(
            name="ReviewProgress",
            fields=[
                ("review_progress_id", models.SmallIntegerField(db_default=1, primary_key=True, serialize=False)),
                ("change_id", models.BigIntegerField()),
                ("sampled_id", models.BigIntegerField()),
                ("resolved_at", models.DateTimeField()),
                ("decision_id", models.BigIntegerField()),
                ("withdrawn_at", models.DateTimeField()),
                ("candidate_id", models.BigIntegerField()),
                ("refreshed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "review_progress",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("review_progress_id", 1)), name="one_review_progress")
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewQuestion",
            fields=[
                ("question_id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("held", "held link"),
                            ("probable", "probable match"),
                            ("value", "shared value"),
                            ("parked", "parked delivery"),
                            ("sample", "sample of merges"),
                            ("reopened", "reopened decision"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("decided", "decided"), ("closed", "closed by itself")],
                        db_default="open",
                        max_length=7,
                    ),
                ),
                ("priority", models.FloatField()),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("a_profile_id", models.BigIntegerField(null=True)),
                ("b_profile_id", models.BigIntegerField(null=True)),
                ("identifier_id", models.BigIntegerField(null=True)),
                ("delivery_id", models.BigIntegerField(null=True)),
                ("change_id", models.BigIntegerField(null=True)),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], size=None),
                ),
                ("links", models.IntegerField(db_default=0)),
                ("vouched", models.IntegerField(db_default=0)),
                ("event_id", models.BigIntegerField(null=True)),
                ("source_id", models.IntegerField(null=True)),
                ("candidate_id", models.BigIntegerField(null=True)),
                ("probability", models.FloatField(null=True)),
                ("note", models.TextField(db_default="")),
                ("claimed_by", models.CharField(db_default="", max_length=200)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("answer", models.CharField(choices=[("yes", "yes"), ("no", "no")], db_default="", max_length=3)),
                ("answered_by", models.CharField(db_default="", max_length=200)),
                ("answered_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(db_default="")),
                ("batch", models.UUIDField(null=True)),
                ("carried_out_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_because", models.TextField(db_default="")),
                (
                    "answer_decision",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="answers",
                        to="profiles.decision",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reopened",
                        to="profiles.decision",
                    ),
                ),
            ],
            options={
                "db_table": "review_questions",
            },
        ),
        migrations.CreateModel(
            name="ReviewSkip",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.CharField(max_length=200)),
                ("until", models.DateTimeField()),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="skips", to="profiles.reviewquestion"
                    ),
                ),
            ],
            options={
                "db_table": "review_skips",
            },
        ),
        migrations.AddIndex(
            model_name="reviewquestion",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["-priority", "question_id"], name="review_open"
            ),
        ),
        migrations.AddIndex(
            model_name="reviewquestion",
            index=models.Index(
                condition=models.Q(("state", "open")),
                fields=["kind", "-priority", "question_id"],
                name="review_open_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="reviewquestion",
            index=models.Index(
                condition=models.Q(("state", "open"), ("probability__isnull", False)),
                fields=["-probability", "question_id"],
                name="review_open_score",
            ),
        ),
        migrations.AddIndex(
            model_name="reviewquestion",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["question_id", "kind"], name="review_open_age"
            ),
        ),
        migrations.AddIndex(
            model_name="reviewquestion",
            index=models.Index(fields=["a_profile_id"], name="review_a"),
        ),
        migrations.AddIndex(
            model_name="reviewquestion",
            index=models.Index(fields=["b_profile_id"], name="review_b"),
        ),
        migrations.AddIndex(
            model_name="reviewquestion",
            index=models.Index(
                condition=models.Q(("identifier_id__isnull", False)), fields=["identifier_id"], name="review_identifier"
            ),
        ),
        migrations.AddIndex(
            model_name="reviewquestion",
            index=models.Index(
                condition=models.Q(("claimed_by", ""), _negated=True),
                fields=["claimed_by", "question_id"],
                name="review_claimed",
            ),
        ),
        migrations.AddIndex(
            model_name="reviewquestion",
            index=models.Index(
                condition=models.Q(("state", "decided")), fields=["-answered_at"], name="review_decided"
            ),
        ),
        migrations.AddIndex(
            model_name="reviewquestion",
            index=models.Index(
                condition=models.Q(("carried_out_at", None), ("state", "decided")),
                fields=["question_id"],
                name="review_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewquestion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open"), ("kind__in", ["held", "probable"])),
                fields=("a_profile_id", "b_profile_id"),
                name="one_question_a_pair",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewquestion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open"), ("kind", "value")),
                fields=("identifier_id",),
                name="one_question_a_value",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewquestion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open"), ("kind", "parked")),
                fields=("delivery_id",),
                name="one_question_a_delivery",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewquestion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "sample")), fields=("change_id",), name="one_question_a_merge"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewquestion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open"), ("kind", "reopened")),
                fields=("decision",),
                name="one_question_a_decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "decided"), _negated=True),
                    models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                    _connector="OR",
                ),
                name="decided_has_answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewskip",
            constraint=models.UniqueConstraint(fields=("person", "question"), name="one_skip_a_person"),
        ),
        migrations.RunSQL(INDEXES, DROP_INDEXES),
        migrations.RunSQL(GRANT, migrations.RunSQL.noop),
    ]
