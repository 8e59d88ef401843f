"""Takes filters or a question's number, gives questions to answer; takes an answer, gives what became of it."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from ingest.masking import Mask
from ingest.models import Source
from profiles.api import asking, shown
from profiles.api import review_shapes as shapes
from profiles.api.clients import MayDecide
from profiles.api.decisions import effect_of
from profiles.api.endpoint import AFTER, Answer, Body, described, endpoint, limit, text
from profiles.api.idempotency import once
from profiles.api.problems import Problem
from profiles.deciding.preview import DecisionPreview
from profiles.ids import public_ids
from profiles.models import MatchCandidate, ReviewQuestion
from profiles.review.answers import NotAnswered, answer, check, fingerprint, undo
from profiles.review.effect import preview_answer, preview_question
from profiles.review.lines import Line, lines_of
from profiles.review.pair import Field, Side, compare, evidence_between, seen_with, sides_of, sides_of_sample
from profiles.review.queue import PAGE, SHOW, SORTS, QueueFilters, queue_page, reasons, skip

WHOLE = Mask(on=False)
MOST = 200
STATUS = {"gone": 404, "answer": 422, "reason": 422, "refused": 422}  # of what is not answered; else 409
MISSING = {404: "No question has this number."}
PROBLEMS = MISSING | {
    400: "The request makes no sense.", 422: "That is no answer to this question, and why.",
    409: "It is answered, closed or being looked at by now, or the profiles have changed; or the first request with "
         "this key is still at work.",
    503: "The engine is busy: try again in a moment.",
}  # fmt: skip


@described(
    name="list_questions",
    tag="Review",
    summary="List the questions that wait for an answer",
    answer=Answer(shapes.QuestionPage, sample=shapes.PAGE),
    problems={400: "A parameter makes no sense."},
    parameters=[
        text("show", "Without it, those that are open and not skipped by this client.", enum=list(SHOW)),
        text("kind", "Only questions of this kind.", enum=ReviewQuestion.Kind.values),
        text("reason", "Only questions with this reason.", example="limit user_id"),
        text("source", "Only questions whose latest evidence is of this source, by its name.", example="Web shop"),
        text("score", "Only matches that are so sure at least, in percent.", example="90"),
        text("sort", "The order; without it, the most urgent first.", enum=list(SORTS)),
        AFTER,
        limit(MOST, PAGE),
    ],
)
@endpoint("GET")
def questions(request: Request) -> Response:
    """What resolution and matching leave open: held links, probable matches, shared values, parked deliveries, samples
    of merges, decisions that new evidence speaks against."""
    filters, who = _filters(request), asking.author(request)
    size = asking.limit(request, most=MOST, usual=PAGE)
    (after,) = asking.after(request, "")
    page = queue_page(filters, person=who, after=after, limit=size)
    lines = lines_of(page.questions, mask=WHOLE, person=who)
    following = asking.cursor(page.further) if page.further else None
    return Response({"results": [_line(line) for line in lines], "next": following})


@described(
    name="read_question",
    tag="Review",
    summary="Read a question, with what it is decided by",
    answer=Answer(shapes.QuestionAnswer, sample=shapes.WHOLE),
    problems=MISSING,
)
@endpoint("GET")
def question(request: Request, question_id: str) -> Response:
    """Both sides, what agrees and what differs, the links that would join them, and what a match weighs."""
    found = _found(question_id)
    return Response({**_summary(found, request), "fingerprint": fingerprint(found), **_grounds(found)})


@described(
    name="preview_question",
    tag="Review",
    summary="What a merge would do",
    answer=Answer(shapes.QuestionEffect),
    problems=MISSING | {422: "It can't be decided, and why.", 503: "The engine is busy: try again in a moment."},
)
@endpoint("GET", may=MayDecide)
def effect(request: Request, question_id: str) -> Response:
    """Of yes, or, where that changes nothing, of no: carried out, looked at and rolled back. The answer that you have
    in mind is previewed with `dry_run`."""
    found = _found(question_id)
    return Response({"question_id": found.pk, "effect": _effect(preview_question(found))})


@described(
    name="answer_question",
    tag="Review",
    summary="Answer a question",
    answer=Answer(shapes.Replied, sample=shapes.REPLIED),
    takes=Body(shapes.Reply, {"answer": "no", "reason": "father and son", "seen": shapes.WHOLE["fingerprint"]}),
    problems=PROBLEMS,
)
@endpoint("POST", may=MayDecide)
@once
def reply(request: Request, question_id: str) -> Response:
    """Taken down at once and carried out in the background: read the question to see when. What changes much waits for
    a second person, who is never the client itself."""
    said, who = asking.valid(shapes.Reply, request), asking.author(request)
    found = _found(question_id)
    if said["answer"] == "skip":
        return _skip(found, request, dry_run=said["dry_run"])
    try:
        if said["dry_run"]:
            check(found, answer=said["answer"], person=who, reason=said["reason"], seen=said["seen"])
            effect = _effect(preview_answer(found, answer=said["answer"]))
            return _replied("dry_run", found, request, effect)
        taken = answer(found.pk, answer=said["answer"], person=who, reason=said["reason"], seen=said["seen"])
    except NotAnswered as error:
        raise _refused(error) from None
    return _replied("answered", taken, request)


@described(
    name="undo_answer",
    tag="Review",
    summary="Take an answer back",
    answer=Answer(shapes.Replied, sample={**shapes.REPLIED, "state": "undone", "question": shapes.QUESTION}),
    problems=PROBLEMS,
)
@endpoint("POST", may=MayDecide)
@once
def take_back(request: Request, question_id: str) -> Response:
    """And what was decided by it: the question is open again, and this client's for a minute. Where that changes much
    itself, it waits for a second person; the question says so in its `note`."""
    found = _found(question_id)
    try:
        undone = undo(found.pk, person=asking.author(request))
    except NotAnswered as error:
        raise _refused(error) from None
    return _replied("answered" if undone.answer else "undone", undone, request)


def _filters(request: Request) -> QueueFilters:
    reason, source = asking.text(request, "reason"), asking.text(request, "source")
    if reason and reason not in reasons():
        raise asking.bad("reason", " or ".join(reasons()))
    source_id = Source.objects.filter(name=source).values_list("pk", flat=True).first() if source else None
    if source and source_id is None:
        raise asking.bad("source", "the name of a source")
    score = asking.text(request, "score")
    if score and not (score.isascii() and score.isdigit() and len(score) <= 3 and int(score) <= 100):
        raise asking.bad("score", "a number from 0 to 100")
    return QueueFilters(
        show=asking.one_of(request, "show", *SHOW) or "open",
        kind=asking.one_of(request, "kind", *ReviewQuestion.Kind.values),
        reason=reason, source=source_id, score=int(score) if score else None,
        sort=asking.one_of(request, "sort", *SORTS) or "urgent",
    )  # fmt: skip


def _found(question_id: str) -> ReviewQuestion:
    known = ReviewQuestion.objects.select_related("decision", "answer_decision", "pending")
    found = known.filter(pk=asking.number(question_id)).first()
    if found is None:
        raise Problem(status=404, reason="not_found", detail="no question has this number")
    return found


def _skip(found: ReviewQuestion, request: Request, *, dry_run: bool) -> Response:
    if found.state != "open":
        raise Problem(status=409, reason=found.state, detail="this question is not open")
    if dry_run:
        return _replied("dry_run", found, request)
    skip(found.pk, person=asking.author(request))
    return _replied("skipped", found, request)


def _replied(state: str, found: ReviewQuestion, request: Request, effect: dict[str, Any] | None = None) -> Response:
    return Response({"state": state, "question": _summary(found, request), "effect": effect})


def _refused(error: NotAnswered) -> Problem:
    return Problem(status=STATUS.get(error.why, 409), reason=error.why, detail=str(error))


def _effect(found: DecisionPreview | None) -> dict[str, Any] | None:
    return None if found is None or found.nothing else effect_of(found)


def _summary(found: ReviewQuestion, request: Request) -> dict[str, Any]:
    (line,) = lines_of([found], mask=WHOLE, person=asking.author(request))
    return _line(line)


def _line(line: Line) -> dict[str, Any]:
    one = line.question
    value = line.value
    return {
        "question_id": one.pk, "kind": one.kind, "state": one.state, "why": line.why, "reasons": one.reasons,
        "priority": one.priority, "probability": one.probability, "asked_at": one.asked_at,
        "a": shown.summary(line.a) if line.a else None, "b": shown.summary(line.b) if line.b else None,
        "value": {"kind": value.kind.name, "value": value.value} if value else None,
        "delivery_id": one.delivery_id, "decision_id": one.decision_id,
        "claimed_by": one.claimed_by if line.held_by_another else "",
        "answer": one.answer, "answered_by": one.answered_by, "answered_at": one.answered_at,
        "carried_out_at": one.carried_out_at, "answer_decision_id": one.answer_decision_id,
        "waits_for_second_person": bool(one.pending and one.pending.state == "waiting"),
        "outcome": line.outcome, "note": one.note,
    }  # fmt: skip


def _grounds(found: ReviewQuestion) -> dict[str, Any]:
    a, b = found.a_profile_id, found.b_profile_id
    sample = found.kind == ReviewQuestion.Kind.SAMPLE
    sides = () if a is None or b is None else sides_of_sample(found) if sample else sides_of(a, b)
    candidate = MatchCandidate.objects.filter(pk=found.candidate_id).first() if found.candidate_id else None
    return {
        "sides": _sides(sides),
        "compared": [_field(field) for field in compare(*sides, mask=WHOLE)] if sides else [],
        "evidence": _evidence(a, b) if a and b and not sample else [],
        "seen_with": _seen_with(found.identifier_id) if found.identifier_id else [],
        "match_parts": candidate.parts if candidate else None,
    }


def _sides(sides: tuple[Side, ...]) -> list[dict[str, Any]]:
    ids = public_ids({side.profile_id for side in sides})
    return [
        {
            "profile_id": ids[side.profile_id], "identifiers_total": side.size, "traits": side.traits,
            "identifiers": [shown.known_identifier(one) for one in side.identifiers],
        }
        for side in sides
    ]  # fmt: skip


def _field(field: Field) -> dict[str, Any]:
    a, b = (["".join(piece.text for piece in value) for value in values] for values in (field.a, field.b))
    name, identifier = field.name, bool(field.kind)
    return {"name": name, "identifier": identifier, "agreement": field.agreement, "a": a, "b": b, "note": field.note}


def _evidence(a: int, b: int) -> list[dict[str, Any]]:
    return [
        {
            "a": {"kind": one.a_kind, "value": one.a_value}, "b": {"kind": one.b_kind, "value": one.b_value},
            "event_id": one.event_id, "time": one.first_seen, "vouched": one.vouched, "held": one.held,
            "words": one.reason,
        }
        for one in evidence_between(a, b)
    ]  # fmt: skip


def _seen_with(identifier_id: int) -> list[dict[str, Any]]:
    seen = seen_with(identifier_id)
    ids = public_ids({one.profile_id for one in seen})
    return [
        {
            "identifier": shown.identifier(one), "profile_id": ids[one.profile_id], "event_id": one.event_id,
            "time": one.first_seen, "vouched": one.vouched, "held": one.held or "",
        }
        for one in seen
    ]  # fmt: skip
