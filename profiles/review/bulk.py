"""Takes questions and one answer for all of them, gives what that would do; and does it."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from profiles.deciding.bulk import preview_bulk as decide_to_look
from profiles.deciding.preview import DecisionPreview
from profiles.models import ReviewQuestion
from profiles.review.answers import NotAnswered, answer, fingerprint, is_held_by_another

MOST = 100
MEANINGS = {
    "yes": {
        "held": "Held links: the two become one profile",
        "probable": "Probable matches: the two become one profile",
        "reopened": "Reopened decisions: they are one person",
        "sample": "Samples of merges: they were right, and no profile changes",
        "value": "Shared values: they stay as they are, and no profile changes",
    },
    "no": {
        "held": "Held links: the two are kept apart, whatever arrives",
        "probable": "Probable matches: the two are kept apart, whatever arrives",
        "sample": "Samples of merges: they were wrong, and are parted again",
        "value": "Shared values: a rule is asked for, and no profile changes until one is made",
    },
}
PAIR = {"yes": "Same person", "no": "Two people"}
LABELS = {
    "held": PAIR,
    "probable": PAIR,
    "reopened": {"yes": "One person"},
    "sample": {"yes": "Right", "no": "Wrong: part them"},
    "value": {"yes": "Leave as it is", "no": "Ask for a rule"},
    "parked": {},
}


@dataclass(frozen=True)
class Bulk:
    """What one answer to several questions would do. `groups` are the profiles that would end as one, by number."""

    answer: str
    taken: list[ReviewQuestion]
    left_out: list[tuple[ReviewQuestion, str]]
    groups: list[list[int]]
    fingerprint: str

    @property
    def meanings(self) -> list[tuple[int, str]]:
        """What the answer does to each kind that is among them, and to how many."""
        kinds = Counter(question.kind for question in self.taken)
        return [(kinds[kind], meaning) for kind, meaning in MEANINGS.get(self.answer, {}).items() if kinds[kind]]

    @property
    def profiles(self) -> int:
        return sum(map(len, self.groups))

    @property
    def chained(self) -> bool:
        """Whether pairs overlap, so that profiles end as one that nobody has seen side by side."""
        return any(len(group) > 2 for group in self.groups)


def labels(kind: str) -> dict[str, str]:
    """What each answer that several of a kind can have together is called; of all kinds, for ""."""
    return LABELS.get(kind, {"yes": "Yes", "no": "No"})


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
    if question.kind not in MEANINGS.get(answer, {}):
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
