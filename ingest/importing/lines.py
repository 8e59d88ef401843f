"""Takes lines of JSON, one event or batch a line as the snippet posts them, gives deliveries that have landed."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ingest.importing.reading import MAX_LINE, Line
from ingest.landing import Landed, land
from ingest.models import Delivery, Source
from ingest.records import Record, Unreadable
from ingest.sources import import_source
from lambdas.clock import write_time
from lambdas.collect.body import Posted, read_body
from lambdas.collect.envelope import content_id, make_envelope
from lambdas.collect.refusal import Refused
from lambdas.transform.record import normalise_record

# A delivery of an import: large enough that its transaction costs little, small enough to be in memory.
LINES_A_DELIVERY = 10_000
BYTES_A_DELIVERY = 8 << 20
UNKNOWN_SOURCE = 0  # no source has this id


@dataclass(frozen=True)
class ImportCounts:
    """received = landed + duplicate + rejected, over the deliveries of an import."""

    received: int = 0
    landed: int = 0
    duplicate: int = 0
    rejected: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    bytes: int = 0

    def plus(self, landed: Landed, size: int) -> "ImportCounts":
        return ImportCounts(
            self.received + landed.received,
            self.landed + landed.landed,
            self.duplicate + landed.duplicate,
            self.rejected + landed.rejected,
            dict(Counter(self.reasons) + Counter(landed.reasons)),
            self.bytes + size,
        )


def import_lines(
    lines: Iterable[Line],
    *,
    source: Source | None = None,
    lines_a_delivery: int = LINES_A_DELIVERY,
    on_delivery: Callable[[ImportCounts], None] = lambda counts: None,
) -> ImportCounts:
    """Land all lines, a delivery at a time; `on_delivery` gets the counts so far.

    Every line is of `source`; without one, of the source whose write key it names, and of the built-in trusted source
    if it names none. A line without a message id gets one from its content, so an import that broke off may be
    started again.
    """
    reader = LineReader(source)
    counts = ImportCounts()
    for share in _shares(lines, lines_a_delivery):
        request_id, size = f"import-{uuid.uuid4()}", sum(len(line.data) for line in share)
        landed = land(request_id=request_id, origin=Delivery.Origin.IMPORT, records=map(reader.read, share), size=size)
        counts = counts.plus(landed, size)
        on_delivery(counts)
    return counts


def event_record(event: dict[str, Any], *, source: Source, number: int) -> Record:
    """The record of one event of the source that line `number` of a file tells."""
    return _numbered(normalise_record(_envelope(Posted(events=[event]), source)), number)


def _shares(lines: Iterable[Line], lines_a_delivery: int) -> Iterator[list[Line]]:
    share: list[Line] = []
    size = 0
    for line in lines:
        share.append(line)
        size += len(line.data)
        if len(share) == lines_a_delivery or size >= BYTES_A_DELIVERY:
            yield share
            share, size = [], 0
    if share:
        yield share


class LineReader:
    """Knows whose a line is; sources made during an import are not seen by it."""

    def __init__(self, source: Source | None) -> None:
        self._only = source
        self._import = import_source()
        self._by_key = {one.write_key: one for one in Source.objects.all()}

    def read(self, line: Line) -> Record:
        """Never raises: a line that nothing can be made of is rejected, with its number."""
        try:
            return self._record(line)
        except Refused as no:
            return Unreadable(line.data, f"line {line.number}: {no.message}", no.reason)
        except Exception as error:  # a bug costs one line a replay, not the import
            return Unreadable(line.data, f"line {line.number}: the normaliser failed: {type(error).__name__}")

    def _record(self, line: Line) -> Record:
        if not line.whole:
            raise Refused(413, "too_large", f"longer than {MAX_LINE} bytes; this is its beginning")
        posted = read_body(line.data)
        source = self._only or (self._by_key.get(posted.write_key) if posted.write_key else self._import)
        record = normalise_record(_envelope(posted, source))
        return _numbered(record, line.number) if source else _of_nobody(record, line, posted.write_key)


def _envelope(posted: Posted, source: Source | None) -> dict[str, Any]:
    now = datetime.now(UTC)
    return make_envelope(
        posted=posted.events,
        # Nobody received a file when its events were sent, so its clock can't be told from ours: with `sent_at` equal
        # to the time of receipt, an event's time is its timestamp as it stands.
        sent_at=write_time(now),
        source_id=source.pk if source else UNKNOWN_SOURCE,
        region=source.region if source else "",
        received_at=now,
        message_id=content_id,
        authenticated=source.trusted if source else False,  # whoever may import has proved more than a secret key
    )


def _numbered(record: dict[str, Any], number: int) -> dict[str, Any]:
    if "rejected" not in record:
        return record
    rejected = [{**one, "detail": f"line {number}: {one['detail']}"} for one in record["rejected"]]
    return {**record, "rejected": rejected}


def _of_nobody(record: dict[str, Any], line: Line, write_key: str) -> dict[str, Any]:
    """All its events rejected, with the key: a replay finds the source if there is one by then."""
    detail = f"line {line.number}: no source has its write key"
    events = [*(_posted(event) for event in record["events"]), *(one["event"] for one in record.get("rejected", ()))]
    rejected = [{"event": event, "reason": "unknown_source", "detail": detail} for event in events]
    return {**record, "source": {**record["source"], "write_key": write_key}, "events": [], "rejected": rejected}


def _posted(event: Mapping[str, Any]) -> dict[str, Any]:
    return {**event["payload"], "messageId": event["message_id"], "time": event["time"]}
