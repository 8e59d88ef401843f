"""Takes a kind and a span of time, gives the objects that Firehose kept, and a way to land them again."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from ingest.announcement import announce_replay
from ingest.kept.listing import Span, some_objects
from ingest.kept.replays import ask, is_expected, recent_replays, replayed_keys
from ingest.kept.store import KeptObject, kept_store
from ingest.models import KeptReplay
from ingest.views import requests

PAGE = 50
DAYS = 7


@login_required
@permission_required("ingest.view_deliveries", raise_exception=True)
def kept(request: requests.PageRequest) -> HttpResponse:
    if request.htmx:
        return render(request, "ingest/kept_replays.html", _replays())
    span, after = _span(request.GET), requests.text(request.GET, "after")
    found, trouble = _found(span, after)
    misread = [name for name in ("since", "until") if requests.text(request.GET, name) and not _time(request.GET[name])]
    replayed = replayed_keys(found[:PAGE])
    context = {
        "objects": [(one, one.key in replayed) for one in found[:PAGE]],
        "after": found[PAGE - 1].key if len(found) > PAGE else None,
        "paged": bool(after),
        "trouble": trouble,
        "misread": bool(misread),
        "span": span,
        "kinds": KeptReplay.What.choices,
        **_replays(),
    }
    return render(request, "ingest/kept.html", context)


@login_required
@permission_required("ingest.replay", raise_exception=True)
@require_POST
def kept_replay(request: requests.PageRequest) -> HttpResponse:
    span = _whole_span(request.POST)
    if span is None:
        messages.error(request, "Nothing is replayed: give what, and two times, the first before the second.")
        return redirect("kept")
    ask(span=span, author=request.user.get_username())
    announce_replay()
    messages.success(request, "The replay runs. What has landed before is a duplicate, nothing lands twice.")
    return redirect(
        f"{reverse('kept')}?what={span.what}&since={span.since:%Y-%m-%dT%H:%M}&until={span.until:%Y-%m-%dT%H:%M}"
    )


def _replays() -> dict[str, Any]:
    found = recent_replays()
    return {"replays": found, "live": any(one.finished_at is None for one in found)}


def _found(span: Span, after: str) -> tuple[list[KeptObject], str]:
    try:
        return some_objects(kept_store(), span, after=after, limit=PAGE + 1), ""
    except Exception as error:
        if not is_expected(error):
            raise
        return [], f"The objects can't be listed: {type(error).__name__}."


def _span(fields: Mapping[str, str]) -> Span:
    """The last days where the fields say nothing that can be read."""
    now = timezone.now()
    what = requests.text(fields, "what")
    return Span(
        what=what if what in KeptReplay.What.values else KeptReplay.What.UNDELIVERED,
        since=_time(requests.text(fields, "since")) or now - timedelta(days=DAYS),
        until=_time(requests.text(fields, "until")) or now,
    )


def _whole_span(fields: Mapping[str, str]) -> Span | None:
    """Nothing where any part can't be read: what is replayed is what was asked for."""
    since, until = _time(requests.text(fields, "since")), _time(requests.text(fields, "until"))
    if requests.text(fields, "what") not in KeptReplay.What.values or not since or not until or since >= until:
        return None
    return _span(fields)


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
