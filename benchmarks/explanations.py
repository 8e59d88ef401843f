"""Gives what each explanation, and each page, of a profile of many identifiers costs: wall clock, and the CPU time of
this program and of the database.

    python -m benchmarks.explanations --identifiers 1000 100000
    python -m benchmarks.explanations --again     # of the profile that is there

Linux only: the database's CPU time is read from /proc.
"""

import argparse
import os
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.visits import client_as, opened, spent

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
    return str(spent(action, runs=RUNS))


def build(size: int) -> None:
    from django.db import connection

    from tests.profiles.builders import land, resolve

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")
    events = list(crowd(size))
    for start in range(0, len(events), 20_000):
        land(*events[start : start + 20_000])
        resolve()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def measure() -> None:
    from django.utils import timezone

    from profiles.explaining.apart import why_apart
    from profiles.explaining.as_of import as_of
    from profiles.explaining.graph import graph_of
    from profiles.explaining.past import past
    from profiles.explaining.together import how_built, why_together
    from profiles.models import Identifier

    number = dict(Identifier.objects.filter(kind__name="user_id").values_list("value", "profile_id"))
    ada, ben = number["ada"], number["ben"]
    size = Identifier.objects.filter(profile_id=ada).count()
    ends = list(Identifier.objects.filter(value__in=["cookie 7", f"cookie {size - 2}"]).values_list("pk", flat=True))
    half = timezone.now()
    print(f"{size:,} identifiers")
    print(f"  why together              {milliseconds(lambda: why_together(*ends))}")
    print(f"  why not                   {milliseconds(lambda: why_apart(ada, ben))}")
    print(f"  how built, first 50 steps {milliseconds(lambda: how_built(ada))}")
    print(f"  how built, last 50 steps  {milliseconds(lambda: how_built(ada, start=size - 51))}")
    print(f"  graph                     {milliseconds(lambda: graph_of(ada))}")
    print(f"  history, first page       {milliseconds(lambda: past(ada))}")
    print(f"  as of, all back           {milliseconds(lambda: as_of(ada, half))}")
    for role in ("steward", "viewer"):
        pages(role, ada, ben, size)


def pages(role: str, ada: int, ben: int, size: int) -> None:
    from django.utils import timezone

    from profiles.ids import public_id

    client, own, other = client_as(role), public_id(ada), public_id(ben)
    print(f"  pages, as {role}")
    for page in (
        "", "?events=page", "why/", f"why/?a=anonymous_id:cookie+7&b=anonymous_id:cookie+{size - 2}", "why-not/",
        f"why-not/?other={other}", "how-built/", f"how-built/?start={size - 51}", "graph/", "history/",
        "history/?as_of=2026-06-01", f"history/?as_of={timezone.now():%Y-%m-%dT%H:%M}",
        *(["unmerge/", f"unmerge/?identifier={ada - 4}", "merge/", f"merge/?with={other}"] if role == "steward" else []),
    ):  # fmt: skip
        took = milliseconds(lambda page=page: opened(client, f"/profiles/{own}/{page}"))
        print(f"    {page or 'profile':52} {took}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--identifiers", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--again", action="store_true", help="of the profile that is there")
    asked = parser.parse_args()

    import django

    from idportal.embedded import services

    with services():
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if asked.again:
            measure()
        for size in asked.identifiers if not asked.again else []:
            build(size)
            measure()


if __name__ == "__main__":
    main()
