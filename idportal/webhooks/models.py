"""Who is told, what there is to tell, and what was answered."""

import uuid
from typing import ClassVar
from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone


class EventType(models.TextChoices):
    CREATED = "profile.created", "a profile came to be"
    UPDATED = "profile.updated", "identifiers or traits of a profile changed"
    MERGED = "profile.merged", "a profile went into another"
    SPLIT = "profile.split", "a profile came out of another"
    ERASED = "profile.erased", "a person was erased"


TEST = "webhook.test"


class Webhook(models.Model):
    """An address that is told. `position` is the last event it has been told or that wasn't for it: the only thing
    that moves, so whoever sends next goes on exactly there."""

    class Disabled(models.TextChoices):
        PERSON = "person", "switched off"
        FAILING = "failing", "failed for a day"
        GONE = "gone", "answered 410: gone"

    name = models.CharField(max_length=100, unique=True)
    url = models.CharField(max_length=2000)
    types = ArrayField(models.CharField(max_length=20, choices=EventType))
    secret_encrypted = models.BinaryField()
    old_secret_encrypted = models.BinaryField(null=True)
    old_secret_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    position = models.BigIntegerField()
    failures = models.IntegerField(db_default=0, default=0)  # of the event that is next, in a row
    failing_since = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(db_default=Now())
    disabled_at = models.DateTimeField(null=True)
    disabled_why = models.CharField(max_length=8, blank=True, choices=Disabled)

    class Meta:
        db_table = "webhooks"
        permissions: ClassVar = [
            ("view_webhooks", "Can see webhooks and what was delivered"),
            ("manage_webhooks", "Can create and change webhooks"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def is_due(self) -> bool:
        return self.next_attempt_at <= timezone.now()

    @property
    def state(self) -> str:
        if self.disabled_at:
            return "disabled"
        return "failing" if self.failing_since else "active"


class WebhookEvent(models.Model):
    """Something to tell, with the bytes that are sent, the same at every attempt and to everyone."""

    # In the order of commits: written under the lock of the feed's row, tests apart.
    sequence = models.BigAutoField(primary_key=True)
    event_id = models.UUIDField(default=uuid.uuid4, unique=True)
    type = models.CharField(max_length=20)
    occurred_at = models.DateTimeField()
    body = models.TextField()
    # A test: for one alone, out of the order.
    only_for = models.ForeignKey(Webhook, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        db_table = "webhook_events"
        indexes = [models.Index(fields=["occurred_at"], name="webhook_events_occurred_at")]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class WebhookAttempt(models.Model):
    """One try to tell somebody something, and what came of it. Status 0: there was no answer, see `error`."""

    class Why(models.TextChoices):
        TURN = "turn", "in its turn"
        REPLAY = "replay", "replayed"
        TEST = "test", "test"

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="attempts", db_index=False)
    event = models.ForeignKey(WebhookEvent, on_delete=models.CASCADE, related_name="attempts")
    why = models.CharField(max_length=6, choices=Why)
    number = models.IntegerField()  # in a row: the first is 1
    at = models.DateTimeField()
    milliseconds = models.IntegerField()
    status = models.SmallIntegerField()
    error = models.CharField(max_length=200, blank=True)
    answer = models.BinaryField()  # its first bytes

    class Meta:
        db_table = "webhook_attempts"
        indexes = [models.Index(fields=["webhook", "-id"], name="webhook_attempts_newest")]

    def __str__(self) -> str:
        return f"attempt {self.pk}"

    @property
    def delivered(self) -> bool:
        return 200 <= self.status < 300

    @property
    def answer_text(self) -> str:
        return bytes(self.answer).decode(errors="replace")


class Feed(models.Model):
    """One row: how far the changes of profiles have been written down as events."""

    change = models.BigIntegerField()
    identifier = models.BigIntegerField()
    resolved_at = models.DateTimeField()
    delivery = models.BigIntegerField()

    class Meta:
        db_table = "webhook_feed"

    def __str__(self) -> str:
        return "webhook feed"


class ToldRecord(models.Model):
    """The golden record of a profile as it was when an event last told traits of it, as a number: what is told again
    and changes nothing is not news."""

    profile_id = models.BigIntegerField(primary_key=True)
    fingerprint = models.BigIntegerField()

    class Meta:
        db_table = "webhook_told_records"

    def __str__(self) -> str:
        return f"record of profile {self.profile_id}"
