"""Takes normalised records, gives rows in the landing tables: each delivery once, each event once, nothing lost."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Count

from ingest import event_ids
from ingest.announcement import announce_landing
from ingest.batch import Batch, Key, gather
from ingest.copying import copy_rows
from ingest.models import Delivery
from ingest.privacy.hashed import hash_values
from ingest.privacy.suppression import SUPPRESSED, drop_suppressed
from ingest.records import Record
from ingest.sources import known_sources

# May insert into the landing tables, and nothing else.
LANDING_ROLE = "idportal_landing"

# Firehose waits 180 s for an answer; better to say no in time than to go on unheard.
_PREPARE = """
SELECT set_config('lock_timeout', '60s', true), set_config('statement_timeout', '150s', true),
       pg_advisory_xact_lock(%s, hashtext(%s))
"""
LANDING_LOCK = 0x1A7D  # namespace of the advisory locks of deliveries
_ATTEMPTS = 20

_BEGIN = """
SELECT nextval('deliveries_delivery_id_seq'), coalesce(pg_has_role(to_regrole(%s), 'SET'), false)
"""
_COPY_KEYS = "COPY event_keys (source_id, message_id, event_id) FROM STDIN (FORMAT binary)"
_KEY_TYPES = ("int4", "uuid", "int8")
_COPY_EVENTS = """
COPY raw_events (event_id, landed_at, event_time, message_id, combination_id, source_id, trusted, type, name,
                 identifiers, traits, payload)
FROM STDIN (FORMAT binary)
"""
_EVENT_TYPES = (
    "int8", "timestamptz", "timestamptz", "uuid", "uuid", "int4", "bool", "text", "text", "text[]", "jsonb", "jsonb",
)  # fmt: skip
_COPY_REJECTED = """
COPY rejected_records (delivery_id, ordinal, reason, detail, data, created_at, replayed_at) FROM STDIN (FORMAT binary)
"""
_REJECTED_TYPES = ("int8", "int4", "varchar", "text", "bytea", "timestamptz", "timestamptz")
_COPY_SOURCES = """
COPY delivery_sources (delivery_id, source_id, landed, duplicate, rejected, last_event_id) FROM STDIN (FORMAT binary)
"""
_SOURCE_TYPES = ("int8", "int8", "int4", "int4", "int4", "int8")
_INSERT_DELIVERY = """
INSERT INTO deliveries
    (delivery_id, request_id, origin, received_at, bytes, records, received, landed, duplicate, rejected)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_SEEN = "SELECT message_id FROM event_keys WHERE source_id = %s AND message_id = ANY(%s)"


@dataclass(frozen=True)
class Landed:
    """What became of a delivery: received = landed + duplicate + rejected. `reasons` counts what was rejected."""

    delivery_id: int
    records: int
    received: int
    landed: int
    duplicate: int
    rejected: int
    reasons: Mapping[str, int] = field(default_factory=dict)


def land(
    *,
    request_id: str,
    origin: str,
    records: Iterable[Record],
    size: int,
    received_at: datetime | None = None,
) -> Landed:
    """Land the records as one delivery, in one transaction. A `request_id` that has landed lands nothing again, and
    gets the counts of then. Raises django.db.Error with nothing landed."""
    before = _landed_before(request_id)
    if before:
        return before
    batch = gather(records, sources=known_sources())
    with transaction.atomic(), connection.cursor() as cursor:
        # The same request sent again while the first try is still running waits here for its end.
        cursor.execute(_PREPARE, [LANDING_LOCK, request_id])
        before = _landed_before(request_id)
        if before:
            return before
        hash_values(batch)
        drop_suppressed(batch)  # asked now: who is erased waits for landings that began before
        cursor.execute(_BEGIN, [LANDING_ROLE])
        delivery_id, has_role = cursor.fetchone()
        delivery = Delivery(
            delivery_id=delivery_id, request_id=request_id, origin=origin, bytes=size,
            received_at=received_at or datetime.now(UTC),
        )  # fmt: skip
        with _role(cursor, LANDING_ROLE if has_role else None):
            _write(cursor, delivery, batch)
        transaction.on_commit(announce_landing, robust=True)
    return _counts_of(delivery, dict(Counter(row.reason for row in batch.rejected)))


def _landed_before(request_id: str) -> Landed | None:
    delivery = Delivery.objects.filter(request_id=request_id).first()
    if delivery is None:
        return None
    return _counts_of(delivery, dict(delivery.rejected_records.values_list("reason").annotate(n=Count("pk"))))


def _counts_of(delivery: Delivery, reasons: Mapping[str, int]) -> Landed:
    return Landed(
        delivery.delivery_id,
        delivery.records,
        delivery.received,
        delivery.landed,
        delivery.duplicate,
        delivery.rejected,
        reasons,
    )


@contextmanager
def _role(cursor: CursorWrapper, name: str | None) -> Iterator[None]:
    """Inside the block the transaction runs as the role. An error leaves it to the rollback to put things back."""
    if name is None:
        yield
        return
    cursor.execute("SELECT current_setting('role'), set_config('role', %s, true)", [name])
    before, _ = cursor.fetchone()
    yield
    cursor.execute("SELECT set_config('role', %s, true)", [before])


def _write(cursor: CursorWrapper, delivery: Delivery, batch: Batch) -> None:
    _claim(cursor, delivery.delivery_id, batch)
    _copy_events(cursor, delivery, batch)
    _copy_rejected(cursor, delivery, batch)
    _copy_sources(cursor, delivery.delivery_id, batch)
    delivery.records = batch.records
    delivery.received = batch.received
    delivery.landed = len(batch.rows)
    delivery.duplicate = batch.duplicate_by_source.total()
    delivery.rejected = len(batch.rejected)
    columns = ("delivery_id", "request_id", "origin", "received_at", "bytes", "records", "received", "landed",
               "duplicate", "rejected")  # fmt: skip
    cursor.execute(_INSERT_DELIVERY, [getattr(delivery, column) for column in columns])


def _claim(cursor: CursorWrapper, delivery_id: int, batch: Batch) -> None:
    """Write the keys of all rows, having dropped the rows whose key is taken.

    Optimistic: hardly any delivery holds an event that landed before. Keys are written in their order, so that two
    deliveries with the same events wait for each other in one direction only.
    """
    for _ in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                return _copy_keys(cursor, delivery_id, batch)
        except IntegrityError:
            batch.drop(_seen(cursor, batch.rows))
    raise IntegrityError("other deliveries took the keys of this one again and again")


def _copy_keys(cursor: CursorWrapper, delivery_id: int, batch: Batch) -> None:
    first = event_ids.event_id(delivery_id=delivery_id, ordinal=0)
    rows = ((*key, first + batch.rows[key].ordinal) for key in sorted(batch.rows))
    copy_rows(cursor, _COPY_KEYS, types=_KEY_TYPES, rows=rows)


def _seen(cursor: CursorWrapper, keys: Iterable[Key]) -> list[Key]:
    """Those of the keys that are taken. Asked as the application: the landing role can't read."""
    by_source: dict[int, list[UUID]] = {}
    for source_id, message_id in keys:
        by_source.setdefault(source_id, []).append(UUID(bytes=message_id))
    seen: list[Key] = []
    with _role(cursor, "none"):
        for source_id, message_ids in by_source.items():
            cursor.execute(_SEEN, [source_id, message_ids])
            seen += ((source_id, message_id.bytes) for (message_id,) in cursor.fetchall())
    return seen


def _copy_events(cursor: CursorWrapper, delivery: Delivery, batch: Batch) -> None:
    first = event_ids.event_id(delivery_id=delivery.delivery_id, ordinal=0)
    landed_at = delivery.received_at
    rows = ((first + row[0], landed_at, *row[1:]) for row in batch.rows.values())
    copy_rows(cursor, _COPY_EVENTS, types=_EVENT_TYPES, rows=rows)


def _copy_rejected(cursor: CursorWrapper, delivery: Delivery, batch: Batch) -> None:
    """What is suppressed waits for no replay: nothing of it is there."""
    if batch.rejected:
        now = datetime.now(UTC)
        rows = ((delivery.delivery_id, *row, now, now if row.reason == SUPPRESSED else None) for row in batch.rejected)
        copy_rows(cursor, _COPY_REJECTED, types=_REJECTED_TYPES, rows=rows)


def _copy_sources(cursor: CursorWrapper, delivery_id: int, batch: Batch) -> None:
    first = event_ids.event_id(delivery_id=delivery_id, ordinal=0)
    landed = Counter(row.source_id for row in batch.rows.values())
    last = {row.source_id: first + row.ordinal for row in batch.rows.values()}
    duplicate, rejected = batch.duplicate_by_source, batch.rejected_by_source
    rows = (
        (delivery_id, source_id, landed[source_id], duplicate[source_id], rejected[source_id], last.get(source_id))
        for source_id in sorted({*landed, *duplicate, *rejected})
    )
    copy_rows(cursor, _COPY_SOURCES, types=_SOURCE_TYPES, rows=rows)
