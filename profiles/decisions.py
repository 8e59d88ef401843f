"""Takes a person's word on two sides of identifiers, gives the partition that holds with it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from lambdas.transform.normalise import Unusable, normalise_identifier
from profiles.models import Decision, DecisionIdentifier, Kind
from profiles.resolution import ResolutionResult, resolution_result


@dataclass(frozen=True, order=True)
class Named:
    """An identifier as a decision names it; whether an event has shown it doesn't matter."""

    kind: str
    value: str


def named(kind: object, value: object) -> Named:
    """Normalise as everywhere. Raises ValidationError for a kind nobody has defined and for an unusable value."""
    if not isinstance(kind, str) or not Kind.objects.filter(name=kind).exists():
        raise ValidationError(f"no kind is called {kind!r}: define it first with manage.py rules apply")
    try:
        normalised = normalise_identifier(kind, value)
    except Unusable as error:
        raise ValidationError(f"{kind} has a value that can't be used: {error.reason}") from error
    return Named(normalised.kind, normalised.value)


def _check_sides(action: str, a: frozenset[Named], b: frozenset[Named]) -> None:
    if not a or not b:
        raise ValidationError("each side of a decision needs an identifier")
    if a & b:
        raise ValidationError("an identifier can't be on both sides of a decision")
    if action == Decision.Action.ASSERT and (len(a), len(b)) != (1, 1):
        raise ValidationError("an assertion has one identifier on each side")


@transaction.atomic
def decide(
    *, action: str, a: Iterable[Named], b: Iterable[Named], author: str, reason: str = ""
) -> tuple[Decision, ResolutionResult]:
    """Record the decision and apply it at once, in one transaction. Raises ValidationError."""
    side_a, side_b = frozenset(a), frozenset(b)
    _check_sides(action, side_a, side_b)
    _lock_engine()
    if standing := find_decision(action=action, a=side_a, b=side_b):
        return standing, ResolutionResult()
    decision = Decision.objects.create(action=action, author=author, reason=reason)
    DecisionIdentifier.objects.bulk_create(
        DecisionIdentifier(decision=decision, side=side, kind=identifier.kind, value=identifier.value)
        for side, side_named in (("a", side_a), ("b", side_b))
        for identifier in sorted(side_named)
    )
    return decision, _apply(decision, dissolve=False)


@transaction.atomic
def withdraw(decision: Decision, *, author: str, reason: str = "") -> ResolutionResult:
    """Take the decision back; the partition is what it would be without it. Twice is once."""
    _lock_engine()
    decision.refresh_from_db()
    if decision.withdrawn_at:
        return ResolutionResult()
    decision.withdrawn_at, decision.withdrawn_by, decision.withdrawn_because = timezone.now(), author, reason
    decision.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
    # Only without its assertions does a neighbourhood fall apart; a separation never held one together.
    return _apply(decision, dissolve=decision.action == Decision.Action.ASSERT)


def find_decision(*, action: str, a: frozenset[Named], b: frozenset[Named]) -> Decision | None:
    """The decision in force with these sides, whichever is called a."""
    one = min(a)
    candidates = Decision.objects.filter(
        action=action, withdrawn_at=None, identifiers__kind=one.kind, identifiers__value=one.value
    ).prefetch_related("identifiers")
    return next((d for d in candidates if {_side(d, "a"), _side(d, "b")} == {a, b}), None)


def _side(decision: Decision, side: str) -> frozenset[Named]:
    return frozenset(Named(i.kind, i.value) for i in decision.identifiers.all() if i.side == side)


def _lock_engine() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT engine_lock()")


def _apply(decision: Decision, *, dissolve: bool) -> ResolutionResult:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reconsider(coalesce(array_agg(i.identifier_id), '{}'), %s, 'decision', %s)"
            " FROM decision_identifiers d JOIN kinds k ON k.name = d.kind"
            " JOIN identifiers i ON i.value = d.value AND i.kind_id = k.kind_id WHERE d.decision_id = %s",
            [dissolve, decision.pk, decision.pk],
        )
        (resolution_id,) = cursor.fetchall()[0]
    return resolution_result(resolution_id)


def read_line(line: dict[str, Any]) -> tuple[str, frozenset[Named], frozenset[Named]]:
    """The action and sides of one line of a file of decisions. Raises ValidationError."""
    sides: list[frozenset[Named]] = []
    for name in ("a", "b"):
        side = line.get(name)
        entries: list[Any] = side if isinstance(side, list) else [side]
        if not all(isinstance(entry, dict) and {"kind", "value"} <= entry.keys() for entry in entries):
            raise ValidationError(f'side {name} must be {{"kind", "value"}} or a list of them')
        sides.append(frozenset(named(entry["kind"], entry["value"]) for entry in entries))
    return str(line.get("action")), sides[0], sides[1]


def apply_line(line: dict[str, Any]) -> str:
    """Carry out one line and say what was done, in a word or three. Raises ValidationError."""
    action, a, b = read_line(line)
    author, reason = str(line.get("author") or "import"), str(line.get("reason") or "")
    if action == "withdraw":
        return _withdraw_line(line, a, b, author=author, reason=reason)
    if action not in Decision.Action.values:
        raise ValidationError(f"action is {action!r}: it must be assert, separate or withdraw")
    decide(action=action, a=a, b=b, author=author, reason=reason)
    return {"assert": "asserted", "separate": "separated"}[action]


def _withdraw_line(line: dict[str, Any], a: frozenset[Named], b: frozenset[Named], *, author: str, reason: str) -> str:
    # Two single identifiers may be an assertion or a separation: lists say separation, as they do when it is made.
    actions = ["separate"] if isinstance(line["a"], list) else ["assert", "separate"]
    for action in actions:
        if decision := find_decision(action=action, a=a, b=b):
            withdraw(decision, author=author, reason=reason)
            return "withdrawn"
    return "nothing to withdraw"


def decision_lines() -> Iterator[dict[str, Any]]:
    """Every decision and withdrawal, oldest first, as lines that `apply_line` carries out to the same end."""
    lines = []
    for decision in Decision.objects.prefetch_related("identifiers").order_by("decision_id"):
        sides = {side: [{"kind": n.kind, "value": n.value} for n in sorted(_side(decision, side))] for side in "ab"}
        if decision.action == Decision.Action.ASSERT:
            body: dict[str, Any] = {side: entries[0] for side, entries in sides.items()}
        else:
            body = dict(sides)
        made = {"action": decision.action, **body, "reason": decision.reason, "author": decision.author}
        lines.append((decision.created_at, decision.pk, 0, made))
        if decision.withdrawn_at:
            taken = {
                "action": "withdraw",
                **body,
                "reason": decision.withdrawn_because,
                "author": decision.withdrawn_by,
            }
            lines.append((decision.withdrawn_at, decision.pk, 1, taken))
    return (line for *_, line in sorted(lines, key=lambda entry: entry[:3]))
