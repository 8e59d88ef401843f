"""Takes questions and one answer for all of them, gives what that would do; and does it."""

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from profiles.deciding.bulk import preview_bulk as decide_to_look
from profiles.deciding.preview import DecisionPreview
from profiles.models import ReviewQuestion
from profiles.review.answers import NotAnswered, answer, fingerprint, is_held_by_another

MOST = 100
ANSWERABLE = {"yes": ["held", "probable", "reopened", "sample", "value"], "no": ["held", "probable", "sample", "value"]}


@dataclass(frozen=True)
class Bulk:
    """What one answer to several questions would do. `groups` are the profiles that would end as one, by number."""

    answer: str
    taken: list[ReviewQuestion]
    left_out: list[tuple[ReviewQuestion, str]]
    groups: list[list[int]]
    fingerprint: str

    @property
    def profiles(self) -> int:
        return sum(map(len, self.groups))

    @property
    def chained(self) -> bool:
        """Whether pairs overlap, so that profiles end as one that nobody has seen side by side."""
        return any(len(group) > 2 for group in self.groups)


@dataclass(frozen=True)
class Answered:
    batch: uuid.UUID
    done: int
    refused: list[str]  # why, for each that was not taken


def preview_bulk(question_ids: Iterable[int], *, answer: str, person: str) -> Bulk:
    found = list(ReviewQuestion.objects.filter(pk__in=list(question_ids)[:MOST]).order_by("pk"))
    left_out = [(question, why) for question in found if (why := _why_not(question, answer, person))]
    out = {question.pk for question, _ in left_out}
    taken = [question for question in found if question.pk not in out]
    merging = [q for q in taken if answer == "yes" and q.kind in ("held", "probable", "reopened") and q.b_profile_id]
    groups = _groups((q.a_profile_id or 0, q.b_profile_id or 0) for q in merging)
    seen = hashlib.sha256("".join(f"{q.pk} {fingerprint(q)};" for q in taken).encode()).hexdigest()[:16]
    return Bulk(answer, taken, left_out, groups, seen)


def exact_preview(bulk: Bulk) -> DecisionPreview | None:
    """All pairs of it together, carried out and rolled back; None where there is none."""
    pairs = [(q.a_profile_id or 0, q.b_profile_id or 0) for q in bulk.taken if q.kind in ("held", "probable")]
    if not pairs:
        return None
    return decide_to_look(merges=pairs) if bulk.answer == "yes" else decide_to_look(rejects=pairs)


def answer_all(bulk: Bulk, *, person: str, reason: str) -> Answered:
    """Answer each; what one of them can't be answered for doesn't keep the others from it."""
    batch, done, refused = uuid.uuid4(), 0, []
    for question in bulk.taken:
        try:
            answer(question.pk, answer=bulk.answer, person=person, reason=reason, batch=batch)
        except NotAnswered as error:
            refused.append(str(error))
        else:
            done += 1
    return Answered(batch, done, refused)


def _why_not(question: ReviewQuestion, answer: str, person: str) -> str:
    if question.state != "open":
        return "is not open any more"
    if is_held_by_another(question, person):
        return f"{question.claimed_by} is looking at it"
    if question.kind == "parked":
        return "a parked delivery is released one by one, each with its reason"
    if question.kind not in ANSWERABLE.get(answer, []):
        return "this has to be looked at by itself"
    return ""


def _groups(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The connected sets of some pairs."""
    leader: dict[int, int] = {}

    def lead(one: int) -> int:
        while leader.setdefault(one, one) != one:
            one = leader[one]
        return one

    for a, b in pairs:
        low, high = sorted((lead(a), lead(b)))
        leader[high] = low
    groups: dict[int, list[int]] = {}
    for one in sorted(leader):
        groups.setdefault(lead(one), []).append(one)
    return list(groups.values())
