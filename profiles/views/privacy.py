"""Takes an identifier of a person, gives a request to erase them: counted, confirmed, watched, certified."""

import logging
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from ingest.announcement import announce_erasure
from ingest.views import requests
from lambdas.transform.normalise import Unusable
from profiles.identities import kind_names, profile_of
from profiles.ids import public_id, public_ids
from profiles.models import Erasure
from profiles.privacy import erasure
from profiles.privacy.access import person_answer

logger = logging.getLogger(__name__)

SEE, ASK, CONFIRM = "profiles.view_erasures", "profiles.request_erasure", "profiles.confirm_erasure"
PAGE = 50
REFUSED = 422
BIGGEST = 2**63 - 1


@login_required
@permission_required(SEE, raise_exception=True)
@require_http_methods(["GET", "POST"])
def privacy(request: requests.PageRequest) -> HttpResponseBase:
    error = ""
    if request.method == "POST":
        try:
            return _answer(request)
        except ValidationError as refused:
            error = " ".join(refused.messages)
    before = requests.number(request.GET, "before")
    found = erasure.requests_page(before=before, limit=PAGE + 1)
    context = {
        "found": found[:PAGE],
        "before": found[PAGE - 1].pk if len(found) > PAGE else None,
        "ids": public_ids(one.profile_id for one in found),
        "kinds": kind_names(),
        "form": {name: requests.text(request.POST, name) for name in ("kind", "value", "others_too")},
        "error": error,
    }
    return render(request, "profiles/privacy.html", context, status=REFUSED if error else 200)


def _answer(request: requests.PageRequest) -> HttpResponseBase:
    """Raises ValidationError with what is to be put right."""
    profile_id = _profile_meant(request)
    if requests.text(request.POST, "action") == "export":
        logger.info("everything held on %s was exported by %s", public_id(profile_id), request.user.pk)
        return person_answer(profile_id)
    others_too = requests.text(request.POST, "others_too") == "on"
    made = erasure.ask(profile_id=profile_id, author=request.user.get_username(), others_too=others_too)
    announce_erasure()
    return redirect("erasure", made.pk)


def _profile_meant(request: requests.PageRequest) -> int:
    if not request.user.has_perm(ASK):
        raise ValidationError("You may look at requests, not make one.")
    kind, value = requests.text(request.POST, "kind"), requests.text(request.POST, "value")
    try:
        profile_id = profile_of(kind=kind, value=value)
    except Unusable as no:
        raise ValidationError(
            f"This can't be a value of {kind or 'any kind'}: {no.reason.replace('_', ' ')}."
        ) from None
    if profile_id is None:
        raise ValidationError("No profile holds this identifier: nothing is held on this person.")
    return profile_id


@login_required
@permission_required(SEE, raise_exception=True)
def erasure_page(request: requests.PageRequest, erasure_id: int) -> HttpResponse:
    context = _context(_found(erasure_id))
    page = "profiles/erasure_progress.html" if request.htmx else "profiles/erasure.html"
    return render(request, page, context)


@login_required
@permission_required(CONFIRM, raise_exception=True)
@require_POST
def erasure_confirm(request: requests.PageRequest, erasure_id: int) -> HttpResponse:
    asked = _found(erasure_id)
    try:
        erasure.confirm(asked, author=request.user.get_username(), typed=requests.text(request.POST, "typed"))
    except ValidationError as refused:
        announce_erasure()
        asked.refresh_from_db()
        context = _context(asked) | {"error": " ".join(refused.messages)}
        return render(request, "profiles/erasure.html", context, status=REFUSED)
    announce_erasure()
    return redirect("erasure", asked.pk)


@login_required
@permission_required(ASK, raise_exception=True)
@require_POST
def erasure_cancel(request: requests.PageRequest, erasure_id: int) -> HttpResponse:
    if erasure.cancel(_found(erasure_id), author=request.user.get_username()):
        messages.success(request, "The request is cancelled. Nothing was deleted.")
    else:
        messages.error(request, "It is confirmed already, and can't be stopped.")
    return redirect("privacy")


@login_required
@permission_required(SEE, raise_exception=True)
def erasure_certificate(request: requests.PageRequest, erasure_id: int) -> HttpResponse:
    done = get_object_or_404(Erasure, pk=min(erasure_id, BIGGEST), state=Erasure.State.DONE)
    answer = JsonResponse(erasure.certificate(done), json_dumps_params={"indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="erasure-{done.pk}.json"'
    return answer


def _found(erasure_id: int) -> Erasure:
    return get_object_or_404(Erasure, pk=min(erasure_id, BIGGEST))


def _context(asked: Erasure) -> dict[str, Any]:
    return {
        "erasure": asked,
        "public": public_id(asked.profile_id),
        "steps": _steps(asked),
        "counts": _lines(asked.done if asked.state == Erasure.State.DONE else asked.counts),
        "remains": erasure.remains(asked),
        "word": erasure.CONFIRMATION,
    }


def _steps(asked: Erasure) -> list[tuple[str, str]]:
    """Each step in words, and whether it is done, at work or to come."""
    order = list(Erasure.Step)
    at = len(order) if asked.state == Erasure.State.DONE else order.index(Erasure.Step(asked.step))
    state = {True: "done", False: "to come"}
    return [(str(step.label), "at work" if place == at else state[place < at]) for place, step in enumerate(order)]


WORDS = {
    "events": "events",
    "import_rows": "of them imported rows",
    "deliveries": "deliveries they came in",
    "identifiers": "identifiers",
    "staying": "identifiers that stay with others",
    "traits": "values of traits",
    "links": "links",
    "combinations": "combinations of identifiers",
    "decisions": "decisions about the person",
    "questions": "review questions",
    "candidates": "probable matches",
    "rejected_records": "rejected records",
    "history": "lines of history, kept as opaque numbers and times",
    "archive_objects": "objects of the archive that hold events of those hours",
}


def _lines(counts: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(words, counts[name]) for name, words in WORDS.items() if name in counts]
