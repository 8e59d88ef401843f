"""Takes an uploaded file, gives it landed, a delivery at a time: watched, paused, taken up again, stopped."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import islice
from time import monotonic

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from ingest.announcement import announce_import
from ingest.importing.columns import ColumnMapping, UnusableMapping, UnusableRow, check, event_of, guess, mapping_from
from ingest.importing.lines import BYTES_A_DELIVERY, LINES_A_DELIVERY, LineReader, event_record
from ingest.importing.reading import Line
from ingest.importing.table import Row, Shape, UnusableFile, read_rows, shape_of
from ingest.landing import Landed, land
from ingest.models import Delivery, Import, Source
from ingest.records import Record, Unreadable

SAMPLE_ROWS = 200
SLICE_SECONDS = 30.0  # then the task makes room for others, and asks to go on
_LOCK = 0x1F11E  # namespace of the advisory locks of imports
State = Import.State
GONE = "The file is gone from where uploads are kept. Upload it again: nothing lands twice."
NOT_KEPT = "The file could not be kept. Upload it again in a moment; if that fails too, tell your administrator."
logger = logging.getLogger(__name__)


class FileGone(Exception):
    """The import has failed and says so."""


@dataclass(frozen=True)
class Share:
    """Rows of one delivery: from byte `start` to `end`, which is in line `line`."""

    start: int
    end: int
    line: int
    records: list[Record] = field(default_factory=list)


def create_import(*, file: "File[bytes]", name: str, source: Source, author: str) -> Import:
    """Keep the file and guess what its columns mean. Raises ValidationError for one that can't be read."""
    try:
        shape = shape_of(file)
    except UnusableFile as error:
        raise ValidationError({"file": str(error)}) from None
    job = Import(
        name=name[:255], size=file.size, shape=asdict(shape), source=source, author=author, position=shape.begins_at
    )
    if shape.format == "csv":
        job.line = 2
        rows = [row.values for row in islice(read_rows(file, shape, start=shape.begins_at), SAMPLE_ROWS)]
        job.mapping = guess(shape.columns, rows, region=source.region).as_json()
    _keep(job, file)
    job.save()
    return job


def sample(job: Import, *, rows: int) -> list[Row]:
    """The first rows of the file, as they stand in it. Raises FileGone."""
    shape = Shape(**job.shape)
    with _opened(job) as file:
        return list(islice(read_rows(file, shape, start=shape.begins_at, number=2), rows))


def choose_mapping(job: Import, mapping: ColumnMapping) -> None:
    """Raises ValidationError for a mapping that gives no events, and once rows have landed."""
    _check(mapping)
    if not Import.objects.filter(pk=job.pk, state=State.UPLOADED).update(mapping=mapping.as_json()):
        raise ValidationError(
            "The import has begun: cancel it and upload the file again to read its columns otherwise."
        )
    job.mapping = mapping.as_json()


def start(job: Import, *, announce: bool = True) -> bool:
    """Begin, or go on after a pause or a failure. Says whether it could. Unannounced, the caller runs it.

    Raises ValidationError for columns that give no events.
    """
    if job.mapping is not None:
        _check(mapping_from(job.mapping))
    startable = (State.UPLOADED, State.PAUSED, State.FAILED)
    found = Import.objects.filter(pk=job.pk, state__in=startable)
    begun = found.update(state=State.RUNNING, error="", started_at=job.started_at or timezone.now())
    if begun and announce:
        announce_import(job.pk)
    return bool(begun)


def pause(job: Import) -> bool:
    return bool(Import.objects.filter(pk=job.pk, state=State.RUNNING).update(state=State.PAUSED))


def cancel(job: Import) -> bool:
    """Stop for good. What has landed stays; the file goes."""
    found = Import.objects.filter(pk=job.pk, state__in=Import.OPEN)
    stopped = found.update(state=State.CANCELLED, finished_at=timezone.now())
    if stopped:
        _forget_file(job)
    return bool(stopped)


def running_imports() -> list[int]:
    return list(Import.objects.filter(state=State.RUNNING).values_list("pk", flat=True))


def run(import_id: int, *, seconds: float = SLICE_SECONDS) -> bool:
    """Land deliveries until the file ends, somebody says otherwise, or time is up; gives whether there is more to do.

    Killed at any point it goes on where it was: a delivery that has landed is not landed twice.
    """
    with _alone(import_id) as alone:
        job = Import.objects.filter(pk=import_id, state=State.RUNNING).select_related("source").first()
        if not alone or job is None:
            return False
        try:
            return _run(job, monotonic() + seconds)
        except FileGone:
            return False


def shares(job: Import, *, rows_a_delivery: int | None = None) -> Iterator[Share]:
    """What is left of the file, a delivery at a time. Raises FileGone."""
    most = rows_a_delivery or LINES_A_DELIVERY
    reader = _Reader(job)
    with _opened(job) as file:
        rows = read_rows(file, Shape(**job.shape), start=job.position, number=job.line)
        start, size, share = job.position, 0, Share(job.position, job.position, job.line)
        for row in rows:
            share.records.append(reader.read(row))
            share = Share(start, row.end, row.next, share.records)
            size += len(row.data)
            if len(share.records) == most or size >= BYTES_A_DELIVERY:
                yield share
                start, size, share = row.end, 0, Share(row.end, row.end, row.next)
        if share.records:
            yield share


def land_share(job: Import, share: Share) -> Landed:
    request_id = f"import-{job.pk}-{share.start}-{share.end}"
    return land(
        request_id=request_id, origin=Delivery.Origin.IMPORT, records=share.records, size=share.end - share.start
    )


def _run(job: Import, deadline: float) -> bool:
    for share in shares(job):
        if _advance(job, share, land_share(job, share)) != State.RUNNING:
            return False
        if monotonic() > deadline:
            return True
    done = Import.objects.filter(pk=job.pk, state=State.RUNNING)
    if done.update(state=State.DONE, finished_at=timezone.now(), position=F("size")):
        _forget_file(job)
        logger.info("import %d is done", job.pk)
    return False


@transaction.atomic
def _advance(job: Import, share: Share, landed: Landed) -> str:
    """Note what has landed, whatever was said meanwhile; gives the state that holds now."""
    now = Import.objects.select_for_update().get(pk=job.pk)
    now.position, now.line = share.end, share.line
    now.received += landed.received
    now.landed += landed.landed
    now.duplicate += landed.duplicate
    now.rejected += landed.rejected
    now.reasons = dict(Counter(now.reasons) + Counter(landed.reasons))
    now.save(update_fields=["position", "line", "received", "landed", "duplicate", "rejected", "reasons"])
    return now.state


def _check(mapping: ColumnMapping) -> None:
    try:
        check(mapping)
    except UnusableMapping as error:
        raise ValidationError(str(error)) from None


def _keep(job: Import, file: "File[bytes]") -> None:
    file.seek(0)
    try:
        job.file.save(job.name, file, save=False)
    except OSError:
        logger.exception("an upload could not be kept")
        raise ValidationError({"file": NOT_KEPT}) from None


@contextmanager
def _opened(job: Import) -> Iterator["File[bytes]"]:
    try:
        with job.file.storage.open(job.file.name or "", "rb") as file:
            yield file
    except FileNotFoundError:  # at any time: a bucket's file can go while it is read
        Import.objects.filter(pk=job.pk, state__in=Import.OPEN).update(state=State.FAILED, error=GONE)
        raise FileGone from None


def _forget_file(job: Import) -> None:
    """It holds people's data, and has landed or never will."""
    name = job.file.name
    Import.objects.filter(pk=job.pk).update(file="")
    if not name:
        return
    try:
        job.file.storage.delete(name)
    except OSError:  # a bucket's goes when it is old
        logger.exception("import %d: its file could not be deleted", job.pk)


@contextmanager
def _alone(import_id: int) -> Iterator[bool]:
    """Whether no other worker is at this import; the lock goes with the connection of one that is killed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK, import_id])
        (alone,) = cursor.fetchall()[0]
        try:
            yield bool(alone)
        finally:
            if alone:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK, import_id])


class _Reader:
    def __init__(self, job: Import) -> None:
        self._source = job.source
        self._mapping = mapping_from(job.mapping) if job.mapping else None
        self._lines = LineReader(job.source)

    def read(self, row: Row) -> Record:
        """Never raises: a row that nothing can be made of is rejected, with the number of its line."""
        if row.problem:
            return Unreadable(row.data, f"line {row.number}: {row.problem}", "bad_row")
        if self._mapping is None:
            return self._lines.read(Line(row.number, row.data))
        try:
            event = event_of(row.values, self._mapping)
            return event_record(event, source=self._source, number=row.number)
        except UnusableRow as no:
            return Unreadable(row.data, f"line {row.number}: {no}", no.reason)
        except Exception as error:  # a bug costs one row a replay, not the import
            return Unreadable(row.data, f"line {row.number}: the normaliser failed: {type(error).__name__}")
