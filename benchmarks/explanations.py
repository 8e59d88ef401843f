"""Gives what each explanation of a profile of many identifiers costs.

python -m benchmarks.explanations --identifiers 1000 100000
"""

import argparse
import os
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("VAR_DIR", str(Path(__file__).parent.parent / "var" / "bench"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idportal.settings")

START = datetime(2026, 1, 1, tzinfo=UTC)
RUNS = 5
TABLES = (
    "raw_events, deliveries, identifiers, links, combinations, trait_values, profile_changes, resolutions,"
    " conflicted_neighbourhoods, decisions, decision_identifiers"
)


def crowd(size: int):
    """Cookies that a few hubs and chance tie into one profile, three links an identifier; a neighbour kept apart."""
    from tests.profiles.reference import Event

    chance = random.Random(4)
    for number in range(1, size):
        for other in {number // 10, chance.randrange(number), max(0, number - 1)}:
            ids = {("anonymous_id", f"cookie {number}"), ("anonymous_id", f"cookie {other}")}
            yield Event(frozenset(ids), START + timedelta(seconds=number), trusted=True)
    yield Event(frozenset({("user_id", "ada"), ("anonymous_id", "cookie 0")}), START)
    yield Event(frozenset({("user_id", "ben"), ("anonymous_id", "kiosk")}), START)
    for number in range(0, size, max(1, size // 200)):
        ids = {("user_id", "ben"), ("anonymous_id", f"cookie {number}")}
        yield Event(frozenset(ids), START + timedelta(days=2))


def milliseconds(action: Callable[[], object]) -> str:
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1000)
    return f"{statistics.median(times):9.0f} ms   ({min(times):.0f} to {max(times):.0f})"


def measure(size: int) -> None:
    from django.db import connection
    from django.utils import timezone

    from profiles.explaining.apart import why_apart
    from profiles.explaining.as_of import as_of
    from profiles.explaining.graph import graph_of
    from profiles.explaining.past import past
    from profiles.explaining.together import how_built, why_together
    from profiles.models import Identifier
    from tests.profiles.builders import land, resolve

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")
    events = list(crowd(size))
    for start in range(0, len(events), 20_000):
        land(*events[start : start + 20_000])
        resolve()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    number = dict(Identifier.objects.filter(kind__name="user_id").values_list("value", "profile_id"))
    ada, ben = number["ada"], number["ben"]
    ends = list(Identifier.objects.filter(value__in=["cookie 7", f"cookie {size - 1}"]).values_list("pk", flat=True))
    half = timezone.now()
    print(f"{Identifier.objects.filter(profile_id=ada).count():,} identifiers, {len(events):,} events")
    print(f"  why together              {milliseconds(lambda: why_together(*ends))}")
    print(f"  why not                   {milliseconds(lambda: why_apart(ada, ben))}")
    print(f"  how built, first 50 steps {milliseconds(lambda: how_built(ada))}")
    print(f"  graph                     {milliseconds(lambda: graph_of(ada))}")
    print(f"  history, first page       {milliseconds(lambda: past(ada))}")
    print(f"  as of, all back           {milliseconds(lambda: as_of(ada, half))}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--identifiers", type=int, nargs="+", default=[1_000, 100_000])
    sizes = parser.parse_args().identifiers

    import django

    from idportal.embedded import services

    with services():
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        for size in sizes:
            measure(size)


if __name__ == "__main__":
    main()
