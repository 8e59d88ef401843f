"""Takes a question, and an answer to it, gives what that would do to profiles: carried out, looked at, rolled back."""

from profiles.deciding.preview import (
    DecisionPreview,
    preview_merge,
    preview_merge_after_all,
    preview_reject,
    preview_unmerge,
    preview_withdrawal,
)
from profiles.identities import profile_holding
from profiles.models import Decision, ReviewQuestion
from profiles.review.answers import PAIRS
from profiles.review.pair import sides_of_sample


def preview_question(question: ReviewQuestion) -> DecisionPreview | None:
    """Of yes, or, where that changes nothing, of no."""
    a, b = (profile_holding(i) if i else None for i in (question.a_profile_id, question.b_profile_id))
    if question.kind == "sample" and a and question.change_id:
        _, came = sides_of_sample(question)
        return preview_unmerge(a, [m.identifier_id for m in came.identifiers])
    if question.kind == "reopened" and question.decision:
        if question.decision.action == Decision.Action.ASSERT:
            return preview_withdrawal(question.decision)
        return preview_merge_after_all(question.decision, a, b) if a and b else None
    return preview_merge(a, b) if a and b else None


def preview_answer(question: ReviewQuestion, *, answer: str) -> DecisionPreview | None:
    """None: the answer leaves every profile as it is."""
    a, b = (profile_holding(i) if i else None for i in (question.a_profile_id, question.b_profile_id))
    if question.kind in PAIRS and answer == "no":
        return preview_reject(a, b) if a and b else None
    if question.kind == "sample" and answer == "yes":
        return None
    if question.kind == "reopened" and question.decision:
        confirms = (question.decision.action == Decision.Action.ASSERT) == (answer == "yes")
        return None if confirms else preview_question(question)
    return preview_question(question)
