"""The rules, and their changes."""

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

    hashed = models.BooleanField(default=False, db_default=False)  # values are kept as keyed hashes only

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
    personal = models.BooleanField(default=True, db_default=True)  # viewers don't see it

    class Meta:
        db_table = "trait_rules"

    def __str__(self) -> str:
        return f"{self.trait}: {self.survivorship}"


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
