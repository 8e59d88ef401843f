"""Takes filters, gives the newest raw events that match, a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from ingest import event_ids
from ingest.models import Delivery, DeliverySource, RawEvent
from ingest.privacy.consent import without_consent
from ingest.privacy.hashed import hashed_candidates
from ingest.queries import query
from lambdas.transform.normalise import search_candidates

NEWEST = 1 << 62
# A search that finds little looks through so many events, says how far it got, and goes on when asked to.
SEARCH_WINDOW = 50_000


@dataclass(frozen=True)
class EventPage:
    """Events, newest first. `before` is the key of the page that follows, None where nothing older is left.

    `searched_back_to` is set when the search stopped before the page was full: there may be older ones.
    """

    events: list[RawEvent]
    before: int | None
    searched_back_to: datetime | None


@dataclass(frozen=True)
class _Window:
    floor: int
    received_at: datetime


def recent_events(
    *,
    before: int | None = None,
    source: int | None = None,
    type: str = "",  # noqa: A002 - the event's own word
    text: str = "",
    delivery: int | None = None,
    limit: int = 50,
) -> EventPage:
    """A page of events with `event_id` below `before`.

    `source` and `delivery` are ids. `text` is an identifier in any way of writing it, a message id, or a part of
    the event's name.
    """
    filters: dict[str, Any] = {"before": NEWEST if before is None else before, "source": source, "delivery": delivery}
    window = _search_window(filters)
    if window is None:
        return EventPage([], None, None)
    filters |= {"type": type, "floor": window.floor, "limit": limit, **_text_filters(text)}
    events = _matching_events(filters)
    if len(events) == limit:
        return EventPage(events, events[-1].event_id, None)
    floor_event = event_ids.event_id(delivery_id=window.floor, ordinal=0)
    if delivery is not None or floor_event <= _oldest_event_id():
        return EventPage(events, None, None)
    return EventPage(events, floor_event, window.received_at)


def event_of(event_id: int) -> RawEvent | None:
    delivery = Delivery.objects.filter(pk=event_ids.delivery_id_of(event_id)).values_list("received_at", flat=True)
    found = RawEvent.objects.filter(event_id=event_id, landed_at__in=list(delivery))  # names the partition
    return found.select_related("source").first()


def latest_event_for(source: int) -> RawEvent | None:
    """The event of the source (an id) that landed last."""
    newest = DeliverySource.objects.filter(source_id=source, landed__gt=0).order_by("-delivery_id")
    event_id = newest.values_list("last_event_id", flat=True).first()
    return None if event_id is None else event_of(event_id)


def posted_event(event: RawEvent) -> dict[str, Any]:
    """The event as it was posted: traits stand once in a row, those that are identifiers in its payload."""
    posted = dict(event.payload.get("posted", {}))
    if traits := without_consent(event.traits):
        posted["traits"] = {**posted.get("traits", {}), **traits}
    return posted


def _matching_events(filters: Mapping[str, Any]) -> list[RawEvent]:
    # In two steps: Django can't make rows with a composite key from a raw query.
    with connection.cursor() as cursor:
        cursor.execute(query("matching_events"), filters)
        keys = cursor.fetchall()
    found = RawEvent.objects.filter(event_id__in=[key[0] for key in keys], landed_at__in={key[1] for key in keys})
    return list(found.select_related("source").order_by("-event_id"))


def _search_window(filters: Mapping[str, Any]) -> _Window | None:
    with connection.cursor() as cursor:
        cursor.execute(query("search_window"), {**filters, "window": SEARCH_WINDOW})
        floor, received_at = cursor.fetchone()
    return None if floor is None else _Window(floor, received_at)


def _text_filters(text: str) -> dict[str, Any]:
    candidates = [*search_candidates(text), *hashed_candidates(text)] if text else []
    return {
        "text": text,
        "message_id": UUID(bytes=event_ids.message_id(text)) if text else None,
        "identifiers": [f"{one.kind}:{one.value}" for one in candidates if one.kind],
        "values": [one.value for one in candidates if not one.kind],
    }


def _oldest_event_id() -> int:
    return RawEvent.objects.order_by("event_id").values_list("event_id", flat=True).first() or 0
