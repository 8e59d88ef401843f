"""Gives what one event, one unmerge and one withdrawal cost next to a neighbourhood of many identifiers.

python -m benchmarks.neighbourhoods --identifiers 1000
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("VAR_DIR", str(Path(__file__).parent.parent / "var" / "bench"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idportal.settings")

START = datetime(2026, 1, 1, tzinfo=UTC)
RUNS = 7


def chain(size: int, *, conflicts: bool):
    """Events that tie `size` identifiers together: cookies along a chain, every tenth with a person for conflicts."""
    from tests.profiles.reference import Event

    for number in range(size):
        pair = {("anonymous_id", f"cookie {number}"), ("anonymous_id", f"cookie {number + 1}")}
        if conflicts and number % 10 == 0:
            pair = {("anonymous_id", f"cookie {number}"), ("user_id", f"user {number}")}
            yield Event(
                frozenset({("anonymous_id", f"cookie {number}"), ("anonymous_id", f"cookie {number + 1}")}), START
            )
        yield Event(frozenset(pair), START + timedelta(seconds=number))


def milliseconds(action: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    times = []
    for _ in range(RUNS):
        before()
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def measure(size: int) -> None:
    from django.db import connection

    from profiles import decisions
    from profiles.decisions import Named
    from tests.profiles.builders import land, resolve
    from tests.profiles.reference import Event

    def start(conflicts: bool) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "TRUNCATE raw_events, deliveries, identifiers, links, combinations, trait_values, profile_changes,"
                " resolutions, conflicted_neighbourhoods, decisions, decision_identifiers CASCADE"
            )
        land(*chain(size, conflicts=conflicts))
        resolve()

    numbers = iter(range(10**9))

    def one_more() -> None:
        known, new = ("anonymous_id", f"cookie {size // 2}"), ("anonymous_id", f"new {next(numbers)}")
        land(Event(frozenset({known, new}), START + timedelta(days=1)))

    for conflicts in (False, True):
        start(conflicts)
        name = "with conflicts" if conflicts else "without conflicts"
        print(f"{size} identifiers, {name}")
        print(f"  an event that joins one more        {milliseconds(resolve, one_more):8.1f} ms")
        side_a = [Named("anonymous_id", f"cookie {size // 2}")]
        side_b = [Named("anonymous_id", f"cookie {n}") for n in range(size) if n != size // 2]
        made: list[decisions.Decision] = []

        def separate(a=side_a, b=side_b, made=made) -> None:
            made.append(decisions.decide(action="separate", a=a, b=b, author="bench")[0])

        def withdraw(made=made) -> None:
            if made:
                decisions.withdraw(made.pop(), author="bench")

        print(f"  an unmerge                          {milliseconds(separate, withdraw):8.1f} ms")
        print(f"  its withdrawal                      {milliseconds(withdraw, separate):8.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--identifiers", type=int, nargs="+", default=[100, 1000])
    options = parser.parse_args()

    from idportal.embedded import services

    with services():
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        for size in options.identifiers:
            measure(size)


if __name__ == "__main__":
    main()
