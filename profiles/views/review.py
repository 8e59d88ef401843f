"""Takes filters, gives the queue of questions; takes several, gives what one answer to all would do, and does it."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_POST

from ingest.masking import mask_for
from ingest.models import Source
from ingest.views import requests
from profiles.models import ReviewQuestion
from profiles.review.answers import NotAnswered, undo_batch
from profiles.review.bulk import MOST, answer_all, exact_preview, labels, preview_bulk
from profiles.review.lines import lines_of
from profiles.review.queue import (
    SCORES,
    SHOW,
    SORTS,
    QueueFilters,
    counts,
    filters_of,
    first_question,
    queue_page,
    reasons,
)
from profiles.views.profiles import MASKED, WHOLE
from profiles.views.review_undo import offer_undo, offered_undo

DECIDE = "profiles.decide"
MANY = {
    "parked": "parked deliveries",
    "reopened": "reopened decisions",
    "held": "held links",
    "probable": "probable matches",
    "value": "shared values",
    "sample": "samples of merges",
}
YEAR = 365 * 24 * 3600


def address(question_id: int, filters: QueueFilters) -> str:
    """The page of a question, on the way through the queue that the filters make."""
    way = urlencode(filters.fields())
    return reverse("review_question", args=[question_id]) + (f"?{way}" if way else "")


@login_required
def review(request: requests.PageRequest) -> HttpResponse:
    mask = mask_for(request.user, whole=WHOLE, masked=MASKED)
    filters, person = filters_of(request.GET), request.user.get_username()
    page = queue_page(filters, person=person, after=requests.text(request.GET, "after"))
    waiting = counts()
    context = {
        "mask": mask,
        "filters": filters,
        "way": urlencode(filters.fields()),
        "lines": lines_of(page.questions, mask=mask, person=person),
        "further": page.further,
        "later": "after" in request.GET,
        "kinds": [(kind, many, waiting.get(kind, 0)) for kind, many in MANY.items()],
        "open": sum(waiting.values()),
        "ever": bool(page.questions) or ReviewQuestion.objects.exists(),
        "undo": offered_undo(request),
        "answers": labels(filters.kind),
        **_choices(),
    }
    return render(request, "profiles/review.html", context)


def _choices() -> dict[str, Any]:
    return {
        "reasons": reasons(),
        "sources": list(Source.objects.order_by("name").values_list("pk", "name")),
        "scores": SCORES,
        "sorts": SORTS.items(),
        "shows": SHOW.items(),
    }


@login_required
@permission_required(DECIDE, raise_exception=True)
def review_next(request: requests.PageRequest) -> HttpResponse:
    """Straight to the first question that nobody else is at."""
    filters = filters_of(request.GET)
    first = first_question(filters, person=request.user.get_username())
    if first is None:
        messages.info(request, "Nothing waits for you here just now.")
        return redirect(f"{reverse('review')}?{urlencode(filters.fields())}")
    return redirect(address(first, filters))


@login_required
@permission_required(DECIDE, raise_exception=True)
@require_POST
def review_bulk(request: requests.PageRequest) -> HttpResponse:
    """The preview of one answer to several questions; confirmed, they are answered."""
    person, reply = request.user.get_username(), requests.text(request.POST, "answer")
    ids = [int(number) for number in request.POST.getlist("question") if number.isdigit() and len(number) < 19]
    onward = f"{reverse('review')}?{requests.text(request.POST, 'way')}".rstrip("?")
    if not ids or reply not in ("yes", "no"):
        messages.info(request, "Tick the questions that you want to answer together first.")
        return HttpResponseRedirect(onward)
    bulk = preview_bulk(ids, answer=reply, person=person)
    if requests.text(request.POST, "confirmed") == bulk.fingerprint and bulk.taken:
        answered = answer_all(bulk, person=person, reason=requests.text(request.POST, "reason"))
        offer_undo(request, f"{answered.done} answered “{reply}”.", batch=answered.batch)
        for why in answered.refused[:3]:
            messages.warning(request, why)
        return HttpResponseRedirect(onward)
    mask = mask_for(request.user, whole=WHOLE, masked=MASKED)
    context = {
        "mask": mask,
        "bulk": bulk,
        "preview": exact_preview(bulk) if bulk.taken else None,
        "lines": lines_of(bulk.taken, mask=mask, person=person),
        "left_out": zip(
            lines_of([q for q, _ in bulk.left_out], mask=mask, person=person),
            [why for _, why in bulk.left_out],
            strict=True,
        ),
        "way": requests.text(request.POST, "way"),
        "changed": "confirmed" in request.POST,
        "too_many": len(ids) > MOST,
        "most": MOST,
    }
    return render(request, "profiles/review_bulk.html", context)


@login_required
@permission_required(DECIDE, raise_exception=True)
@require_POST
def review_undo_batch(request: requests.PageRequest, batch: uuid.UUID) -> HttpResponse:
    try:
        undone = undo_batch(batch, person=request.user.get_username())
    except NotAnswered as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"{undone} undone: they are open again.")
    offer_undo(request, "")
    return redirect("review")


@login_required
@require_POST
def review_keys(request: requests.PageRequest) -> HttpResponse:
    """Single-letter keys on or off, for this person's browser."""
    onward = requests.text(request.POST, "next")
    safe = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(onward if safe else reverse("review"))
    if requests.text(request.POST, "keys") == "off":
        response.set_cookie("keys", "off", max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure())
    else:
        response.delete_cookie("keys")
    return response
