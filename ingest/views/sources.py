"""Takes a form or an id, gives sources: made, shown with the snippet to copy, changed, and watched until they work."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from ingest.deliveries import source_counts
from ingest.events import latest_event_for
from ingest.masking import mask_for
from ingest.models import Source
from ingest.sources import IMPORT, create_source, rotate_secret, snippet, update_source
from ingest.views import requests, shown_once
from ingest.views.events import shown

SECRET = "source"  # noqa: S105 - whose secret it is


@login_required
@permission_required("ingest.manage_sources", raise_exception=True)
def sources(request: requests.PageRequest) -> HttpResponse:
    day = source_counts(since=timezone.now() - timedelta(days=1))
    rows = [(source, day.get(source.pk)) for source in Source.objects.order_by("-is_default", "name")]
    return render(request, "ingest/sources.html", {"rows": rows, "import_name": IMPORT})


@login_required
@permission_required("ingest.manage_sources", raise_exception=True)
@require_http_methods(["GET", "POST"])
def source_create(request: requests.PageRequest) -> HttpResponse:
    form = _form(request)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            made = create_source(name=requests.text(request.POST, "name"), trusted="trusted" in request.POST, **form)
        except ValidationError as error:
            errors = _errors(error)
        else:
            shown_once.keep(request, SECRET, made.source.pk, made.secret)
            messages.success(request, f"“{made.source.name}” is ready for its first event.")
            return redirect("source", made.source.pk)
    form["name"] = requests.text(request.POST, "name")
    context = {"errors": errors, "form": form, "client_ips": Source.ClientIp.choices}
    return render(request, "ingest/source_create.html", context, status=422 if errors else 200)


@login_required
@permission_required("ingest.manage_sources", raise_exception=True)
@require_http_methods(["GET", "POST"])
def source(request: requests.PageRequest, source_id: int) -> HttpResponse:
    found = get_object_or_404(Source, pk=source_id)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            update_source(found, enabled="enabled" in request.POST, **_form(request))
        except ValidationError as error:
            errors = _errors(error)
        else:
            messages.success(request, "Saved. The front door knows it within half a minute.")
            return redirect("source", found.pk)
    template = "ingest/source_live.html" if request.htmx else "ingest/source.html"
    context = {**_live(request, found), **_keys(request, found), "errors": errors}
    if errors:
        context["form"] = _form(request)
    return render(request, template, context, status=422 if errors else 200)


@login_required
@permission_required("ingest.manage_sources", raise_exception=True)
@require_POST
def source_secret(request: requests.PageRequest, source_id: int) -> HttpResponse:
    found = get_object_or_404(Source, pk=source_id)
    shown_once.keep(request, SECRET, found.pk, rotate_secret(found))
    messages.success(request, "A new secret key. The old one proves nothing any more.")
    return redirect("source", found.pk)


def _form(request: requests.PageRequest) -> dict[str, Any]:
    posted = request.POST
    return {
        "origins": requests.text(posted, "origins").split(),
        "region": requests.text(posted, "region"),
        "client_ip": posted.get("client_ip", Source.ClientIp.TRUNCATED),
    }


def _errors(error: ValidationError) -> dict[str, list[str]]:
    return error.message_dict if hasattr(error, "error_dict") else {"name": error.messages}


def _live(request: requests.PageRequest, found: Source) -> dict[str, Any]:
    """What changes by itself: whether anything came, and how much."""
    latest = latest_event_for(found.pk)
    mask = mask_for(request.user, whole="ingest.view_events", masked="ingest.view_masked")
    counts = source_counts(since=timezone.now() - timedelta(days=1))
    return {
        "source": found,
        "latest": shown(latest, mask=mask) if latest else None,
        "day": counts.get(found.pk),
        "is_import": found.name == IMPORT,
    }


def _keys(request: requests.PageRequest, found: Source) -> dict[str, Any]:
    return {
        "secret": "" if request.htmx else shown_once.take(request, SECRET, found.pk),
        "snippet": snippet(found),
        "collect_url": settings.COLLECT_URL,
        "client_ips": Source.ClientIp.choices,
        "form": {"origins": found.origins, "region": found.region, "client_ip": found.client_ip},
    }
