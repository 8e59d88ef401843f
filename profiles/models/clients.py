"""Programs that ask from outside, what they asked, and what makes the ids they see opaque."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone


class ApiClient(models.Model):
    """A program that asks. Its token is shown once and kept as a SHA-256; the one before may go on for a while."""

    class Scope(models.TextChoices):
        READ = "read", "look up and read profiles, and follow changes"
        EVENTS = "events", "send events and identify people"
        DECIDE = "decide", "merge, unmerge, assert, separate, withdraw, and answer questions of review"
        ERASE = "erase", "ask for people to be erased, and export all that is held on one"
        ADMIN = "admin", "everything"

    name = models.CharField(max_length=100, unique=True)
    scopes = ArrayField(models.CharField(max_length=6, choices=Scope))
    token_prefix = models.CharField(max_length=12)
    token_sha256 = models.CharField(max_length=64, unique=True)
    old_token_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    old_token_until = models.DateTimeField(null=True, blank=True)
    rate_limit = models.IntegerField(
        db_default=6000, default=6000, validators=[MinValueValidator(1), MaxValueValidator(10_000_000)]
    )  # requests a minute
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)  # to the minute

    class Meta:
        db_table = "api_clients"

    def __str__(self) -> str:
        return self.name

    def may(self, scope: str) -> bool:
        return scope in self.scopes or self.Scope.ADMIN in self.scopes

    @property
    def state(self) -> str:
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= timezone.now() else "active"


class ApiUsage(models.Model):
    """How much a client asked on a day (UTC), and how often it was told to wait."""

    pk = models.CompositePrimaryKey("client_id", "day")
    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, related_name="usage")
    day = models.DateField()
    requests = models.BigIntegerField()
    limited = models.BigIntegerField()

    class Meta:
        db_table = "api_usage"

    def __str__(self) -> str:
        return f"{self.client_id} on {self.day}"


class ApiCall(models.Model):
    """How often an endpoint answered a client with a status on a day (UTC)."""

    pk = models.CompositePrimaryKey("client_id", "day", "endpoint", "status")
    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, related_name="calls", db_index=False)
    day = models.DateField()
    endpoint = models.CharField(max_length=200)  # as described, without what was asked
    status = models.SmallIntegerField()
    requests = models.BigIntegerField()

    class Meta:
        db_table = "api_calls"

    def __str__(self) -> str:
        return f"{self.endpoint} by {self.client_id} on {self.day}"


class IdempotencyKey(models.Model):
    """A write that was answered once, so that the same one sent again gets the same answer and does nothing."""

    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    request_sha256 = models.CharField(max_length=64)
    status = models.SmallIntegerField(null=True)  # null: still being answered
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "idempotency_keys"
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="answered_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_keys_created_at")]

    def __str__(self) -> str:
        return f"key of client {self.client_id}"


class ProfileIdKey(models.Model):
    """The key that makes profile ids opaque outside. Kept with the data, so that a restored copy keeps its ids."""

    key = models.BinaryField()

    class Meta:
        db_table = "profile_id_key"

    def __str__(self) -> str:
        return "profile id key"
