"""Gives what conflicts cost: the same batches with and without 1 % of the neighbourhoods in conflict.

python -m benchmarks.conflicts --events 400000

Where two people are in conflict, the second logs in on the first one's device; without conflicts on one of their own.
All else is the same, event by event. Both are resolved in turns.
"""

import argparse
import os
import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("VAR_DIR", str(Path(__file__).parent.parent / "var" / "bench"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idportal.settings")

from benchmarks.clock import Cost, cost
from benchmarks.crowd import EVENTS_A_PERSON, START, combination_id
from benchmarks.engine_speed import EVENTS_A_DELIVERY, TYPES, connect, empty, resolve

SHARE = 0.01
TURNS = 3
BATCH = 100_000


def people(events: int, *, conflicts: bool, seed: int = 1) -> Iterator[tuple[bool, list[str]]]:
    """Whether it is trusted, and the identifiers, of each event. A person has two devices, a user id and an e-mail."""
    draw = random.Random(seed)
    number = events // EVENTS_A_PERSON
    clashing = {person for person in range(1, number, 2) if draw.random() < 2 * SHARE}  # with the one before
    for _ in range(events):
        person, device, known = draw.randrange(number), draw.randrange(2), draw.random() < 0.45
        shared = conflicts and device == 1 and person in clashing
        device_id = f"anonymous_id:{person - 1}-0" if shared else f"anonymous_id:{person}-{device}"
        names = [f"user_id:u-{person}", f"email:person{person}@example.com"][: draw.randint(1, 2)]
        yield known and draw.random() < 0.28, sorted([device_id, *names]) if known else [device_id]


def land(connection: Any, events: int, *, conflicts: bool) -> None:
    from psycopg.types.json import Jsonb

    landed, payload = datetime.now(UTC), Jsonb({})
    with connection.transaction(), connection.cursor() as cursor:
        with cursor.copy("COPY raw_events FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(TYPES)
            for number, (trusted, identifiers) in enumerate(people(events, conflicts=conflicts)):
                delivery, place = number // EVENTS_A_DELIVERY + 1, number % EVENTS_A_DELIVERY
                copy.write_row((
                    delivery << 20 | place, landed, START + timedelta(milliseconds=number * 50), uuid.uuid4(),
                    combination_id(identifiers), 1, trusted, "track", "", identifiers, None, payload,
                ))  # fmt: skip
        connection.execute(
            "INSERT INTO deliveries SELECT d, 'bench ' || d, 'import', now(), 0, 1, %s, %s, 0, 0, NULL"
            " FROM generate_series(1, %s) AS d",
            [EVENTS_A_DELIVERY, EVENTS_A_DELIVERY, events // EVENTS_A_DELIVERY],
        )
    connection.execute("ANALYZE raw_events")


def measure(connection: Any, events: int) -> dict[bool, list[Cost]]:
    """What resolution costs by whether there are conflicts, turn by turn."""
    costs: dict[bool, list[Cost]] = {False: [], True: []}
    for _ in range(TURNS):
        for conflicts in (False, True):
            empty(connection)
            land(connection, events, conflicts=conflicts)
            costs[conflicts].append(cost(connection.info.backend_pid, lambda: resolve(connection, BATCH)))
    return costs


def ratio(costs: dict[bool, list[Cost]], field: str) -> float | None:
    """Of the best turns: what disturbs a turn only ever makes it slower."""
    values = {conflicts: [getattr(c, field) for c in taken] for conflicts, taken in costs.items()}
    return None if None in values[False] + values[True] else min(values[True]) / min(values[False])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=400_000)
    options = parser.parse_args()

    from idportal.embedded import services

    with services():
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        with connect() as connection:
            costs = measure(connection, options.events)
            for conflicts, taken in costs.items():
                seconds = ", ".join(f"{c.seconds:.2f} s (CPU {c.cpu_seconds or 0:.2f})" for c in taken)
                print(f"{'with' if conflicts else 'without'} conflicts: {seconds}")
            print(f"ratio {ratio(costs, 'seconds'):.2f} wall clock, {ratio(costs, 'cpu_seconds') or 0:.2f} CPU")
            print(connection.execute("SELECT count(*) FROM conflicted_neighbourhoods").fetchone()[0], "in conflict")
            empty(connection)


if __name__ == "__main__":
    main()
