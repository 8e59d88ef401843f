"""What people have said of identifiers."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
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

    def sides(self) -> dict[str, list[dict[str, str]]]:
        """Side a and b, each as its identifiers in order."""
        named = sorted((n.side, n.kind, n.value) for n in self.identifiers.all())
        return {side: [{"kind": k, "value": v} for of, k, v in named if of == side] for side in "ab"}

    def line(self) -> dict[str, Any]:
        """As a line of a file of decisions, which carried out is this one again."""
        sides = self.sides()
        body = {s: n[0] for s, n in sides.items()} if self.action == Decision.Action.ASSERT else dict(sides)
        return {"action": self.action, **body, "reason": self.reason, "author": self.author}

    def withdrawal_line(self, *, author: str, reason: str) -> dict[str, Any]:
        return self.line() | {"action": "withdraw", "reason": reason, "author": author}


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


class SecondEyes(models.Model):
    """Beyond what a decision waits for a second person: the newest row is in force, none at first. Append-only."""

    second_eyes_id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    author = models.CharField(max_length=200)
    profiles = models.IntegerField(null=True, blank=True)  # that it changes; null: any number
    events = models.BigIntegerField(null=True, blank=True)  # that change profiles by it; null: any number

    class Meta:
        db_table = "second_eyes"
        permissions = [("set_second_eyes", "Can set when a decision waits for a second person")]
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(profiles=None) | models.Q(profiles__gte=1))
                & (models.Q(events=None) | models.Q(events__gte=1)),
                name="second_eyes_counts",
            ),
        ]

    def __str__(self) -> str:
        return f"second eyes beyond {self.profiles} profiles, {self.events} events"


class PendingDecision(models.Model):
    """A decision that waits for a second person: nothing of it is applied. Its lines carry it out."""

    class State(models.TextChoices):
        WAITING = "waiting", "waits for a second person"
        APPROVED = "approved", "approved"
        REFUSED = "refused", "refused"

    class What(models.TextChoices):
        MERGE = "merge", "merge"
        REJECT = "reject", "keep apart"
        UNMERGE = "unmerge", "unmerge"
        WITHDRAW = "withdraw", "withdraw a decision"
        BULK = "bulk", "decide in bulk"

    pending_decision_id = models.BigAutoField(primary_key=True)
    what = models.CharField(max_length=8, choices=What)
    lines = models.JSONField()
    author = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    profiles = models.IntegerField()  # that it would have changed when it was made
    events = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State, db_default=State.WAITING)
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.CharField(max_length=200, blank=True)
    seen_because = models.TextField(blank=True)
    decision_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)  # that it became, or withdrew

    class Meta:
        db_table = "pending_decisions"
        constraints = [
            # Four eyes: who made it can't approve it. They may take it back, which refuses it.
            models.CheckConstraint(
                condition=~models.Q(state="approved") | ~models.Q(seen_by=models.F("author")),
                name="approved_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", seen_at=None)
                | ~models.Q(state="waiting") & ~models.Q(seen_at=None),
                name="seen_unless_waiting",
            ),
        ]
        indexes = [
            models.Index(fields=["pending_decision_id"], condition=models.Q(state="waiting"), name="pending_waiting"),
        ]

    def __str__(self) -> str:
        return f"pending decision {self.pending_decision_id}"
