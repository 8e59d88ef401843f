"""Takes a number of profiles, gives what a full and an incremental match run over them cost, in time and memory.

python -m benchmarks.match_run --profiles 100000

A seeded crowd lands as events and is resolved: one profile in ten is somebody who is there already, written
differently and reached by another address. Then come a full run (which trains the first model), a second one, and an
incremental one after one profile in a hundred was told something new. Time is told for each step; memory is the run's
own processes at their largest, which is all of it but the database.
"""

import argparse
import os
import random
import resource
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("VAR_DIR", str(Path(__file__).parent.parent / "var" / "bench"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idportal.settings")

START = datetime(2026, 1, 1, tzinfo=UTC)
EVENTS_A_DELIVERY = 10_000
SYLLABLES = [a + b for a in "bdfghklmnrstvz" for b in "aeo"]
STREETS = ["Oak", "Elm", "Mill", "Station", "School", "Church", "Garden", "River", "Hill", "Market", "Park", "Castle"]
TABLES = (
    "raw_events, event_keys, deliveries, rejected_records, identifiers, links, combinations, trait_values,"
    " profile_changes, resolutions, conflicted_neighbourhoods, reconsiderations, undefined_kinds, decisions,"
    " decision_identifiers, match_models, match_runs, match_candidates, match_answers, match_trial_pairs,"
    " review_questions"
)


def word(draw: random.Random, syllables: int) -> str:
    return "".join(draw.choices(SYLLABLES, k=syllables)).capitalize()


class People:
    """Names as unequally common as they are: few names that many have, many that few have."""

    def __init__(self, seed: int) -> None:
        draw = random.Random(seed)
        self.first = [word(draw, 2) for _ in range(400)]
        self.last = [word(draw, 3) for _ in range(8_000)]
        self.towns = [(f"{draw.randint(10_000, 99_999)}", word(draw, 2)) for _ in range(3_000)]

    def traits(self, draw: random.Random) -> dict[str, Any]:
        postcode, town = draw.choice(self.towns)
        return {
            "first_name": self.first[int(len(self.first) * draw.random() ** 3)],
            "last_name": self.last[int(len(self.last) * draw.random() ** 2)],
            "birthday": f"{draw.randint(1940, 2006)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}",
            "address": {
                "street": f"{draw.choice(STREETS)} {draw.choice(['Street', 'Road', 'Lane'])} {draw.randint(1, 150)}",
                "postal_code": postcode,
                "city": town,
            },
        }


def slip(text: str, draw: random.Random) -> str:
    place = draw.randrange(len(text) - 1)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def again(traits: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    """The same person, as they write it another time."""
    told = dict(traits)
    if draw.random() < 0.3:
        told["first_name"] = slip(told["first_name"], draw)
    if draw.random() < 0.2:
        told["last_name"] = slip(told["last_name"], draw)
    if draw.random() < 0.3:
        told.pop("address")
    if draw.random() < 0.2:
        told.pop("birthday")
    return told


def events(profiles: int, *, seed: int = 1) -> Iterator[tuple[list[str], dict[str, Any]]]:
    """Identifiers and traits, one event a profile; every tenth is somebody who is there already."""
    draw, people = random.Random(seed), People(seed)
    there: list[dict[str, Any]] = []
    for number in range(profiles):
        if there and number % 10 == 9:
            traits = again(draw.choice(there), draw)
        else:
            there.append(traits := people.traits(draw))
        at = f"{traits['first_name']}.{traits['last_name']}".lower()
        identifiers = [f"email:{at}{number}@example{draw.randrange(97)}.com", f"phone:+49151{number:08d}"]
        yield sorted(identifiers[: draw.choice([1, 2, 2])]), traits


def land(
    connection: Any, told: Iterator[tuple[list[str], dict[str, Any]]], *, first_delivery: int, at: datetime
) -> None:
    from psycopg.types.json import Jsonb

    from benchmarks.crowd import combination_id
    from benchmarks.engine_speed import TYPES

    sizes: dict[int, int] = {}
    with connection.cursor() as cursor, cursor.copy("COPY raw_events FROM STDIN (FORMAT binary)") as copy:
        copy.set_types(TYPES)
        for number, (identifiers, traits) in enumerate(told):
            delivery = first_delivery + number // EVENTS_A_DELIVERY
            sizes[delivery] = sizes.get(delivery, 0) + 1
            copy.write_row((
                delivery << 20 | number % EVENTS_A_DELIVERY, at, at + timedelta(milliseconds=number), uuid.uuid4(),
                combination_id(identifiers), 1, True, "identify", "", identifiers, Jsonb(traits), Jsonb({}),
            ))  # fmt: skip
    for delivery, size in sizes.items():
        connection.execute(
            "INSERT INTO deliveries VALUES (%s, %s, 'import', now(), 0, 1, %s, %s, 0, 0, NULL)",
            [delivery, f"bench {delivery}", size, size],
        )
    connection.execute("CALL resolve_deliveries(200000)")


def prepare(profiles: int) -> None:
    from benchmarks.engine_speed import connect

    with connect() as connection:
        connection.execute(f"TRUNCATE {TABLES} RESTART IDENTITY CASCADE")
        land(connection, events(profiles), first_delivery=1, at=START)
        connection.execute("ANALYZE")


def change(profiles: int) -> None:
    """One profile in a hundred says what somebody else's first name is."""
    from benchmarks.engine_speed import connect

    draw = random.Random(2)
    told = (
        (identifiers, {"first_name": word(draw, 2)})
        for number, (identifiers, _) in enumerate(events(profiles))
        if number % 100 == 0
    )
    with connect() as connection:
        land(connection, told, first_delivery=1000 + profiles // EVENTS_A_DELIVERY, at=START + timedelta(days=30))


def timed_run(name: str, kind: str) -> None:
    from profiles.matches import runs as match_runs
    from profiles.matches.work import carry_out

    steps: dict[str, float] = {}
    last: list[Any] = ["starting", time.perf_counter()]
    start = last[1]

    def on_step(step: str, done: int, total: int) -> None:
        if step != last[0]:
            now = time.perf_counter()
            steps[last[0]] = steps.get(last[0], 0) + now - last[1]
            last[:] = [step, now]

    with match_runs.alone():
        run = carry_out(match_runs.ask(kind, asked_by="benchmark"), on_progress=on_step)
    steps[last[0]] = steps.get(last[0], 0) + time.perf_counter() - last[1]
    most = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    megabytes = sum(most)  # the run's process, and the one that compares
    print(f"{name}: {run.state} in {time.perf_counter() - start:.1f} s, process at most {megabytes:,.0f} MB so far")
    print("  " + ", ".join(f"{step} {seconds:.1f} s" for step, seconds in steps.items() if seconds > 0.05))
    print(f"  {run.counts} left out {run.skipped} {run.error}", flush=True)


def measure(profiles: int) -> None:
    start = time.perf_counter()
    prepare(profiles)
    print(f"{profiles:,} profiles landed and resolved in {time.perf_counter() - start:.1f} s", flush=True)
    timed_run("full run, trains the model", "full")
    timed_run("full run", "full")
    change(profiles)
    timed_run("incremental run, 1 % changed", "incremental")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profiles", type=int, nargs="+", default=[100_000])
    options = parser.parse_args()

    from idportal.embedded import services

    with services():
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        for profiles in options.profiles:
            measure(profiles)


if __name__ == "__main__":
    main()
