"""Takes decisions as lines of JSON, gives them in force; takes the decisions there are, gives them as such lines."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError

from profiles.deciding.decisions import Named, decide, find_decision, named, withdraw
from profiles.models import Decision


def read_line(line: dict[str, Any]) -> tuple[str, frozenset[Named], frozenset[Named]]:
    """The action and sides of one line of a file of decisions. Raises ValidationError."""
    sides: list[frozenset[Named]] = []
    for name in ("a", "b"):
        side = line.get(name)
        entries: list[Any] = side if isinstance(side, list) else [side]
        if not all(isinstance(entry, dict) and {"kind", "value"} <= entry.keys() for entry in entries):
            raise ValidationError(f'side {name} must be {{"kind", "value"}} or a list of them')
        sides.append(frozenset(named((entry["kind"], entry["value"]) for entry in entries)))
    return str(line.get("action")), sides[0], sides[1]


def apply_line(line: dict[str, Any]) -> str:
    """Carry out one line and say what was done, in a word or three. Raises ValidationError."""
    return carry_out_line(line)[0]


def carry_out_line(line: dict[str, Any]) -> tuple[str, Decision | None]:
    """As `apply_line`, with the decision made or withdrawn; none where there is nothing to withdraw."""
    action, a, b = read_line(line)
    author, reason = str(line.get("author") or "import"), str(line.get("reason") or "")
    if action == "withdraw":
        return _withdraw_line(line, a, b, author=author, reason=reason)
    if action not in Decision.Action.values:
        raise ValidationError(f"action is {action!r}: it must be assert, separate or withdraw")
    decision, _ = decide(action=action, a=a, b=b, author=author, reason=reason)
    return {"assert": "asserted", "separate": "separated"}[action], decision


def _withdraw_line(
    line: dict[str, Any], a: frozenset[Named], b: frozenset[Named], *, author: str, reason: str
) -> tuple[str, Decision | None]:
    # Two single identifiers may be an assertion or a separation: lists say separation, as they do when it is made.
    actions = ["separate"] if isinstance(line["a"], list) else ["assert", "separate"]
    for action in actions:
        if decision := find_decision(action=action, a=a, b=b):
            withdraw(decision, author=author, reason=reason)
            return "withdrawn", decision
    return "nothing to withdraw", None


def decision_lines() -> Iterator[dict[str, Any]]:
    """Every decision and withdrawal, oldest first, as lines that `apply_line` carries out to the same end."""
    lines = []
    for decision in Decision.objects.prefetch_related("identifiers").order_by("decision_id"):
        lines.append((decision.created_at, decision.pk, 0, decision.line()))
        if decision.withdrawn_at:
            author, reason = decision.withdrawn_by, decision.withdrawn_because
            line = decision.withdrawal_line(author=author, reason=reason)
            lines.append((decision.withdrawn_at, decision.pk, 1, line))
    return (line for *_, line in sorted(lines, key=lambda entry: entry[:3]))
