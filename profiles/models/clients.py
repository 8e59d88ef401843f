"""Programs that ask from outside, and what makes the ids they see opaque."""

from django.db import models
from django.db.models.functions import Now


class ApiClient(models.Model):
    """A program that asks. Its token is shown once and kept as a SHA-256."""

    class Scope(models.TextChoices):
        READ = "read", "read"
        WRITE = "write", "read and write"
        ADMIN = "admin", "everything"

    name = models.CharField(max_length=100, unique=True)
    scope = models.CharField(max_length=5, choices=Scope)
    token_prefix = models.CharField(max_length=12)
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "api_clients"

    def __str__(self) -> str:
        return self.name


class ProfileIdKey(models.Model):
    """The key that makes profile ids opaque outside. Kept with the data, so that a restored copy keeps its ids."""

    key = models.BinaryField()

    class Meta:
        db_table = "profile_id_key"

    def __str__(self) -> str:
        return "profile id key"
