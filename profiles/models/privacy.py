"""Requests to erase people, and what is left of those who were: opaque ids and times."""

from django.db import models
from django.db.models.functions import Now


class Erasure(models.Model):
    """A request to erase the person behind a profile: counted first, confirmed by a second step, then carried out.

    It holds no personal data at any time: the profile is named by its number alone.
    """

    class State(models.TextChoices):
        COUNTING = "counting", "is being counted"
        COUNTED = "counted", "waits for confirmation"
        RUNNING = "running", "running"
        DONE = "done", "done"
        CANCELLED = "cancelled", "cancelled"

    class Step(models.TextChoices):
        SUPPRESS = "suppress", "keeping the person from coming back"
        SETTLE = "settle", "waiting for what is on its way"
        REJECTED = "rejected", "searching rejected records"
        PROFILE = "profile", "removing the profile"
        EVENTS = "events", "deleting events"
        ARCHIVE = "archive", "listing what the archive keeps"

    OPEN = (State.COUNTING, State.RUNNING)

    erasure_id = models.BigAutoField(primary_key=True)
    profile_id = models.BigIntegerField()
    others_too = models.BooleanField(default=False)  # also events of others that name the person
    state = models.CharField(max_length=9, choices=State, default=State.COUNTING)
    step = models.CharField(max_length=8, choices=Step, default=Step.SUPPRESS)
    position = models.BigIntegerField(default=0)  # of the step: where it goes on
    author = models.CharField(max_length=200)
    asked_at = models.DateTimeField(db_default=Now())
    counts = models.JSONField(default=dict)  # of the dry run
    counted_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=200, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    suppressed_at = models.DateTimeField(null=True)
    hours = models.JSONField(default=list)  # (UTC) in which events of the person landed: where the archive has them
    done = models.JSONField(default=dict)  # counts of what was carried out
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "erasures"
        permissions = [
            ("view_erasures", "Can see privacy requests and their certificates"),
            ("request_erasure", "Can ask for a person to be erased, and export what is held on one"),
            ("confirm_erasure", "Can confirm that a person is erased"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["profile_id"],
                condition=models.Q(state__in=["counting", "counted", "running"]),
                name="one_erasure_a_profile",
            ),
            # Nobody is erased without a second step.
            models.CheckConstraint(
                condition=~models.Q(state__in=["running", "done"]) | ~models.Q(confirmed_at=None),
                name="erased_once_confirmed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["erasure_id"],
                condition=models.Q(state__in=["counting", "running"]),
                name="erasures_open",
            ),
        ]

    def __str__(self) -> str:
        return f"erasure {self.erasure_id}"

    @property
    def open(self) -> bool:
        return self.state in self.OPEN


class ErasedId(models.Model):
    """The number of an identifier that is gone: what a profile of that number is answered with. Never used again."""

    identifier_id = models.BigIntegerField(primary_key=True)
    erasure_id = models.BigIntegerField(db_index=True)

    class Meta:
        db_table = "erased_ids"

    def __str__(self) -> str:
        return f"erased {self.identifier_id}"


class ErasureCombination(models.Model):
    """A combination whose events are still to be deleted; the derived rows are gone."""

    pk = models.CompositePrimaryKey("erasure_id", "combination_id")
    erasure_id = models.BigIntegerField()
    combination_id = models.UUIDField()

    class Meta:
        db_table = "erasure_combinations"

    def __str__(self) -> str:
        return f"combination of erasure {self.erasure_id}"
