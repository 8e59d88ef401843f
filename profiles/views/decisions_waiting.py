"""Takes a decision that waits for a second person, gives what it would do now; and the setting of when one waits."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from ingest.views import requests
from profiles.deciding.listing import NEWEST
from profiles.deciding.pending import approve, preview_pending, refuse
from profiles.deciding.second_eyes import second_eyes, set_second_eyes
from profiles.models import PendingDecision, SecondEyes
from profiles.views.deciding import DECIDE, REFUSED, seen

SET = "profiles.set_second_eyes"
CHANGES = 20


@login_required
@permission_required(DECIDE, raise_exception=True)
@require_http_methods(["GET", "POST"])
def decision_waiting(request: requests.PageRequest, pending_id: int) -> HttpResponse:
    pending = get_object_or_404(PendingDecision, pk=min(pending_id, NEWEST - 1))
    error = ""
    if request.method == "POST":
        try:
            _see(request, pending)
        except ValidationError as refused:
            error = " ".join(refused.messages)
        else:
            return redirect("decisions")
    waits = pending.state == PendingDecision.State.WAITING
    context = {
        "pending": pending,
        "own": pending.author == request.user.get_username(),
        "preview": preview_pending(pending) if waits else None,
        "error": error,
        "reason": requests.text(request.POST, "reason"),
    }
    return render(request, "profiles/decision_waiting.html", context, status=REFUSED if error else 200)


def _see(request: requests.PageRequest, pending: PendingDecision) -> None:
    author, reason = request.user.get_username(), requests.text(request.POST, "reason")
    if requests.text(request.POST, "action") == "approve":
        expected = seen(requests.text(request.POST, "expected") or "nothing", unseen="unseen" in request.POST)
        made = approve(pending, author=author, reason=reason, expected=expected)
        undo = f"undo-{made[0].pk}" if len(made) == 1 and made[0].withdrawn_at is None else ""
        messages.success(request, "Approved, and in force.", extra_tags=undo)
    else:
        refuse(pending, author=author, reason=reason)
        messages.success(request, "Refused. Nothing of it was applied.")


@login_required
@permission_required(SET, raise_exception=True)
@require_http_methods(["GET", "POST"])
def second_eyes_page(request: requests.PageRequest) -> HttpResponse:
    form = {"profiles": second_eyes().profiles, "events": second_eyes().events}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        form, errors = {}, {}
        for name in ("profiles", "events"):
            form[name] = requests.number(request.POST, name)
            if form[name] is None and requests.text(request.POST, name):
                errors[name] = ["A whole number from 1, or nothing: then any number may be decided alone."]
        try:
            if not errors:
                set_second_eyes(**form, author=request.user.get_username())
        except ValidationError as refused:
            errors = refused.message_dict
        if not errors:
            messages.success(request, "In force for every decision from now on.")
            return redirect("second_eyes")
    context = {"form": form, "errors": errors, "changes": SecondEyes.objects.order_by("-pk")[:CHANGES]}
    return render(request, "profiles/second_eyes.html", context, status=422 if errors else 200)
