"""Takes a number of events, gives how fast they land and resolve, against a bare COPY of the same rows in the same run.

python -m benchmarks.engine_speed --events 1000000
"""

import argparse
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("VAR_DIR", str(Path(__file__).parent.parent / "var" / "bench"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idportal.settings")

EVENTS_A_DELIVERY = 10_000
EVENTS_A_BATCH = 1_000_000  # as profiles.resolution takes them
TYPES = [
    "int8",
    "timestamptz",
    "timestamptz",
    "uuid",
    "uuid",
    "int4",
    "bool",
    "text",
    "text",
    "text[]",
    "jsonb",
    "jsonb",
]
TABLES = (
    "raw_events, event_keys, deliveries, rejected_records, identifiers, links, combinations, trait_values,"
    " profile_changes, resolutions, conflicted_neighbourhoods, reconsiderations, undefined_kinds"
)


def connect():
    import psycopg

    from idportal.embedded import database_url

    return psycopg.connect(os.environ.get("DATABASE_URL") or database_url(), autocommit=True)


def prepare(connection, events: int) -> list[tuple[int, int, bytes, bytes]]:
    """Binary COPY data by delivery: (delivery id, events, raw events, event keys)."""
    from psycopg.types.json import Jsonb
    from tqdm import tqdm

    from benchmarks.crowd import crowd

    connection.execute("DROP TABLE IF EXISTS bench_rows")
    connection.execute("CREATE UNLOGGED TABLE bench_rows (LIKE raw_events)")
    landed = datetime.now(UTC)
    with connection.cursor() as cursor, cursor.copy("COPY bench_rows FROM STDIN (FORMAT binary)") as copy:
        copy.set_types(TYPES)
        for number, row in enumerate(tqdm(crowd(events), total=events, desc="making events", disable=None)):
            delivery, place = number // EVENTS_A_DELIVERY + 1, number % EVENTS_A_DELIVERY
            when, message, combination, trusted, kind, name, identifiers, traits, payload = row
            copy.write_row((
                delivery << 20 | place, landed, when, message, combination, 1, trusted, kind, name, identifiers,
                Jsonb(traits) if traits else None, Jsonb(payload),
            ))  # fmt: skip
    connection.execute("CREATE INDEX ON bench_rows ((event_id >> 20), event_id)")
    deliveries = []
    for delivery in range(1, (events - 1) // EVENTS_A_DELIVERY + 2):
        where = f"WHERE event_id >> 20 = {delivery} ORDER BY event_id"
        raw = read(connection, f"SELECT * FROM bench_rows {where}")
        keys = read(connection, f"SELECT source_id, message_id, event_id FROM bench_rows {where}")
        deliveries.append((delivery, min(EVENTS_A_DELIVERY, events - (delivery - 1) * EVENTS_A_DELIVERY), raw, keys))
    connection.execute("DROP TABLE bench_rows")
    return deliveries


def read(connection, query: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT binary)") as copy:
        return b"".join(bytes(part) for part in copy)


def write(connection, table: str, data: bytes) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
        copy.write(data)


def empty(connection) -> None:
    connection.execute(f"TRUNCATE {TABLES} RESTART IDENTITY")
    connection.execute("CHECKPOINT") if is_superuser(connection) else None


def is_superuser(connection) -> bool:
    return connection.execute("SHOW is_superuser").fetchone()[0] == "on"


def bare_copy(connection, deliveries) -> None:
    for _, _, raw, _ in deliveries:
        write(connection, "raw_events", raw)


def land(connection, deliveries) -> None:
    for delivery, size, raw, keys in deliveries:
        with connection.transaction():
            write(connection, "event_keys", keys)
            write(connection, "raw_events", raw)
            connection.execute(
                "INSERT INTO deliveries VALUES (%s, %s, 'import', now(), 0, 1, %s, %s, 0, 0, NULL)",
                [delivery, f"bench {delivery}", size, size],
            )


def resolve(connection, batch: int) -> None:
    connection.execute("CALL resolve_deliveries(%s)", [batch])


def land_and_resolve(connection, deliveries, batch: int) -> None:
    for start in range(0, len(deliveries), batch // EVENTS_A_DELIVERY):
        land(connection, deliveries[start : start + batch // EVENTS_A_DELIVERY])
        resolve(connection, batch)


def pipelined(connection, deliveries, batch: int) -> None:
    done = threading.Event()

    def resolver() -> None:
        with connect() as other:
            while not done.is_set():
                resolve(other, batch)
            resolve(other, batch)

    thread = threading.Thread(target=resolver)
    thread.start()
    land(connection, deliveries)
    done.set()
    thread.join()


def timed(action: Callable[[], None]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def measure(connection, deliveries, events: int, batch: int) -> Iterator[tuple[str, float]]:
    empty(connection)
    yield "bare binary COPY (the reference)", timed(lambda: bare_copy(connection, deliveries))
    empty(connection)
    yield "landing", timed(lambda: land(connection, deliveries))
    connection.execute("ANALYZE")
    yield "resolution only", timed(lambda: resolve(connection, batch))
    empty(connection)
    yield "landing + resolution, one session", timed(lambda: land_and_resolve(connection, deliveries, batch))
    empty(connection)
    yield "landing beside resolution", timed(lambda: pipelined(connection, deliveries, batch))
    empty(connection)
    yield "bare binary COPY, again", timed(lambda: bare_copy(connection, deliveries))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--batch", type=int, default=EVENTS_A_BATCH, help="events the engine takes in one transaction")
    options = parser.parse_args()

    from idportal.embedded import services

    with services():
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        with connect() as connection:
            for events in options.events:
                deliveries = prepare(connection, events)
                rows = list(measure(connection, deliveries, events, options.batch))
                reference = (rows[0][1] + rows[-1][1]) / 2
                print(f"\n{events:,} events")
                for name, seconds in rows:
                    rate, ratio = events / seconds, reference / seconds
                    print(f"  {name:40} {seconds:8.1f} s {rate:10,.0f} events/s   ratio {ratio:.2f}")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
