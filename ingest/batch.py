"""Takes normalised records, gives the rows of one delivery: events to land, and what is rejected, with reasons.

Pure: asks neither the database nor the clock.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from ingest import event_ids
from ingest.models import EVENTS_PER_DELIVERY
from ingest.privacy.consent import with_consent
from ingest.records import Record, Unreadable
from ingest.sources import KnownSource
from ingest.trust import is_signed
from lambdas import strict_json
from lambdas.event import MAX_IDENTIFIERS

# What the record says of all its events. Kept with each, for whoever looks into one.
_ENVELOPE = ("received_at", "request_id", "client", "origin", "authenticated")
_FOUND_OUT = ("country", "bot", "marks", "unusable")
_MAX_DETAIL = 1000
_MAX_REASON = 60

Key = tuple[int, bytes]  # source and message id: what names an event, for ever


class Row(NamedTuple):
    """A raw event, but for what only its delivery knows."""

    ordinal: int
    event_time: datetime
    message_id: bytes
    combination_id: bytes
    source_id: int
    trusted: bool
    type: str
    name: str
    identifiers: list[str]
    traits: bytes | None
    payload: bytes


class RejectedRow(NamedTuple):
    ordinal: int
    reason: str
    detail: str
    data: bytes


class Unfit(ValueError):
    """An event that can't land: a reason word, and what it means here."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


@dataclass(slots=True)
class Batch:
    """Rows keyed by what names an event: of its copies the first is kept. The Counters are by source."""

    records: int = 0
    received: int = 0
    rows: dict[Key, Row] = field(default_factory=dict)
    rejected: list[RejectedRow] = field(default_factory=list)
    duplicate_by_source: Counter[int] = field(default_factory=Counter)
    rejected_by_source: Counter[int] = field(default_factory=Counter)

    def reject(self, *, reason: str, detail: str, data: bytes, source_id: int | None = None) -> None:
        detail = strict_json.scrub(detail[:_MAX_DETAIL])
        self.rejected.append(RejectedRow(self.received, strict_json.scrub(reason[:_MAX_REASON]), detail, data))
        self.received += 1
        if source_id is not None:
            self.rejected_by_source[source_id] += 1

    def drop(self, keys: Iterable[Key]) -> None:
        """Take out rows that landed before."""
        for key in keys:
            del self.rows[key]
            self.duplicate_by_source[key[0]] += 1


def gather(records: Iterable[Record], *, sources: Mapping[int, KnownSource]) -> Batch:
    """Every event of every record is either a row, a copy of one, or rejected."""
    batch = Batch()
    for record in records:
        batch.records += 1
        if isinstance(record, Unreadable):
            batch.reject(reason=record.reason, detail=record.detail, data=record.data)
        elif batch.received + len(record["events"]) + len(record.get("rejected", ())) > EVENTS_PER_DELIVERY:
            batch.reject(reason="delivery_full", detail=f"more than {EVENTS_PER_DELIVERY} events", data=_kept(record))
        else:
            _add_record(batch, record, sources.get(record["source"]["id"]))
    return batch


def _add_record(batch: Batch, record: dict[str, Any], source: KnownSource | None) -> None:
    context = {key: record[key] for key in _ENVELOPE if record.get(key)}
    for event in record["events"]:
        try:
            if source is None:
                raise Unfit("unknown_source", f"no source has the id {record['source']['id']}")
            row = _row(event, ordinal=batch.received, source=source, context=context)
        except Unfit as unfit:
            _reject_event(batch, record, _as_posted(event), unfit, source)
            continue
        if batch.rows.setdefault((row.source_id, row.message_id), row) is not row:
            batch.duplicate_by_source[row.source_id] += 1
        batch.received += 1
    for one in record.get("rejected", ()):
        before = Unfit(str(one.get("reason") or "unreadable"), str(one.get("detail") or ""))
        _reject_event(batch, record, one.get("event"), before, source)


def _reject_event(batch: Batch, record: dict[str, Any], event: Any, unfit: Unfit, source: KnownSource | None) -> None:
    """Kept as a record of its own that was never transformed: replay reads it with the rules of then."""
    alone = {key: value for key, value in record.items() if key not in ("normalised", "rejected")}
    data = _kept({**alone, "events": [event]})
    batch.reject(reason=unfit.reason, detail=unfit.detail, data=data, source_id=source.id if source else None)


def _row(event: Any, *, ordinal: int, source: KnownSource, context: dict[str, Any]) -> Row:
    try:
        identifiers = _identifiers(event)
        # A write key alone proves nothing, not even a trusted source's: it stands in pages, apps and log files.
        trusted = context.get("authenticated") is True
        traits = with_consent(event.get("traits"), event["payload"])
        return Row(
            ordinal=ordinal,
            event_time=_time(event["time"]),
            message_id=event_ids.message_id(event["message_id"]),
            combination_id=event_ids.combination_id(identifiers),
            source_id=source.id,
            trusted=trusted or is_signed(event, source=source, identifiers=identifiers),
            type=str(event["type"]),
            name=str(event["name"]),
            identifiers=identifiers,
            traits=_stored(traits) if traits else None,
            payload=_stored(_payload(event, context)),
        )
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        if isinstance(error, Unfit):
            raise
        raise Unfit("unreadable", f"not a normalised event: {type(error).__name__}") from None


def _identifiers(event: Mapping[str, Any]) -> list[str]:
    identifiers = sorted({f"{kind}:{value}" for kind, value in event["identifiers"]})
    if not identifiers:
        raise Unfit("no_identifiers", "an event needs an identifier")
    if len(identifiers) > MAX_IDENTIFIERS:
        raise Unfit("too_many_identifiers", f"{len(identifiers)} identifiers, at most {MAX_IDENTIFIERS}")
    return identifiers


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _payload(event: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    found_out = {key: event[key] for key in _FOUND_OUT if event.get(key)}
    return {"posted": _without_traits(event), **context, **found_out}


def _without_traits(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event as posted without what the column of traits says already; `events.posted_event` puts it back."""
    posted: dict[str, Any] = event["payload"]
    traits = event.get("traits")
    if not traits:
        return posted
    rest = {key: value for key, value in posted.get("traits", {}).items() if key not in traits}
    return {**posted, "traits": rest}


def _as_posted(event: Any) -> Any:
    """A normalised event as it was before: with the id and the time that collect gave it."""
    if not isinstance(event, dict) or not isinstance(event.get("payload"), dict):
        return event
    return {**event["payload"], "messageId": event.get("message_id"), "time": event.get("time")}


def _stored(value: Any) -> bytes:
    """JSON for a jsonb column; orjson refuses whole numbers beyond 64 bits."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return strict_json.dump(value)


def _kept(value: Any) -> bytes:
    """JSON of anything that was ever parsed, for a bytea column: also of half a surrogate pair."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":")).encode()
