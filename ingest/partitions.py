"""Takes the calendar, gives raw_events a partition for every month that needs one; drops those past retention."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from ingest.models import Delivery, RejectedRecord

MONTHS_AHEAD = 3
_NAME = re.compile(r"raw_events_(\d{4})_(\d{2})")

_PARTITIONS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = to_regclass('raw_events')"
# Made apart and attached, because CREATE TABLE … PARTITION OF would lock out every landing and every reader.
_CREATE = sql.SQL("CREATE TABLE {} (LIKE raw_events INCLUDING ALL)")
_LOCK = "LOCK TABLE ONLY raw_events IN SHARE UPDATE EXCLUSIVE MODE; LOCK TABLE raw_events_default"
_MOVE = sql.SQL("""
WITH moved AS (DELETE FROM raw_events_default WHERE landed_at >= {} AND landed_at < {} RETURNING *)
INSERT INTO {} SELECT * FROM moved
""")
_ATTACH = sql.SQL("ALTER TABLE raw_events ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})")
_STRAYS = "SELECT DISTINCT date_trunc('month', landed_at, 'UTC') FROM raw_events_default"
_COUNT = sql.SQL("SELECT count(*) FROM {}")
_DROP = sql.SQL("DROP TABLE {}")
_DELETE_STRAYS = "DELETE FROM raw_events_default WHERE landed_at < %s"
_COUNT_STRAYS = "SELECT count(*) FROM raw_events_default WHERE landed_at < %s"


@dataclass(frozen=True)
class Partition:
    name: str
    first: datetime
    end: datetime


@dataclass(frozen=True)
class OldPartition:
    """`kept` says why it stays; empty: it is dropped."""

    name: str
    events: int
    kept: str = ""


@dataclass(frozen=True)
class Retention:
    """What is older than `cutoff`: partitions, events that no partition took, rejected records."""

    cutoff: datetime
    partitions: list[OldPartition]
    strays: int
    rejected: int

    @property
    def events(self) -> int:
        return sum(old.events for old in self.partitions if not old.kept) + self.strays


def ensure_partitions(*, now: datetime | None = None) -> list[str]:
    """Make the partitions that are missing: this month's, those of the months ahead, and those of months whose events
    went to the default partition, which are moved. Gives the names of the new ones."""
    made = []
    this_month = _month(now or datetime.now(UTC), 0)
    with connection.cursor() as cursor:
        cursor.execute(_STRAYS)
        strays = [row[0] for row in cursor.fetchall()]
        wanted = {*strays, *(_month(this_month, ahead) for ahead in range(MONTHS_AHEAD + 1))}
        for first in sorted(wanted - {partition.first for partition in partitions()}):
            made.append(_create(cursor, first))
    return made


def partitions() -> list[Partition]:
    """Those by month, oldest first; the default one is not among them."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTITIONS)
        names = sorted(name for (name,) in cursor.fetchall())
    return list(_by_month(names))


def apply_retention(*, months: int, dry_run: bool = False, now: datetime | None = None) -> Retention:
    """Drop what landed before the last `months` whole months. A partition that the engine has not taken everything
    from stays. No fact that the engine has drawn from an event is lost with it."""
    cutoff = _month(now or datetime.now(UTC), -months)
    old = [_drop(partition, dry_run=dry_run) for partition in partitions() if partition.end <= cutoff]
    strays, rejected = _delete_strays(cutoff, dry_run=dry_run), _delete_rejected(cutoff, dry_run=dry_run)
    return Retention(cutoff, old, strays, rejected)


def _month(moment: datetime, ahead: int) -> datetime:
    month = moment.astimezone(UTC).year * 12 + moment.astimezone(UTC).month - 1 + ahead
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)


def _by_month(names: list[str]) -> Iterator[Partition]:
    for name in names:
        if found := _NAME.fullmatch(name):
            first = datetime(int(found[1]), int(found[2]), 1, tzinfo=UTC)
            yield Partition(name, first, _month(first, 1))


def _create(cursor: CursorWrapper, first: datetime) -> str:
    """An event that lands meanwhile waits, so none goes to the default partition between the move and the end."""
    name = f"raw_events_{first:%Y_%m}"
    table, start, end = sql.Identifier(name), sql.Literal(first), sql.Literal(_month(first, 1))
    with transaction.atomic():
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        cursor.execute(_LOCK)
        if name not in [partition.name for partition in partitions()]:
            cursor.execute(_CREATE.format(table))
            cursor.execute(_MOVE.format(start, end, table))
            cursor.execute(_ATTACH.format(table, start, end))
    return name


def _drop(partition: Partition, *, dry_run: bool) -> OldPartition:
    table = sql.Identifier(partition.name)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        cursor.execute(_COUNT.format(table))
        (events,) = cursor.fetchone()
        waiting = _unresolved(before=partition.end)
        if waiting:
            return OldPartition(partition.name, events, f"{waiting} deliveries wait for resolution")
        if not dry_run:
            cursor.execute(_DROP.format(table))
    return OldPartition(partition.name, events)


def _unresolved(*, before: datetime) -> int:
    return Delivery.objects.filter(resolved_at=None, received_at__lt=before, landed__gt=0).count()


def _delete_strays(cutoff: datetime, *, dry_run: bool) -> int:
    if _unresolved(before=cutoff):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_STRAYS if dry_run else _DELETE_STRAYS, [cutoff])
        if not dry_run:
            return int(cursor.rowcount)
        (strays,) = cursor.fetchone()
        return int(strays)


def _delete_rejected(cutoff: datetime, *, dry_run: bool) -> int:
    old = RejectedRecord.objects.filter(created_at__lt=cutoff)
    return old.count() if dry_run else old.delete()[0]
