"""Takes questions, gives each as a line of the queue: who or what it is about, in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.masking import Mask
from profiles.identities import ProfileSummary, masked_summary, summaries
from profiles.links import in_words
from profiles.models import Decision, Identifier, ReviewQuestion
from profiles.parked import Parked, parked_deliveries
from profiles.review.answers import is_held_by_another

VALUE_WORDS = {
    "shared": "seen with too many people to name one",
    "blocked": "blocked: it joins nobody",
    "crowded": "held links lead from it to many profiles",
}
CLOSED = {
    "joined": "the two became one profile",
    "separated": "a person keeps the two apart",
    "same": "another question asks the same",
    "crowded": "it is part of a question about a value",
    "gone": "nothing speaks for joining them any more",
    "in play": "the value joins people again",
    "released": "the delivery was released",
    "withdrawn": "the decision was withdrawn",
    "refused": "a second person refused the answer; it is asked again",
}
ANSWERS = {
    ("value", "yes"): "Left as it is",
    ("value", "no"): "A rule is asked for",
    ("parked", "yes"): "Released",
    ("sample", "yes"): "The merge is right",
    ("sample", "no"): "Wrong: parted again",
}


@dataclass(frozen=True)
class Line:
    question: ReviewQuestion
    a: ProfileSummary | None
    b: ProfileSummary | None
    value: Identifier | None
    parked: Parked | None
    held_by_another: bool
    reason: str  # of the answer, as the person may see it

    @property
    def why(self) -> str:
        return why_asked(self.question)

    @property
    def percent(self) -> str:
        """As sure as it is, and never surer: 99.96 % is not 100 %."""
        return percent(self.question.probability)

    @property
    def outcome(self) -> str:
        return outcome(self.question)


def percent(probability: float | None) -> str:
    if probability is None:
        return ""
    return f"{int(probability * 1000) / 10:g} %" if probability > 0.99 else f"{round(probability * 100)} %"


def lines_of(questions: Sequence[ReviewQuestion], *, mask: Mask, person: str) -> list[Line]:
    ids = [i for q in questions for i in (q.a_profile_id, q.b_profile_id) if i is not None and i > 0]
    found = {one.profile_id: masked_summary(one, mask=mask) for one in summaries(ids)}
    wanted = [q.identifier_id for q in questions if q.identifier_id]
    values = {i.pk: i for i in Identifier.objects.filter(pk__in=wanted).select_related("kind")} if wanted else {}
    for value in values.values():
        value.value = mask.identifier(value.kind.name, value.value)
    parked = {p.delivery_id: p for p in parked_deliveries()} if any(q.kind == "parked" for q in questions) else {}
    return [
        Line(
            q, found.get(q.a_profile_id or 0), found.get(q.b_profile_id or 0), values.get(q.identifier_id or 0),
            parked.get(q.delivery_id or 0), is_held_by_another(q, person),
            mask.said(q.reason),
        )
        for q in questions
    ]  # fmt: skip


def why_asked(question: ReviewQuestion) -> str:
    """The reason of a question as a sentence."""
    match question.kind:
        case "held":
            why = "; ".join(in_words(reason) for reason in question.reasons)
            seen = f"seen together {question.links} times" if question.links > 1 else "seen together"
            return f"{seen}, yet {why}"
        case "probable":
            return "no identifier joins them, but what they say of themselves does"
        case "value":
            return ", ".join(VALUE_WORDS.get(reason, reason) for reason in question.reasons)
        case "parked":
            return "landed, and waits for a person"
        case "sample":
            by = "an event" if question.event_id else "a probable match"
            return f"merged because of {by}, by nobody's decision: was it right?"
        case "reopened":
            return question.note
    return ""


def outcome(question: ReviewQuestion) -> str:
    """What became of it, in a word or five."""
    if question.state == "closed":
        return CLOSED.get(question.closed_because, question.closed_because)
    if not question.answer:
        return ""
    if question.pending and question.pending.state == "waiting":
        return "Waits for a second person to approve it"
    if question.kind == "reopened" and question.decision and question.decision.action == Decision.Action.ASSERT:
        return "Still one person" if question.answer == "yes" else "Taken back"
    return ANSWERS.get((question.kind, question.answer)) or (
        "Same person: merged" if question.answer == "yes" else "Two people: kept apart"
    )
