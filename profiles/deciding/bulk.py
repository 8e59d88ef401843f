"""Takes pairs of profiles to merge and to keep apart, gives decisions: all at once, or one that waits."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction

from profiles.deciding.decisions import CHANGED, carry_out_merge, carry_out_reject, lock_engine_soon, put_off
from profiles.deciding.effect import changes_since, fingerprint, last_change
from profiles.deciding.preview import DecisionPreview, preview
from profiles.deciding.second_eyes import must_wait, second_eyes, touched
from profiles.identities import profile_holding
from profiles.models import Decision, PendingDecision

MOST = 200  # pairs at once: the engine waits for them
Pairs = Iterable[tuple[int, int]]


@dataclass(frozen=True)
class Refusal:
    a_profile_id: int
    b_profile_id: int
    words: str
    code: str


@dataclass(frozen=True)
class BulkDecided:
    """`refused`: pairs that can't be decided so, with why; they don't stop the others."""

    decisions: list[Decision] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    pending: PendingDecision | None = None  # all of it waits for a second person, and nothing is applied


def preview_bulk(*, merges: Pairs = (), rejects: Pairs = ()) -> DecisionPreview:
    """All of it together, with the profiles that it concerns most."""
    merges, rejects = list(merges), list(rejects)
    asked = {i for pair in [*merges, *rejects] for i in pair}
    return preview(lambda: _carry_out(merges, rejects, author="preview", reason=""), asked=asked)


@transaction.atomic
def decide_in_bulk(
    *, merges: Pairs = (), rejects: Pairs = (), author: str, reason: str = "", expected: str = ""
) -> BulkDecided:
    """Raises ValidationError where nothing was decided: too many, the engine at work, or not what was looked at."""
    merges, rejects = list(merges), list(rejects)
    if len(merges) + len(rejects) > MOST:
        raise ValidationError(f"At most {MOST} pairs at once.", "many")
    lock_engine_soon()
    last, point = last_change(), transaction.savepoint()
    done = _carry_out(merges, rejects, author=author, reason=reason)
    changes, limits = changes_since(last), second_eyes()
    if expected and fingerprint(changes) != expected:
        raise ValidationError(CHANGED, "changed")
    if limits.pk is None or not done.decisions or not must_wait(much := touched(changes), limits):
        return done
    lines = [decision.line() for decision in done.decisions]
    transaction.savepoint_rollback(point)
    return BulkDecided([], done.refused, put_off(PendingDecision.What.BULK, lines, much, author=author, reason=reason))


def _carry_out(merges: Pairs, rejects: Pairs, *, author: str, reason: str) -> BulkDecided:
    done = BulkDecided()
    todo = [(carry_out_merge, a, b) for a, b in merges] + [(carry_out_reject, a, b) for a, b in rejects]
    for carry_out, a, b in todo:
        # A pair before it may have moved either: it is about the profiles that hold them now.
        now = profile_holding(a) or a, profile_holding(b) or b
        try:
            decided = carry_out(*now, author=author, reason=reason)
        except ValidationError as error:
            done.refused.append(Refusal(a, b, " ".join(error.messages), str(getattr(error, "code", "") or "")))
        else:
            done.decisions.extend([decided.decision] if decided.decision else [])
    return done
