"""What people have said of identifiers."""

from django.db import models
from django.db.models.functions import Now


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
