"""Takes a batch that is about to land, gives it without what people who were erased would come back by.

An identifier that names a person takes its event with it: it is rejected as `suppressed`, and nothing of it is kept.
A browser or device may have a new user: there the identifier is taken out, and what is left of the event lands.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from ingest import event_ids
from ingest.batch import Batch, RejectedRow, Row
from ingest.models import Suppression
from ingest.privacy.keyed import suppression_digest
from ingest.privacy.posted import Change, changed_event
from lambdas.event import posted_identifiers
from lambdas.transform.normalise import Unusable, normalise_identifier

SUPPRESSED = "suppressed"
Pair = tuple[str, str]
# Those that began before a moment may have asked for suppressions too early.
_EARLIER_LANDINGS = """
SELECT EXISTS (
    SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.classid = %s AND l.database = (SELECT oid FROM pg_database
          WHERE datname = current_database()) AND a.xact_start <= %s AND a.pid <> pg_backend_pid()
)
"""


def suppress(identifiers: Iterable[tuple[str, str, bool]], *, erasure_id: int) -> int:
    """Each is kind, value and whether it names a person. What is suppressed already stays so."""
    rows = [
        Suppression(digest=suppression_digest(kind, value), names_person=named, erasure_id=erasure_id)
        for kind, value, named in identifiers
    ]
    Suppression.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def admit(identifiers: Iterable[Pair]) -> int:
    """Let these land again. Gives how many were suppressed."""
    digests = [suppression_digest(*pair) for pair in identifiers]
    return Suppression.objects.filter(digest__in=digests).delete()[0]


def suppressed_among(pairs: Iterable[Pair]) -> dict[Pair, bool]:
    """Those that are suppressed, and whether they name a person."""
    digests = {suppression_digest(*pair): pair for pair in set(pairs)}
    found = Suppression.objects.filter(digest__in=list(digests)).values_list("digest", "names_person")
    return {digests[bytes(digest)]: named for digest, named in found}


def landings_from_before(moment: datetime | None, *, lock: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER_LANDINGS, [lock, moment])
        return bool(cursor.fetchone()[0])


def drop_suppressed(batch: Batch) -> None:
    """Takes out of the batch what carries an identifier of somebody who was erased; received stays as it is."""
    if not (batch.rows or batch.rejected) or not Suppression.objects.exists():
        return
    said = [pairs_of_rejected(row.data) for row in batch.rejected]
    carried = {pair for row in batch.rows.values() for pair in _pairs(row)}
    out = suppressed_among(carried.union(*said))
    if not out:
        return
    for key, row in list(batch.rows.items()):
        left = _without(row, out)
        if left is None:
            del batch.rows[key]
            batch.rejected.append(_dropped(row.ordinal))
            batch.rejected_by_source[row.source_id] += 1
        else:
            batch.rows[key] = left
    for place, pairs in enumerate(said):
        if out.keys() & pairs:
            batch.rejected[place] = _dropped(batch.rejected[place].ordinal)


def pairs_of_rejected(data: bytes) -> set[Pair]:
    """Every identifier that stands in a rejected record, normalised where it can be."""
    try:
        envelope = json.loads(data)
    except (ValueError, RecursionError):
        return set()
    events = envelope.get("events") if isinstance(envelope, dict) else None
    told = events if isinstance(events, list) else [envelope]
    region = _region(envelope)
    return {pair for event in told if isinstance(event, dict) for pair in _posted_pairs(event, region)}


def _region(envelope: Any) -> str:
    source = envelope.get("source") if isinstance(envelope, dict) else None
    return str(source.get("region") or "") if isinstance(source, dict) else ""


def _posted_pairs(event: dict[str, Any], region: str) -> Iterator[Pair]:
    posted = event["payload"] if isinstance(event.get("payload"), dict) else event
    for kind, value in posted_identifiers(posted):
        try:
            found = normalise_identifier(kind, value, region=region)
        except Unusable:
            continue
        yield found.kind, found.value


def _pairs(row: Row) -> list[Pair]:
    return [(kind, value) for kind, _, value in (text.partition(":") for text in row.identifiers)]


def _without(row: Row, out: dict[Pair, bool]) -> Row | None:
    pairs = _pairs(row)
    left = [pair for pair in pairs if pair not in out]
    if len(left) == len(pairs):
        return row
    if not left or any(out.get(pair) for pair in pairs):
        return None
    return changed_row(row, lambda kind, value: None if (kind, value) in out else value)


def changed_row(row: Row, change: Change) -> Row:
    """The row with its identifiers changed, in its payload too."""
    kept = ((kind, change(kind, value)) for kind, value in _pairs(row))
    identifiers = sorted({f"{kind}:{value}" for kind, value in kept if value is not None})
    payload = orjson.loads(row.payload)
    payload["posted"] = changed_event(payload.get("posted"), change)
    return row._replace(
        identifiers=identifiers, combination_id=event_ids.combination_id(identifiers), payload=orjson.dumps(payload)
    )


def _dropped(ordinal: int) -> RejectedRow:
    return RejectedRow(
        ordinal, SUPPRESSED, "it carries an identifier of somebody who was erased; nothing of it is kept", b""
    )
