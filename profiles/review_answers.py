"""Takes a person's answer to a question, gives the decision that follows from it, or the question back on undo."""

import logging
import uuid
from dataclasses import dataclass
from datetime import timedelta

from celery import current_app
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from profiles.decisions import Named, decide, merge_profiles, reject_merge, unmerge, withdraw
from profiles.identities import profile_holding
from profiles.models import Decision, Identifier, ProfileChange, ReviewGrounds, ReviewQuestion
from profiles.parked import release
from profiles.reading import read_one
from profiles.review import refresh_review

CARRY_OUT_TASK = "profiles.carry_out_answers"
UNDONE = "undone in review"

logger = logging.getLogger(__name__)


class NotAnswered(Exception):
    """Why an answer was not taken: `why` is a word, the text a sentence."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(text)
        self.why = why


@dataclass(frozen=True)
class CarriedOut:
    done: int = 0
    failed: int = 0


def fingerprint(question: ReviewQuestion) -> str:
    """What the person who answers has seen: who the profiles are."""
    ids = [i for i in (question.a_profile_id, question.b_profile_id) if i is not None]
    seen = read_one("review_fingerprint", profile_ids=ids)["fingerprint"] if ids else ""
    return f"{question.a_profile_id}-{question.b_profile_id}-{seen[:12]}"


@transaction.atomic
def answer(
    question_id: int, *, answer: str, person: str, reason: str = "", seen: str = "", batch: uuid.UUID | None = None
) -> ReviewQuestion:
    """Take an answer down; it is carried out in the background. Raises NotAnswered.

    `seen` is the fingerprint of what the person looked at: no answer is taken about profiles that have changed since.
    """
    question = _locked(question_id)
    _check(question, answer, person, reason)
    if seen and seen != fingerprint(question):
        raise NotAnswered("changed", "These profiles have changed since you opened the page. Look at them again.")
    question.state, question.answer, question.batch = "decided", answer, batch
    question.answered_by, question.answered_at, question.reason = person, timezone.now(), reason
    question.claimed_by, question.claimed_until, question.carried_out_at = "", None, None
    question.save()
    transaction.on_commit(announce_answer)
    return question


def _locked(question_id: int) -> ReviewQuestion:
    question = ReviewQuestion.objects.select_for_update(of=("self",)).filter(pk=question_id).first()
    if question is None:
        raise NotAnswered("gone", "There is no such question any more.")
    return question


def _check(question: ReviewQuestion, answer: str, person: str, reason: str) -> None:
    if question.state == "decided":
        raise NotAnswered("decided", f"{question.answered_by} has answered this already.")
    if question.state == "closed":
        raise NotAnswered("closed", "This question has closed by itself meanwhile.")
    if is_held_by_another(question, person):
        raise NotAnswered("claimed", f"{question.claimed_by} is looking at this one. Take it over if you must.")
    if answer not in ("yes", "no") or (question.kind == "parked" and answer == "no"):
        raise NotAnswered("answer", "That is no answer to this question.")
    if question.kind == "parked" and not reason:
        raise NotAnswered("reason", "Say why it may be resolved: others will want to know.")


def is_held_by_another(question: ReviewQuestion, person: str) -> bool:
    until = question.claimed_until
    return bool(question.claimed_by not in ("", person) and until and until > timezone.now())


def announce_answer() -> None:
    """Never fails and never waits: without a broker, it is carried out with beat's next turn."""
    try:
        current_app.send_task(CARRY_OUT_TASK, retry=False, expires=60, ignore_result=True)
    except (OperationalError, OSError) as error:
        logger.warning("the broker did not take the word of an answer: %s", type(error).__name__)


def carry_out_answers() -> CarriedOut:
    """Make decisions of all answers that wait for it, oldest first, each in its own transaction; any number may run."""
    done = failed = 0
    while (outcome := _carry_out_next()) is not None:
        done, failed = done + outcome, failed + (not outcome)
    if done:
        refresh_review()
    return CarriedOut(done, failed)


@transaction.atomic
def _carry_out_next() -> bool | None:
    waiting = ReviewQuestion.objects.filter(state="decided", carried_out_at=None).order_by("pk")
    question = waiting.select_for_update(skip_locked=True, of=("self",)).first()
    if question is None:
        return None
    try:
        with transaction.atomic():
            question.answer_decision = _act(question)
    except ValidationError as error:
        if getattr(error, "code", "") == "busy":
            return None  # it waits for the next turn
        _ask_again(question, error)
        return False
    question.carried_out_at = timezone.now()
    question.save(update_fields=["answer_decision", "carried_out_at"])
    return True


def _ask_again(question: ReviewQuestion, error: ValidationError) -> None:
    text = " ".join(error.messages)
    logger.warning("the answer to question %s can't be carried out: %s", question.pk, error.messages[0][:40])
    question.note = f"{question.answered_by} answered “{question.answer}”, which could not be carried out: {text}"
    _open_again(question)


def _act(question: ReviewQuestion) -> Decision | None:
    """What the answer means for the partition; None where it leaves it as it is."""
    match question.kind, question.answer:
        case (("held" | "probable"), _):
            return _decide_pair(question)
        case "reopened", _:
            return _decide_again(question)
        case "sample", "no":
            return _part_sample(question)
        case "parked", "yes":
            release([question.delivery_id or 0], author=question.answered_by)
    return None


def _profiles(question: ReviewQuestion) -> tuple[int, int]:
    """Who the two are now."""
    a, b = (profile_holding(i or 0) for i in (question.a_profile_id, question.b_profile_id))
    if a is None or b is None:
        raise ValidationError("One of the two is no more.", "gone")
    return a, b


def _decide_pair(question: ReviewQuestion) -> Decision | None:
    a, b = _profiles(question)
    if a == b and question.answer == "yes":
        return None
    carry = merge_profiles if question.answer == "yes" else reject_merge
    decided = carry(a_profile_id=a, b_profile_id=b, author=question.answered_by, reason=question.reason)
    return decided.decision


def _decide_again(question: ReviewQuestion) -> Decision | None:
    """Yes, they are one, or no: either confirms the decision in question, or takes it back."""
    decision = question.decision
    if decision is None or decision.withdrawn_at:
        raise ValidationError("That decision has been withdrawn.", "withdrawn")
    says_one = decision.action == Decision.Action.ASSERT
    if says_one == (question.answer == "yes"):
        ReviewGrounds.objects.filter(pk=decision.pk).update(
            links=question.links, vouched=question.vouched, over=question.reasons, seen_at=timezone.now()
        )
        return None
    withdraw(decision, author=question.answered_by, reason=question.reason or question.note)
    return None if says_one else _decide_pair(question)


def _part_sample(question: ReviewQuestion) -> Decision | None:
    """What came with the merge goes out again, as far as it is still there."""
    change = ProfileChange.objects.get(pk=question.change_id or 0)
    profile_id = profile_holding(question.a_profile_id or 0) or 0
    still = Identifier.objects.filter(pk__in=change.identifier_ids, profile_id=profile_id).values_list("pk", flat=True)
    reason = question.reason or "A sampled merge that was wrong."
    return unmerge(
        profile_id=profile_id, identifier_ids=list(still), author=question.answered_by, reason=reason
    ).decision


@transaction.atomic
def undo(question_id: int, *, person: str) -> ReviewQuestion:
    """Take an answer back, and what was decided by it; the question is this person's again. Raises NotAnswered."""
    question = _locked(question_id)
    if question.state != "decided":
        raise NotAnswered("open", "There is nothing to undo: this question is not decided.")
    if question.kind == "parked" and question.carried_out_at:
        raise NotAnswered("released", "A released delivery is resolved at once: that can't be undone here.")
    if question.carried_out_at:
        _take_back(question, person)
    question.claimed_by, question.claimed_until = person, timezone.now() + timedelta(minutes=1)
    _open_again(question)
    return question


def _take_back(question: ReviewQuestion, person: str) -> None:
    if question.answer_decision:
        withdraw(question.answer_decision, author=person, reason=UNDONE)
    decision = question.decision
    if decision and decision.withdrawn_at and decision.withdrawn_by == question.answered_by:
        sides = {
            side: [Named(i.kind, i.value) for i in decision.identifiers.all() if i.side == side] for side in ("a", "b")
        }
        question.decision, _ = decide(
            action=decision.action, a=sides["a"], b=sides["b"], author=decision.author, reason=decision.reason
        )


def undo_batch(batch: uuid.UUID, *, person: str) -> int:
    """Take back what was answered together; gives how many."""
    waiting = ReviewQuestion.objects.filter(batch=batch, state="decided").exclude(kind="parked").order_by("-pk")
    ids = list(waiting.values_list("pk", flat=True))
    for question_id in ids:
        undo(question_id, person=person)
    return len(ids)


def _open_again(question: ReviewQuestion) -> None:
    """Open, unless another question asks the same by now."""
    same = ReviewQuestion.objects.filter(state="open", kind__in=["held", "probable"]).exclude(pk=question.pk)
    if question.kind in ("held", "probable") and same.filter(
        a_profile_id=question.a_profile_id, b_profile_id=question.b_profile_id
    ):
        question.state, question.closed_at, question.closed_because = "closed", timezone.now(), "same"
    else:
        question.state = "open"
    question.answer, question.answered_by, question.answered_at, question.reason = "", "", None, ""
    question.carried_out_at, question.answer_decision, question.batch = None, None, None
    question.changed_at = timezone.now()
    question.save()
