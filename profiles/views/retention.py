"""Takes days for each source, gives how long its raw events are kept, and what has gone by it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from ingest.models import RetentionRule, Source
from ingest.privacy.retention import set_retention
from ingest.views import requests
from profiles.views.privacy import SEE

SET = "ingest.set_retention"


@login_required
@permission_required(SEE, raise_exception=True)
@require_http_methods(["GET", "POST"])
def retention(request: requests.PageRequest) -> HttpResponse:
    error = ""
    if request.method == "POST":
        try:
            _set(request)
        except ValidationError as refused:
            error = " ".join(refused.messages)
        else:
            messages.success(request, "Saved. What is older goes with the next daily run.")
            return redirect("retention")
    context = {"rows": _rows(), "months": settings.RAW_EVENTS_RETENTION_MONTHS, "error": error}
    return render(request, "profiles/retention.html", context, status=422 if error else 200)


def _set(request: requests.PageRequest) -> None:
    if not request.user.has_perm(SET):
        raise PermissionDenied
    source_id, days = requests.number(request.POST, "source"), requests.number(request.POST, "days")
    if days is None and requests.text(request.POST, "days"):
        raise ValidationError("Days are a whole number, or nothing.")
    source = get_object_or_404(Source, pk=source_id) if source_id else None
    set_retention(source=source, days=days, author=request.user.get_username())


def _rows() -> list[dict[str, Any]]:
    rules = {rule.source_id: rule for rule in RetentionRule.objects.all()}
    sources = [(source.pk, source.name) for source in Source.objects.order_by("name")]
    return [{"source": pk, "name": name, "rule": rules.get(pk)} for pk, name in [*sources, (None, "Rejected records")]]
