"""Who stays out."""

from django.db import models
from django.db.models.functions import Now


class Suppression(models.Model):
    """An identifier of somebody who was erased, as a keyed hash: what carries it does not land."""

    digest = models.BinaryField(primary_key=True)
    names_person = models.BooleanField()  # what carries it is dropped whole; else only the identifier is taken out
    erasure_id = models.BigIntegerField(db_index=True)
    since = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "suppressions"

    def __str__(self) -> str:
        return f"suppressed by erasure {self.erasure_id}"


class RetentionRule(models.Model):
    """How long something is kept: the raw events of a source, or rejected records."""

    class What(models.TextChoices):
        EVENTS = "events", "raw events"
        REJECTED = "rejected", "rejected records"

    what = models.CharField(max_length=8, choices=What)
    source = models.ForeignKey("ingest.Source", on_delete=models.CASCADE, null=True, related_name="+")
    days = models.PositiveIntegerField()
    done_delivery = models.BigIntegerField(default=0)  # up to which the events of the source are gone
    set_by = models.CharField(max_length=200)
    set_at = models.DateTimeField(auto_now=True)
    deleted = models.BigIntegerField(default=0)  # in all
    applied_at = models.DateTimeField(null=True)
    waits = models.BooleanField(default=False)  # the oldest is not resolved yet, so nothing after it goes

    class Meta:
        db_table = "retention_rules"
        permissions = [("set_retention", "Can set how long raw events and rejected records are kept")]
        constraints = [
            models.CheckConstraint(condition=models.Q(days__gte=1), name="kept_a_day_at_least"),
            models.CheckConstraint(
                condition=models.Q(what="events", source__isnull=False)
                | models.Q(what="rejected", source__isnull=True),
                name="events_have_a_source",
            ),
            models.UniqueConstraint(fields=["what", "source"], nulls_distinct=False, name="one_retention_of_each"),
        ]

    def __str__(self) -> str:
        return f"{self.what} of source {self.source_id}: {self.days} days"


class HashedKind(models.Model):
    """A kind whose values are kept as keyed hashes only: the landing's copy of that flag of the rules."""

    kind = models.CharField(max_length=40, primary_key=True, db_collation="C")

    class Meta:
        db_table = "hashed_kinds"

    def __str__(self) -> str:
        return self.kind
