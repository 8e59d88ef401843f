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

from profiles.deciding.bulk import decide_in_bulk
from profiles.deciding.decisions import (
    Decided,
    Named,
    decide,
    merge_after_all,
    merge_profiles,
    reject_merge,
    take_back,
    unmerge,
)
from profiles.deciding.pending import refuse
from profiles.identities import profile_holding
from profiles.models import Decision, Identifier, ProfileChange, ReviewGrounds, ReviewQuestion
from profiles.parked import release
from profiles.reading import read_one
from profiles.review.questions import refresh_review

CARRY_OUT_TASK = "profiles.carry_out_answers"
UNDONE = "undone in review"
PAIRS = ("held", "probable")

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
    check(question, answer=answer, person=person, reason=reason, seen=seen)
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


def check(question: ReviewQuestion, *, answer: str, person: str, reason: str = "", seen: str = "") -> None:
    """Whether the answer would be taken. Raises NotAnswered."""
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
    if seen and seen != fingerprint(question):
        raise NotAnswered("changed", "These profiles have changed since you opened the page. Look at them again.")


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
            if question.batch and question.kind in PAIRS:
                return _carry_out_together(question)
            decided = _act(question)
    except ValidationError as error:
        if getattr(error, "code", "") == "busy":
            return None  # it waits for the next turn
        _ask_again(question, " ".join(error.messages))
        return False
    if decided:
        question.answer_decision, question.pending = decided.decision, decided.pending
    _carried_out(question)
    return True


def _carried_out(question: ReviewQuestion) -> None:
    question.carried_out_at = timezone.now()
    question.save(update_fields=["answer_decision", "pending", "carried_out_at"])


def _carry_out_together(first: ReviewQuestion) -> bool:
    """The pairs that were answered together are decided together: what they change in sum may need a second person."""
    waiting = ReviewQuestion.objects.filter(state="decided", carried_out_at=None, batch=first.batch, kind__in=PAIRS)
    together = list(waiting.select_for_update(of=("self",)).order_by("pk"))
    pairs, yes = [_numbers(question) for question in together], first.answer == "yes"
    done = decide_in_bulk(
        merges=pairs if yes else [], rejects=[] if yes else pairs, author=first.answered_by, reason=first.reason
    )
    refused = {(refusal.a_profile_id, refusal.b_profile_id): refusal for refusal in done.refused}
    decisions = iter(done.decisions)
    for question in together:
        refusal = refused.get(_numbers(question))
        if refusal and refusal.code != "same":
            _ask_again(question, refusal.words)
            continue
        if not refusal:
            question.answer_decision, question.pending = next(decisions, None), done.pending
        _carried_out(question)
    return True


def _numbers(question: ReviewQuestion) -> tuple[int, int]:
    return question.a_profile_id or 0, question.b_profile_id or 0


def _ask_again(question: ReviewQuestion, text: str) -> None:
    logger.warning("the answer to question %s can't be carried out, so it is asked again", question.pk)
    question.note = f"{question.answered_by} answered “{question.answer}”, which could not be carried out: {text}"
    _open_again(question)


def _act(question: ReviewQuestion) -> Decided | None:
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


def _decide_pair(question: ReviewQuestion) -> Decided | None:
    a, b = _profiles(question)
    if a == b and question.answer == "yes":
        return None
    carry = merge_profiles if question.answer == "yes" else reject_merge
    return carry(a_profile_id=a, b_profile_id=b, author=question.answered_by, reason=question.reason)


def _decide_again(question: ReviewQuestion) -> Decided | None:
    """Yes, they are one, or no: either confirms the decision in question, or takes it back."""
    decision = question.decision
    if decision is None or decision.withdrawn_at:
        raise ValidationError("That decision has been withdrawn.", "withdrawn")
    says_one = decision.action == Decision.Action.ASSERT
    if says_one == (question.answer == "yes"):
        grounds = ReviewGrounds.objects.get(pk=decision.pk)
        grounds.links, grounds.vouched, grounds.over = question.links, question.vouched, question.reasons
        grounds.told = sorted({*(grounds.told or ()), *question.told})
        grounds.seen_at = timezone.now()
        grounds.save()
        return None
    reason = question.reason or question.note
    if says_one:
        return take_back(decision=decision, author=question.answered_by, reason=reason)
    a, b = _profiles(question)
    author = question.answered_by
    return merge_after_all(separation=decision, a_profile_id=a, b_profile_id=b, author=author, reason=reason)


def _part_sample(question: ReviewQuestion) -> Decided:
    """What came with the merge goes out again, as far as it is still there."""
    change = ProfileChange.objects.get(pk=question.change_id or 0)
    profile_id = profile_holding(question.a_profile_id or 0) or 0
    still = Identifier.objects.filter(pk__in=change.identifier_ids, profile_id=profile_id).values_list("pk", flat=True)
    reason = question.reason or "A sampled merge that was wrong."
    return unmerge(profile_id=profile_id, identifier_ids=list(still), author=question.answered_by, reason=reason)


@transaction.atomic
def undo(question_id: int, *, person: str) -> ReviewQuestion:
    """Take an answer back, and what was decided by it; the question is this person's again. Raises NotAnswered."""
    question = _locked(question_id)
    if question.state != "decided":
        raise NotAnswered("open", "There is nothing to undo: this question is not decided.")
    if question.kind == "parked" and question.carried_out_at:
        raise NotAnswered("released", "A released delivery is resolved at once: that can't be undone here.")
    if question.carried_out_at:
        try:
            words = _take_back(question, person)
        except ValidationError as error:
            raise NotAnswered("refused", " ".join(error.messages)) from error
        if words:
            question.note = words
            question.save(update_fields=["note"])
            return question
    question.claimed_by, question.claimed_until = person, timezone.now() + timedelta(minutes=1)
    _open_again(question)
    return question


def _take_back(question: ReviewQuestion, person: str) -> str:
    """What was decided by the answer is no more; words, where taking it back waits for a second person itself."""
    if question.pending and question.pending.state == "waiting":
        refuse(question.pending, author=person, reason=UNDONE)
    reopened = question.decision
    decided = question.answer_decision or _approved(question)
    if decided and decided != reopened and not decided.withdrawn_at:
        taken = take_back(decision=decided, author=person, reason=UNDONE)
        if taken.pending:
            return taken.words
    if reopened and reopened.withdrawn_at and reopened.withdrawn_by == question.answered_by:
        question.decision = _decide_anew(reopened)
    return ""


def _approved(question: ReviewQuestion) -> Decision | None:
    """What a second person approved: the decisions of one that waited stand in the order of its questions."""
    if question.pending is None or not question.pending.decision_ids:
        return None
    order = list(ReviewQuestion.objects.filter(pending=question.pending).order_by("pk").values_list("pk", flat=True))
    place = order.index(question.pk)
    ids = question.pending.decision_ids
    return Decision.objects.filter(pk=ids[place]).first() if place < len(ids) else None


def _decide_anew(decision: Decision) -> Decision:
    sides = {side: [Named(i.kind, i.value) for i in decision.identifiers.all() if i.side == side] for side in "ab"}
    anew, _ = decide(action=decision.action, a=sides["a"], b=sides["b"], author=decision.author, reason=decision.reason)
    return anew


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
    question.carried_out_at, question.answer_decision = None, None
    question.pending, question.batch = None, None
    question.changed_at = timezone.now()
    question.save()
