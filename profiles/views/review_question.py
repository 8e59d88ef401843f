"""Takes a question, gives the page to answer it on; takes an answer, gives the next question."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from ingest.masking import Mask, mask_for
from ingest.models import Source
from ingest.views import requests
from profiles.ids import public_ids
from profiles.models import Identifier, MatchCandidate, ReviewQuestion
from profiles.review.answers import NotAnswered, answer, fingerprint, is_held_by_another, undo
from profiles.review.effect import preview_question
from profiles.review.lines import Line, lines_of, outcome, percent
from profiles.review.pair import (
    Evidence,
    compare,
    evidence_between,
    masked_evidence,
    masked_seen,
    seen_with,
    sides_of,
    sides_of_sample,
    summary,
)
from profiles.review.questions import open_questions
from profiles.review.queue import QueueFilters, claim, filters_of, let_go, neighbour, other_questions, skip
from profiles.review.waterfall import HEIGHT, WIDTH, waterfall
from profiles.views.profiles import MASKED, WHOLE
from profiles.views.review import DECIDE, address
from profiles.views.review_undo import offer_undo, offered_undo


@login_required
def review_question(request: requests.PageRequest, question_id: int) -> HttpResponse:
    """Who may decide is at it from now on, unless somebody else is."""
    mask = mask_for(request.user, whole=WHOLE, masked=MASKED)
    person, may_decide = request.user.get_username(), request.user.has_perm(DECIDE)
    if may_decide:
        claim(question_id, person=person)
    question = _question(question_id)
    filters = filters_of(request.GET)
    (line,) = lines_of([question], mask=mask, person=person)
    context = {
        "mask": mask,
        "question": question,
        "line": line,
        "decision_reason": mask.said(question.decision.reason) if question.decision else "",
        "may_decide": may_decide and question.state == "open" and not line.held_by_another,
        "outcome": outcome(question),
        "way": urlencode(filters.fields()),
        "fingerprint": fingerprint(question),
        "open": open_questions(),
        "undo": offered_undo(request),
        "following": _address(neighbour(question, filters, person=person), filters),
        "before": _address(neighbour(question, filters, person=person, back=True), filters),
        "sources": dict(Source.objects.values_list("pk", "name")),
        **_grounds(question, line, mask=mask, person=person),
    }
    return render(request, "profiles/review_question.html", context)


def _question(question_id: int) -> ReviewQuestion:
    found = (
        ReviewQuestion.objects.select_related("decision", "answer_decision", "pending").filter(pk=question_id).first()
    )
    if found is None:
        raise Http404
    return found


def _address(question_id: int | None, filters: QueueFilters) -> str:
    return address(question_id, filters) if question_id else ""


def _grounds(question: ReviewQuestion, line: Line, *, mask: Mask, person: str) -> dict[str, Any]:
    """What each sort of question is decided by."""
    if question.kind == "value":
        return _value(question, mask)
    if question.kind == "parked":
        parked = line.parked
        examples = parked.examples if parked else []
        ids = public_ids(i for e in examples for i in (e.from_profile_id, e.to_profile_id)) if examples else {}
        value = mask.identifier(*parked.identifier) if parked and parked.identifier else ""
        return {"parked": parked, "ids": ids, "parked_value": value}
    return _pair(question, mask=mask, person=person)


def _value(question: ReviewQuestion, mask: Mask) -> dict[str, Any]:
    seen = [masked_seen(one, mask=mask) for one in seen_with(question.identifier_id or 0)]
    holders = Identifier.objects.filter(pk=question.identifier_id or 0).values_list("profile_id", flat=True)
    ids = public_ids({one.profile_id for one in seen} | set(holders))
    # counted when it was asked; more may have come since
    held = max(question.links, len(seen))
    return {"seen": seen, "held": held, "ids": ids, "holder": holders.first()}


def _pair(question: ReviewQuestion, *, mask: Mask, person: str) -> dict[str, Any]:
    a, b = question.a_profile_id, question.b_profile_id
    ids = public_ids({i for i in (a, b) if i})
    if a is None or b is None:
        return {"ids": ids}
    left, right = sides_of_sample(question) if question.kind == "sample" else sides_of(a, b)
    fields = compare(left, right, mask=mask)
    found: list[Evidence] = [] if question.kind == "sample" else evidence_between(a, b)
    candidate = MatchCandidate.objects.filter(pk=question.candidate_id).first() if question.candidate_id else None
    others = other_questions(question)
    return {
        "ids": ids,
        "left": left,
        "right": right,
        "fields": fields,
        "agreement": summary(fields),
        "evidence": [masked_evidence(one, mask=mask) for one in found],
        "waterfall": waterfall(candidate.parts, mask=mask) if candidate else None,
        "percent": percent(candidate.probability) if candidate else "",
        "chart_width": WIDTH,
        "chart_height": HEIGHT,
        "others": lines_of(others, mask=mask, person=person),
    }


@login_required
@permission_required(DECIDE, raise_exception=True)
def review_effect(request: requests.PageRequest, question_id: int) -> HttpResponse:
    """What saying yes (or, where that changes nothing, no) would do: carried out, looked at, and rolled back."""
    question = _question(question_id)
    context = {"question": question, "preview": preview_question(question), "way": request.GET.urlencode()}
    template = "profiles/review_effect_part.html" if request.htmx else "profiles/review_effect.html"
    return render(request, template, context)


@login_required
@permission_required(DECIDE, raise_exception=True)
@require_POST
def review_answer(request: requests.PageRequest, question_id: int) -> HttpResponse:
    """Taken down, carried out in the background; the next question is there at once."""
    person, reply = request.user.get_username(), requests.text(request.POST, "answer")
    question, filters = _question(question_id), filters_of(QueryDict(requests.text(request.POST, "way")))
    following = neighbour(question, filters, person=person)
    if reply == "skip":
        skip(question_id, person=person)
        messages.info(request, "Skipped: it comes back to you tomorrow.")
        return _onward(request, following, filters)
    try:
        taken = answer(
            question_id, answer=reply, person=person,
            reason=requests.text(request.POST, "reason"), seen=requests.text(request.POST, "seen"),
        )  # fmt: skip
    except NotAnswered as error:
        messages.warning(request, str(error))
        return redirect(address(question_id, filters))
    text = f"{outcome(taken)}."
    if taken.kind == "parked":
        offer_undo(request, "")
        messages.success(request, text)
    else:
        offer_undo(request, text, question_id=question_id)
    return _onward(request, following, filters)


def _onward(request: requests.PageRequest, following: int | None, filters: QueueFilters) -> HttpResponse:
    if following is None:
        messages.info(request, "That was the last one here.")
        return redirect(f"{reverse('review')}?{urlencode(filters.fields())}".rstrip("?"))
    return redirect(address(following, filters))


@login_required
@permission_required(DECIDE, raise_exception=True)
@require_POST
def review_undo(request: requests.PageRequest, question_id: int) -> HttpResponse:
    _question(question_id)
    try:
        undone = undo(question_id, person=request.user.get_username())
    except NotAnswered as error:
        messages.warning(request, str(error))
    else:
        if undone.state == "open":
            messages.success(request, "Undone: it is open again, and yours.")
        else:
            messages.warning(request, undone.note)
    offer_undo(request, "")
    return redirect(address(question_id, filters_of(QueryDict(requests.text(request.POST, "way")))))


@login_required
@permission_required(DECIDE, raise_exception=True)
@require_POST
def review_claim(request: requests.PageRequest, question_id: int) -> HttpResponse:
    """Stay at it, take it over, or leave it. The page asks every minute, and hears who is at it now."""
    person, wanted = request.user.get_username(), requests.text(request.POST, "claim")
    question = _question(question_id)
    if wanted == "leave":
        let_go(person=person)
        return redirect("review")
    claim(question_id, person=person, take_over=wanted == "take over")
    if not request.htmx or request.htmx.boosted:
        return redirect(address(question_id, filters_of(QueryDict(requests.text(request.POST, "way")))))
    question.refresh_from_db()
    context = {"question": question, "taken": question.state != "open" or is_held_by_another(question, person)}
    return render(request, "profiles/review_claim_part.html", context)
