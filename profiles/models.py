"""Rules, facts, the partition and its history. The engine in `sql/` writes all but rules, decisions and clients."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Now

KIND_NAME = RegexValidator(r"^[a-z][a-z0-9_]{0,39}$", "a kind is named by a-z, 0-9 and _, starting with a letter")


class Kind(models.Model):
    """A namespace of identifiers, with its rules."""

    kind_id = models.SmallAutoField(primary_key=True)
    name = models.CharField(max_length=40, unique=True, validators=[KIND_NAME], db_collation="C")
    rank = models.SmallIntegerField(validators=[MinValueValidator(1)])
    known = models.BooleanField()
    limit = models.IntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    shared_after = models.IntegerField(null=True, blank=True, validators=[MinValueValidator(1)])

    class Meta:
        db_table = "kinds"
        permissions = [("change_rules", "Can change the rules")]

    def __str__(self) -> str:
        return self.name


class BlockedValue(models.Model):
    """A value (or a pattern of values) of a kind that names nobody."""

    kind = models.ForeignKey(Kind, on_delete=models.CASCADE, related_name="blocked_values")
    value = models.TextField(blank=True, db_collation="C")
    pattern = models.TextField(blank=True, help_text="Regular expression for the whole value, any case.")

    class Meta:
        db_table = "blocked_values"
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(value="") & ~models.Q(pattern="")) | (~models.Q(value="") & models.Q(pattern="")),
                name="value_or_pattern",
            ),
            models.UniqueConstraint(fields=["kind", "value", "pattern"], name="blocked_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind_id} {self.value or self.pattern}"


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
        ]
        constraints = [
            # One row per identifier: two would split a person in two. Value first: it is what differs.
            models.UniqueConstraint(fields=["value", "kind"], name="identifier_once"),
        ]
        indexes = [
            models.Index(
                fields=["neighbourhood_id"],
                condition=~models.Q(neighbourhood_id=models.F("identifier_id")),
                name="identifiers_neighbourhood",
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


class TraitRule(models.Model):
    """Survivorship: which value of a trait the golden record shows. Traits without a rule: most recent."""

    class Survivorship(models.TextChoices):
        MOST_RECENT = "most_recent", "most recent"
        FIRST = "first", "first"
        MOST_FREQUENT = "most_frequent", "most frequent"
        SOURCE_PRIORITY = "source_priority", "by source priority"

    trait = models.TextField(primary_key=True)
    survivorship = models.CharField(max_length=20, choices=Survivorship)
    source_ids = ArrayField(models.IntegerField(), default=list, blank=True)

    class Meta:
        db_table = "trait_rules"

    def __str__(self) -> str:
        return f"{self.trait}: {self.survivorship}"


class Decision(models.Model):
    """A person's word: `a` and `b` are the same person (assert), or no profile holds one of each (separate)."""

    class Action(models.TextChoices):
        ASSERT = "assert", "same person"
        SEPARATE = "separate", "not the same person"

    decision_id = models.BigAutoField(primary_key=True)
    action = models.CharField(max_length=8, choices=Action)
    reason = models.TextField(blank=True)
    author = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)
    withdrawn_because = models.TextField(blank=True)

    class Meta:
        db_table = "decisions"

    def __str__(self) -> str:
        return f"decision {self.decision_id}"


class DecisionIdentifier(models.Model):
    """An identifier that a decision names, seen in an event or not, and the side it is on."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="identifiers")
    side = models.CharField(max_length=1, choices=[("a", "a"), ("b", "b")])
    kind = models.CharField(max_length=40, db_collation="C")
    value = models.TextField(db_collation="C")

    class Meta:
        db_table = "decision_identifiers"
        constraints = [
            models.UniqueConstraint(fields=["value", "kind", "decision"], name="sides_are_disjoint"),
        ]

    def __str__(self) -> str:
        return f"decision {self.decision_id}, side {self.side}"


class ProfileChange(models.Model):
    """One line of the partition's history: identifiers that went from one profile to another. Append-only.

    merge: the whole of `from_profile_id` went; split: `to_profile_id` came to be by it; move: neither.
    """

    class Change(models.TextChoices):
        MERGE = "merge", "merged"
        SPLIT = "split", "split"
        MOVE = "move", "moved"

    class Cause(models.TextChoices):
        EVENT = "event", "event"
        DECISION = "decision", "decision"
        RULE = "rule", "rule change"

    change_id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    change = models.CharField(max_length=5, choices=Change)
    from_profile_id = models.BigIntegerField()
    to_profile_id = models.BigIntegerField()
    identifier_ids = ArrayField(models.BigIntegerField())
    cause = models.CharField(max_length=8, choices=Cause)
    cause_id = models.BigIntegerField(null=True)  # event_id, decision_id or rule_change_id

    class Meta:
        db_table = "profile_changes"
        indexes = [
            models.Index(fields=["from_profile_id"], name="profile_changes_from"),
            models.Index(fields=["to_profile_id"], name="profile_changes_to"),
            models.Index(fields=["at"], name="profile_changes_at"),
        ]

    def __str__(self) -> str:
        return f"{self.change} {self.from_profile_id} -> {self.to_profile_id}"


class RuleChange(models.Model):
    """A change of the rules, whole, as it was before and as it is after. Append-only."""

    rule_change_id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    author = models.CharField(max_length=200)
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        db_table = "rule_changes"

    def __str__(self) -> str:
        return f"rule change {self.rule_change_id}"


class Reconsideration(models.Model):
    """An identifier that a rule change touches and that has not been taken up yet: the progress of that change."""

    identifier_id = models.BigIntegerField(primary_key=True)
    rule_change = models.ForeignKey(RuleChange, on_delete=models.CASCADE, related_name="waiting", db_constraint=False)

    class Meta:
        db_table = "reconsiderations"

    def __str__(self) -> str:
        return f"identifier {self.identifier_id}, {self.rule_change_id}"


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


class ConflictedNeighbourhood(models.Model):
    """A neighbourhood in which not every link joins: the few that are evaluated link by link, in order."""

    neighbourhood_id = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "conflicted_neighbourhoods"

    def __str__(self) -> str:
        return f"neighbourhood {self.neighbourhood_id}"


class CircuitBreaker(models.Model):
    """When a delivery merges far more than usual: what that means, in one row; without it, nothing is parked."""

    circuit_breaker_id = models.SmallIntegerField(primary_key=True, db_default=1)
    enabled = models.BooleanField(db_default=True)
    at_least = models.IntegerField(db_default=100)  # profiles that a delivery merges; fewer never trip it
    times = models.IntegerField(db_default=10)  # the usual
    # What is usual: of the last `days`, if there are so many resolutions in them, the first at least a day ago.
    days = models.IntegerField(db_default=7)
    resolutions = models.IntegerField(db_default=50)

    class Meta:
        db_table = "circuit_breaker"
        constraints = [
            models.CheckConstraint(condition=models.Q(circuit_breaker_id=1), name="one_circuit_breaker"),
            models.CheckConstraint(
                condition=models.Q(at_least__gte=1, times__gte=1, days__gte=1, resolutions__gte=1),
                name="breaker_counts",
            ),
        ]

    def __str__(self) -> str:
        return "on" if self.enabled else "off"


class ParkedDelivery(models.Model):
    """A delivery that has landed and waits, unresolved, for a person; once released it is resolved whatever it does."""

    class Why(models.TextChoices):
        VALUE = "value", "one value would merge far more profiles than usual"
        SOURCE = "source", "one source would merge far more profiles than usual"
        ERROR = "error", "it can't be resolved"

    delivery = models.OneToOneField(
        "ingest.Delivery", on_delete=models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    parked_at = models.DateTimeField()
    why = models.CharField(max_length=6, choices=Why)
    detail = models.JSONField()
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.CharField(max_length=200, db_default="")

    class Meta:
        db_table = "parked_deliveries"

    def __str__(self) -> str:
        return f"parked delivery {self.delivery_id}"


class SuspectDelivery(models.Model):
    """A delivery of a batch that failed or tripped the breaker, until it has been taken alone."""

    delivery_id = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "suspect_deliveries"

    def __str__(self) -> str:
        return f"suspect delivery {self.delivery_id}"


class ProfileIdKey(models.Model):
    """The key that makes profile ids opaque outside. Kept with the data, so that a restored copy keeps its ids."""

    key = models.BinaryField()

    class Meta:
        db_table = "profile_id_key"

    def __str__(self) -> str:
        return "profile id key"


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
