"""Takes events that a trusted program posts, gives a delivery that has landed, and what became of each event."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ingest import event_ids
from ingest.landing import land
from ingest.models import Delivery, EventKey, RejectedRecord, Source
from ingest.records import Record
from ingest.sources import create_source
from lambdas import strict_json
from lambdas.collect.envelope import content_id, make_envelope
from lambdas.transform.record import normalise_record


@dataclass(frozen=True)
class Fate:
    """Of one event: landed, duplicate (it had landed before, as `event_id`) or rejected, with the reason."""

    status: str
    message_id: str | None
    event_id: int | None
    reason: str | None = None
    detail: str | None = None
    identifiers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class PostedEvents:
    delivery_id: int
    fates: list[Fate]


def source_named(name: str) -> Source:
    """The trusted source of a program's events, made when it sends its first."""
    return Source.objects.filter(name=name).first() or create_source(name=name, trusted=True).source


def post_events(events: Sequence[Any], *, source: Source) -> PostedEvents:
    """Land them, each for itself: one that can't be taken holds up no other. An event without a message id gets one
    from its content, so that the same one posted again lands once."""
    records = [_record(event, source) for event in events]
    landed = land(
        request_id=f"api-{uuid.uuid4()}",
        origin=Delivery.Origin.IMPORT,
        records=records,
        size=len(strict_json.canonical(list(events))),
    )
    refused = dict(_refused(landed.delivery_id))
    known = _known(records, source)
    return PostedEvents(
        landed.delivery_id,
        [_fate(place, record, landed.delivery_id, refused, known) for place, record in enumerate(records)],
    )


def _record(event: Any, source: Source) -> dict[str, Any]:
    now = datetime.now(UTC)
    return normalise_record(
        make_envelope(
            posted=[event], source_id=source.pk, region=source.region, received_at=now, sent_at=now.isoformat(),
            authenticated=True, message_id=content_id,
        )
    )  # fmt: skip


def _refused(delivery_id: int) -> list[tuple[int, tuple[str, str]]]:
    rows = RejectedRecord.objects.filter(delivery_id=delivery_id).values_list("ordinal", "reason", "detail")
    return [(ordinal, (reason, detail)) for ordinal, reason, detail in rows]


def _known(records: Sequence[Record], source: Source) -> dict[bytes, int]:
    named = [uuid.UUID(bytes=key) for record in records if (key := _key(record))]
    rows = EventKey.objects.filter(source_id=source.pk, message_id__in=named).values_list("message_id", "event_id")
    return {message_id.bytes: event_id for message_id, event_id in rows}


def _key(record: Record) -> bytes | None:
    events = record["events"] if isinstance(record, dict) else []
    return event_ids.message_id(events[0]["message_id"]) if events else None


def _fate(
    place: int, record: dict[str, Any], delivery_id: int, refused: dict[int, tuple[str, str]], known: dict[bytes, int]
) -> Fate:
    if place in refused:
        return Fate("rejected", None, None, *refused[place])
    event = record["events"][0]
    event_id = known.get(_key(record) or b"")
    identifiers = tuple((kind, value) for kind, value in event["identifiers"])
    here = event_id == event_ids.event_id(delivery_id=delivery_id, ordinal=place)
    return Fate("landed" if here else "duplicate", event["message_id"], event_id, identifiers=identifiers)
