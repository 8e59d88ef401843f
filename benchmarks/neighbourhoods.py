"""Gives what one event, one unmerge and one withdrawal cost next to a neighbourhood of many identifiers.

python -m benchmarks.neighbourhoods --identifiers 1000 6000

A chain of cookies is one profile; with conflicts every tenth cookie has a person; grown by public events, each of a
person's two cookies is the next one's too. Times are medians, in milliseconds, with the backend's own CPU time.
"""

import argparse
import os
import statistics
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("VAR_DIR", str(Path(__file__).parent.parent / "var" / "bench"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idportal.settings")

from benchmarks.clock import Cost, cost

if TYPE_CHECKING:
    from tests.profiles.reference import Event

START = datetime(2026, 1, 1, tzinfo=UTC)
RUNS = 7
SHAPES = ("without conflicts", "with conflicts", "grown by public events")


def event(minute: float, *identifiers: str) -> "Event":
    from tests.profiles.reference import Event

    named = frozenset((kind, value) for kind, _, value in (text.partition(" ") for text in identifiers))
    return Event(named, START + timedelta(minutes=minute))


def shape(name: str, size: int) -> Iterator["Event"]:
    """Events that tie about `size` identifiers together."""
    if name == "grown by public events":
        for n in range(size // 2):
            yield event(n, f"user_id {n}", f"anonymous_id {n}", f"anonymous_id {n + 1}")
        return
    for n in range(size):
        yield event(0, f"anonymous_id {n}", f"anonymous_id {n + 1}")
        if name == "with conflicts" and n % 10 == 0:
            yield event(n, f"anonymous_id {n}", f"user_id {n}")


def median(action: Callable[[], object], before: Callable[[], object] = lambda: None) -> Cost:
    from django.db import connection

    costs = []
    for _ in range(RUNS):
        before()
        costs.append(cost(connection.connection.info.backend_pid, action))
    cpu = [c.cpu_seconds for c in costs if c.cpu_seconds is not None]
    return Cost(statistics.median(c.seconds for c in costs), statistics.mean(cpu) if cpu else None)


def measure(size: int) -> Iterator[tuple[str, Cost]]:
    from django.db import connection

    from profiles.deciding import decisions
    from profiles.deciding.decisions import Named
    from tests.profiles.builders import land, resolve

    numbers = count()
    for name in SHAPES:
        with connection.cursor() as cursor:
            cursor.execute(
                "TRUNCATE raw_events, deliveries, identifiers, links, combinations, trait_values, profile_changes,"
                " resolutions, conflicted_neighbourhoods, decisions, decision_identifiers CASCADE"
            )
        land(*shape(name, size))
        resolve()

        def one_more(*known: str) -> Callable[[], object]:
            return lambda: land(event(10**6, f"anonymous_id {size // 4}", *known, f"anonymous_id new {next(numbers)}"))

        def newcomer() -> None:
            n = next(numbers)
            land(event(10**6, f"anonymous_id {size // 2 - n}", f"user_id new {n}"))

        yield f"{name}: an event with a new cookie", median(resolve, one_more())
        yield f"{name}: an event with a new person", median(resolve, newcomer)
        yield f"{name}: an event with two known cookies", median(resolve, one_more(f"anonymous_id {size // 8}"))

        side_a = [Named("anonymous_id", f"{size // 3}")]
        side_b = [Named("anonymous_id", f"{n}") for n in range(size) if n != size // 3]
        made: list[decisions.Decision] = []

        def separate(a=side_a, b=side_b, made=made) -> None:
            made.append(decisions.decide(action="separate", a=a, b=b, author="bench")[0])

        def withdraw(made=made) -> None:
            if made:
                decisions.withdraw(made.pop(), author="bench")

        yield f"{name}: an unmerge", median(separate, withdraw)
        yield f"{name}: its withdrawal", median(withdraw, separate)
        withdraw()
        if name == SHAPES[0]:  # elsewhere the profiles are small
            yield from by_a_person(f"{size // 3}")


def by_a_person(value: str) -> Iterator[tuple[str, Cost]]:
    """An unmerge as a page does it: what is shown before, and then done, on the profile that an identifier is in."""
    from profiles.deciding.decisions import take_back, unmerge
    from profiles.deciding.preview import preview_unmerge, preview_withdrawal
    from profiles.models import Decision, Identifier

    cut = Identifier.objects.get(kind__name="anonymous_id", value=value)
    profile_id, picked = cut.profile_id, [cut.pk]
    said = {"author": "a", "reason": "r"}
    made: list[Decision | None] = []

    def carry_out() -> None:
        expected = preview_unmerge(profile_id, picked).fingerprint
        made.append(unmerge(profile_id=profile_id, identifier_ids=picked, expected=expected, **said).decision)

    def back() -> None:
        if made and (decision := made.pop()):
            take_back(decision=decision, **said)

    back()
    members = Identifier.objects.filter(profile_id=profile_id).count()
    name = f"profile of {members}"
    yield f"{name}: what an unmerge would do", median(lambda: preview_unmerge(profile_id, picked), back)
    yield f"{name}: shown and unmerged", median(carry_out, back)
    yield f"{name}: what its withdrawal would do", median(lambda: preview_withdrawal(made[-1]), lambda: None)  # type: ignore[arg-type]
    yield f"{name}: taken back", median(back, lambda: made or carry_out())


def print_measured(size: int) -> None:
    print(f"\na neighbourhood of {size:,} identifiers{'':30} ms  CPU ms")
    for name, taken in measure(size):
        cpu = "" if taken.cpu_seconds is None else f"{taken.cpu_seconds * 1000:.0f}"
        print(f"  {name:55} {taken.seconds * 1000:6.0f} {cpu:>7}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--identifiers", type=int, nargs="+", default=[100, 1000, 6000])
    options = parser.parse_args()

    from idportal.embedded import services

    with services():
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        for size in options.identifiers:
            print_measured(size)


if __name__ == "__main__":
    main()
