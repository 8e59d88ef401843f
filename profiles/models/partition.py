"""The answer: which identifiers are one profile, and how that came to be. Written by the engine alone."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from profiles.models.rules import Kind


class Standing(models.IntegerChoices):
    """Whether an identifier joins people (step 2 of the function)."""

    IN = 0, "in play"
    SHARED_PUBLIC = 1, "shared, counting public links"  # loses the links that aren't vouched
    SHARED = 2, "shared"  # by its vouched links alone: out of play
    BLOCKED = 3, "blocked"  # out of play


class Identifier(models.Model):
    """A normalised value of a kind, and the sets it is in, each named by its smallest identifier id.

    `core_id`: what assertions and vouched links join, limits ignored. `neighbourhood_id`: what all links that
    step 2 doesn't hold and all assertions join, limits ignored. `profile_id`: the answer.
    """

    identifier_id = models.BigAutoField(primary_key=True)
    # No constraint: it would be checked for each of millions of rows, and kinds are never removed.
    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    value = models.TextField(db_collation="C")
    core_id = models.BigIntegerField()
    neighbourhood_id = models.BigIntegerField()
    profile_id = models.BigIntegerField()
    vouched = models.BooleanField(db_default=False)
    standing = models.SmallIntegerField(choices=Standing, db_default=Standing.IN)

    class Meta:
        db_table = "identifiers"
        permissions = [
            ("view_profiles", "Can see profiles"),
            ("view_masked", "Can see profiles with personal data masked"),
            ("decide", "Can merge and unmerge profiles"),
            ("manage_api_clients", "Can create API clients"),
            ("export_profiles", "Can export all profiles"),
        ]
        constraints = [
            # One row per identifier: two would split a person in two. Value first: it is what differs.
            models.UniqueConstraint(fields=["value", "kind"], name="identifier_once"),
        ]
        indexes = [
            # Nearly every neighbourhood is one profile, whose index finds its members.
            models.Index(
                fields=["neighbourhood_id"],
                condition=~models.Q(neighbourhood_id=models.F("profile_id")),
                name="identifiers_other_profiles",
            ),
            models.Index(
                fields=["profile_id"],
                condition=~models.Q(profile_id=models.F("identifier_id")),
                name="identifiers_profile",
            ),
            models.Index(fields=["standing"], condition=models.Q(standing__gt=0), name="identifiers_not_in_play"),
        ]

    def __str__(self) -> str:
        return f"identifier {self.identifier_id}"


class ConflictedNeighbourhood(models.Model):
    """A neighbourhood in which not every link joins: the few that are evaluated link by link, in order."""

    neighbourhood_id = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "conflicted_neighbourhoods"

    def __str__(self) -> str:
        return f"neighbourhood {self.neighbourhood_id}"


class ProfileChange(models.Model):
    """One line of the partition's history: identifiers that went from one profile to another. Append-only.

    merge: the whole of `from_profile_id` went; split: `to_profile_id` came to be by it; move: neither;
    erased: nothing that was in it is there any more, but for what later lines put there.
    """

    class Change(models.TextChoices):
        MERGE = "merge", "merged"
        SPLIT = "split", "split"
        MOVE = "move", "moved"
        ERASED = "erased", "erased"

    class Cause(models.TextChoices):
        EVENT = "event", "event"
        DECISION = "decision", "decision"
        RULE = "rule", "rule change"
        ERASURE = "erasure", "erasure"

    change_id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    change = models.CharField(max_length=6, choices=Change)
    from_profile_id = models.BigIntegerField()
    to_profile_id = models.BigIntegerField()
    identifier_ids = ArrayField(models.BigIntegerField())
    cause = models.CharField(max_length=8, choices=Cause)
    cause_id = models.BigIntegerField(null=True)  # event_id, decision_id, rule_change_id or erasure_id

    class Meta:
        db_table = "profile_changes"
        indexes = [
            models.Index(fields=["from_profile_id"], name="profile_changes_from"),
            models.Index(fields=["to_profile_id"], name="profile_changes_to"),
            models.Index(fields=["at"], name="profile_changes_at"),
        ]

    def __str__(self) -> str:
        return f"{self.change} {self.from_profile_id} -> {self.to_profile_id}"


class Resolution(models.Model):
    """One run of the engine over some deliveries, with what it changed."""

    resolution_id = models.BigAutoField(primary_key=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    cause = models.CharField(max_length=8, choices=ProfileChange.Cause)
    deliveries = models.IntegerField()
    events = models.BigIntegerField()
    new_identifiers = models.BigIntegerField()
    new_profiles = models.BigIntegerField()
    new_links = models.BigIntegerField()
    merges = models.BigIntegerField()
    splits = models.BigIntegerField()
    moves = models.BigIntegerField()
    held_links = models.BigIntegerField()

    class Meta:
        db_table = "resolutions"
        indexes = [models.Index(fields=["finished_at"], name="resolutions_finished_at")]

    def __str__(self) -> str:
        return f"resolution {self.resolution_id}"
