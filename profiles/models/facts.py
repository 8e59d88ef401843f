"""What events leave behind, whatever the rules. Written by the engine alone."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Link(models.Model):
    """Two identifiers seen together in at least one event; `event_id` is the event that showed it first."""

    pk = models.CompositePrimaryKey("a_id", "b_id")
    a_id = models.BigIntegerField()
    b_id = models.BigIntegerField()
    first_seen = models.DateTimeField()
    event_id = models.BigIntegerField()
    vouched = models.BooleanField()
    held = models.TextField(null=True)  # noqa: DJ001 - null is "not held", in the partial index too

    class Meta:
        db_table = "links"
        constraints = [models.CheckConstraint(condition=models.Q(a_id__lt=models.F("b_id")), name="a_before_b")]
        indexes = [
            models.Index(fields=["b_id"], name="links_b"),
            models.Index(fields=["held"], condition=models.Q(held__isnull=False), name="links_held"),
        ]

    def __str__(self) -> str:
        return f"link {self.a_id}-{self.b_id}"


class Combination(models.Model):
    """The identifiers of one event, as a set: the fact that events leave behind.

    Events carry their combination's id (128 bits of a hash of the identifiers), so that what holds for all
    events of a combination, above all which identifier they belong to, is written once.
    """

    combination_id = models.UUIDField(primary_key=True)
    identifier_ids = ArrayField(models.BigIntegerField())
    owner_id = models.BigIntegerField(null=True)  # null: all its identifiers are of kinds nobody has defined
    first_seen = models.DateTimeField()
    first_vouched = models.DateTimeField(null=True)

    class Meta:
        db_table = "combinations"
        indexes = [models.Index(fields=["owner_id"], name="combinations_owner")]

    def __str__(self) -> str:
        return f"combination {self.combination_id}"


class TraitValue(models.Model):
    """A trait's value as one source gave it in the events of one combination; sets of these commute."""

    pk = models.CompositePrimaryKey("combination_id", "name", "source_id", "value_hash")
    combination_id = models.UUIDField()
    name = models.TextField(db_collation="C")
    source_id = models.IntegerField()
    value_hash = models.UUIDField()
    value = models.JSONField()
    first_time = models.DateTimeField()
    first_message = models.UUIDField()
    last_time = models.DateTimeField()
    last_message = models.UUIDField()
    events = models.BigIntegerField()

    class Meta:
        db_table = "trait_values"

    def __str__(self) -> str:
        return f"trait {self.name}"


class UndefinedKind(models.Model):
    """A combination that holds identifiers of a kind nobody has defined; defining it takes the combination up."""

    pk = models.CompositePrimaryKey("kind", "combination_id")
    kind = models.CharField(max_length=40, db_collation="C")
    combination_id = models.UUIDField()
    identifiers = ArrayField(models.TextField())

    class Meta:
        db_table = "undefined_kinds"

    def __str__(self) -> str:
        return f"undefined kind {self.kind}"
