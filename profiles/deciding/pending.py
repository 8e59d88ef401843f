"""Takes a decision that waits, gives it in force once a second person has approved it, or gone where they refused."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from profiles.deciding.decisions import CHANGED, check_reason, lock_engine_soon, seen_of
from profiles.deciding.effect import changes_since, fingerprint, last_change
from profiles.deciding.lines import carry_out_line, read_line
from profiles.deciding.preview import DecisionPreview, preview
from profiles.deciding.separations import in_the_way, separations_between
from profiles.models import Decision, PendingDecision

State = PendingDecision.State
WAITING = 50


def waiting_decisions() -> list[PendingDecision]:
    """The oldest that wait, all but always all of them."""
    return list(PendingDecision.objects.filter(state=State.WAITING).order_by("pk")[:WAITING])


def preview_pending(pending: PendingDecision) -> DecisionPreview:
    """What it would do now, which may be something else than when it was made."""
    return preview(lambda: _carry_out(pending), asked=_profiles_named(pending.lines))


@transaction.atomic
def approve(pending: PendingDecision, *, author: str, reason: str = "", expected: str = "") -> list[Decision]:
    """Put it in force, in its author's name; gives what stands by it. Raises ValidationError; then it waits still."""
    lock_engine_soon()
    pending = _waiting(pending)
    if author == pending.author:
        raise ValidationError("You made this decision: somebody else must approve it.", "same person")
    last = last_change()
    decisions = _carry_out(pending)
    if expected and fingerprint(changes_since(last)) != expected:
        raise ValidationError(CHANGED, "changed")
    _close(pending, State.APPROVED, author=author, reason=reason, decisions=decisions)
    return decisions


@transaction.atomic
def refuse(pending: PendingDecision, *, author: str, reason: str) -> None:
    """It will never be applied. Who made it may take it back so. Raises ValidationError."""
    check_reason(reason)
    _close(_waiting(pending), State.REFUSED, author=author, reason=reason, decisions=[])


def _waiting(pending: PendingDecision) -> PendingDecision:
    pending = PendingDecision.objects.select_for_update().get(pk=pending.pk)
    if pending.state != State.WAITING:
        said = f"{pending.get_state_display()} by {pending.seen_by}"
        raise ValidationError(f"This decision waits no more: {said}.", "same")
    return pending


def _close(pending: PendingDecision, state: State, *, author: str, reason: str, decisions: list[Decision]) -> None:
    pending.state, pending.seen_by, pending.seen_because = state, author, reason.strip()
    pending.seen_at, pending.decision_ids = timezone.now(), [decision.pk for decision in decisions]
    pending.save()


@transaction.atomic
def _carry_out(pending: PendingDecision) -> list[Decision]:
    """The decisions in force by it; of one that only takes back, those it took back."""
    decisions = {decision.pk: decision for decision in map(_carry_out_line, pending.lines)}
    return [decision for decision in decisions.values() if not decision.withdrawn_at] or list(decisions.values())


def _carry_out_line(line: dict[str, Any]) -> Decision:
    ends = _ends(line) if line["action"] == Decision.Action.ASSERT else []
    if len(set(ends)) == 2 and (standing := separations_between(*ends)):
        raise ValidationError(in_the_way(standing), "separated", {"decisions": [d.pk for d in standing]})
    _, decision = carry_out_line(line)
    if decision is None:
        raise ValidationError("What this would take back is withdrawn already: refuse it.", "same")
    return decision


def _ends(line: dict[str, Any]) -> list[int]:
    return [one.profile_id for side in read_line(line)[1:] for one in seen_of(side)]


def _profiles_named(lines: Iterable[dict[str, Any]]) -> set[int]:
    named = {one for line in lines for side in read_line(line)[1:] for one in side}
    return {one.profile_id for one in seen_of(named)}
