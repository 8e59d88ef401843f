"""Takes records that were accepted, keeps them on disk until they are delivered or set aside: nothing is lost to a
SIGTERM, a kill -9 or a power cut. One SQLite file; a record is in `taken`, then in `ready`, then gone and counted."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SCHEMA = """
create table if not exists taken (
    seq integer primary key autoincrement, record_id text not null, arrived_ms integer not null, data blob not null
);
create table if not exists ready (
    seq integer primary key autoincrement, record_id text not null, arrived_ms integer not null, data blob not null,
    ready_ms integer not null, request_id text
);
create index if not exists ready_request on ready (request_id, seq);
create table if not exists batches (
    request_id text primary key, attempts integer not null default 0, waited real not null default 0
);
create table if not exists counts (name text primary key, n integer not null);
create table if not exists archive (path text primary key, bytes integer not null, opened_ms integer not null);
"""


@dataclass(frozen=True, slots=True)
class Record:
    record_id: str
    arrived_ms: int
    data: bytes
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Records on their way under one request id, which they keep over retries and restarts."""

    request_id: str
    records: Sequence[Record]
    attempts: int = 0
    waited: float = 0.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """What lies in a buffer: bytes of data, and since when the oldest of it."""

    size: int
    since_ms: int


@dataclass(frozen=True, slots=True)
class ArchiveObject:
    path: str
    size: int
    opened_ms: int


class Spool:
    """All methods are safe to call from any thread; each is one transaction, on disk when it returns."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = full")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def take(self, records: Iterable[Record]) -> None:
        rows = [(one.record_id, one.arrived_ms, one.data) for one in records]
        with self._transaction() as db:
            db.executemany("insert into taken (record_id, arrived_ms, data) values (?, ?, ?)", rows)
            _count(db, {"accepted": len(rows)})

    def waiting_to_transform(self) -> Waiting:
        return self._waiting("select length(data) as size, arrived_ms as since from taken order by seq")

    def waiting_to_deliver(self) -> Waiting:
        rows = "select length(data) as size, ready_ms as since from ready where request_id is null order by seq"
        return self._waiting(rows)

    def next_taken(self, *, size: int, count: int) -> list[Record]:
        with self._lock:
            rows = self._db.execute("select record_id, arrived_ms, data, seq from taken order by seq")
            return _fill(rows, size=size, count=count)

    def transformed(
        self,
        *,
        done: Sequence[Record],
        ready: Sequence[Record],
        now_ms: int,
        counts: Mapping[str, int],
        archive: ArchiveObject,
    ) -> None:
        """`done` leaves the first buffer, `ready` enters the second, and the archive is this long: all or nothing."""
        rows = [(one.record_id, one.arrived_ms, one.data, now_ms) for one in ready]
        with self._transaction() as db:
            db.executemany("delete from taken where seq = ?", [(one.seq,) for one in done])
            db.executemany("insert into ready (record_id, arrived_ms, data, ready_ms) values (?, ?, ?, ?)", rows)
            db.execute("delete from archive")
            db.execute("insert into archive values (?, ?, ?)", (archive.path, archive.size, archive.opened_ms))
            _count(db, counts)

    def archive(self) -> ArchiveObject | None:
        with self._lock:
            row = self._db.execute("select path, bytes, opened_ms from archive").fetchone()
        return ArchiveObject(*row) if row else None

    def next_batch(self, *, request_id: str, size: int, count: int) -> Batch:
        with self._transaction() as db:
            rows = db.execute(
                "select record_id, arrived_ms, data, seq from ready where request_id is null order by seq"
            )
            records = _fill(rows, size=size, count=count)
            marks = [(request_id, one.seq) for one in records]
            db.executemany("update ready set request_id = ? where seq = ?", marks)
            db.execute("insert into batches (request_id) values (?)", (request_id,))
        return Batch(request_id, records)

    def unfinished_batches(self) -> list[Batch]:
        """Those that were on their way when the process ended."""
        with self._lock:
            found = self._db.execute("select request_id, attempts, waited from batches order by rowid").fetchall()
            return [Batch(request_id, self._records_of(request_id), *rest) for request_id, *rest in found]

    def attempted(self, request_id: str, *, attempts: int, waited: float) -> None:
        with self._transaction() as db:
            change = "update batches set attempts = ?, waited = ? where request_id = ?"
            db.execute(change, (attempts, waited, request_id))

    def finished(self, batch: Batch, *, counted_as: str) -> None:
        with self._transaction() as db:
            db.execute("delete from ready where request_id = ?", (batch.request_id,))
            db.execute("delete from batches where request_id = ?", (batch.request_id,))
            _count(db, {counted_as: len(batch.records), "batches": 1})

    def count(self, **counts: int) -> None:
        with self._transaction() as db:
            _count(db, counts)

    def counts(self) -> dict[str, int]:
        """Since the spool was made. Always accepted = transformed into something + waiting + on the way."""
        with self._lock:
            counted = dict(self._db.execute("select name, n from counts").fetchall())
            (taken,) = self._db.execute("select count(*) from taken").fetchone()
            (ready,) = self._db.execute("select count(*) from ready").fetchone()
        return {**counted, "waiting_to_transform": taken, "waiting_to_deliver": ready}

    def _waiting(self, rows: str) -> Waiting:
        """A long queue is not counted to its end: the front of it fills any buffer."""
        query = f"select sum(size), min(since) from ({rows} limit 10000)"  # noqa: S608 - our own two queries
        with self._lock:
            size, since = self._db.execute(query).fetchone()
        return Waiting(size or 0, since or 0)

    def _records_of(self, request_id: str) -> list[Record]:
        query = "select record_id, arrived_ms, data, seq from ready where request_id = ? order by seq"
        return [Record(*row) for row in self._db.execute(query, (request_id,))]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("begin immediate")
            try:
                yield self._db
                self._db.execute("commit")
            except BaseException:
                self._db.execute("rollback")
                raise


def _fill(rows: Iterable[tuple[str, int, bytes, int]], *, size: int, count: int) -> list[Record]:
    """As many as fit, one at least."""
    records: list[Record] = []
    for row in rows:
        size -= len(row[2])
        if (records and size < 0) or len(records) == count:
            break
        records.append(Record(*row))
    return records


def _count(db: sqlite3.Connection, counts: Mapping[str, int]) -> None:
    add = "insert into counts values (?, ?) on conflict (name) do update set n = n + excluded.n"
    db.executemany(add, [(name, n) for name, n in counts.items() if n])
