"""Takes filters from the address, gives the newest events, live or held still; and one event, pretty and raw."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from ingest import event_ids
from ingest.deliveries import landed_since, last_delivery
from ingest.events import NEWEST, event_of, posted_event, recent_events
from ingest.masking import Mask, mask_for
from ingest.models import RawEvent, Source
from ingest.privacy.consent import without_consent
from ingest.views import requests
from lambdas.event import TYPES

PAGE = 50


@dataclass(frozen=True)
class ShownEvent:
    """An event as a person may see it."""

    event_id: int
    landed_at: datetime
    event_time: datetime
    type: str
    name: str
    source: str
    trusted: bool
    identifiers: list[tuple[str, str]]

    @property
    def title(self) -> str:
        return self.name or {"identify": "Identified", "page": "Page view", "alias": "Alias"}.get(self.type, "Event")


def shown(event: RawEvent, *, mask: Mask) -> ShownEvent:
    return ShownEvent(
        event.event_id, event.landed_at, event.event_time, event.type, mask.text(event.name), event.source.name,
        event.trusted, [mask.pair(text) for text in event.identifiers],
    )  # fmt: skip


@login_required
def events(request: requests.PageRequest) -> HttpResponse:
    mask = mask_for(request.user, whole="ingest.view_events", masked="ingest.view_masked")
    filters = _filters(request)
    before, paused = requests.number(request.GET, "before"), requests.number(request.GET, "paused")
    held_at = min(event_ids.event_id(delivery_id=paused + 1, ordinal=0), NEWEST) if paused else None
    page = recent_events(before=before or held_at, limit=PAGE, **filters)
    last = last_delivery()
    context = {
        "mask": mask,
        "events": [shown(event, mask=mask) for event in page.events],
        "page": page,
        "filters": filters,
        "live": before is None and paused is None,
        "paused": paused,
        "newer": landed_since(paused) if paused and not before else 0,
        "links": _links(filters, last.delivery_id if last else 0, page.before, paused),
        "sources": Source.objects.order_by("name"),
        "types": TYPES,
        "ever": last is not None,
    }
    return render(request, "ingest/events_part.html" if request.htmx else "ingest/events.html", context)


@login_required
def event(request: requests.PageRequest, event_id: int) -> HttpResponse:
    mask = mask_for(request.user, whole="ingest.view_events", masked="ingest.view_masked")
    found = event_of(event_id)
    if found is None:
        raise Http404
    context = {
        "mask": mask,
        "event": shown(found, mask=mask),
        "delivery_id": event_ids.delivery_id_of(event_id),
        "traits": mask.value(without_consent(found.traits) or {}),
        "posted": mask.payload(posted_event(found)),
        "about": mask.payload({name: item for name, item in found.payload.items() if name != "posted"}),
    }
    return render(request, "ingest/event.html", context)


def _filters(request: requests.PageRequest) -> dict[str, Any]:
    return {
        "text": requests.text(request.GET, "q"),
        "type": requests.text(request.GET, "type"),
        "source": requests.number(request.GET, "source"),
        "delivery": requests.number(request.GET, "delivery"),
    }


def _links(filters: dict[str, Any], newest_delivery: int, before: int | None, paused: int | None) -> dict[str, str]:
    """Where the page's buttons lead; everything that decides what is shown is in the address."""
    kept = {"q" if name == "text" else name: value for name, value in filters.items() if value}
    here = reverse("events")
    return {
        "live": f"{here}?{urlencode(kept)}",
        "pause": f"{here}?{urlencode(kept | {'paused': newest_delivery})}",
        "here": f"{here}?{urlencode(kept | ({'paused': paused} if paused else {}))}",
        "older": f"{here}?{urlencode(kept | {'before': before} | ({'paused': paused} if paused else {}))}",
    }
