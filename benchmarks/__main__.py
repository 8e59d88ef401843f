"""Takes numbers of events, prints one table for each: the engine, other ways to the same partition, and its hard cases.

make bench BENCH="--events 1000000 5000000"

All rates are of the same rows in the same run; `ratio` is to a bare binary COPY of them, before and after. CPU is that
of the database's backend. Partitions are compared with one computed without the engine (benchmarks/partition.py), the
peers' with ours where no limit, no trust and no blocked value counts, as they know none.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("VAR_DIR", str(Path(__file__).parent.parent / "var" / "bench"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idportal.settings")

from benchmarks import conflicts, engine_speed, neighbourhoods, partition, rule_change, rules
from benchmarks.clock import cost
from benchmarks.peers import peers

# After these the partition is there to be looked at.
RESOLVED = ("resolution only", "landing + resolution, one session", "landing beside resolution")
DIFFERENT = "DIFFERENT"


@dataclass(frozen=True)
class Line:
    name: str
    events: int
    seconds: float
    cpu_seconds: float | None = None
    note: str = ""


def engine_lines(connection: Any, deliveries: Any, events: int, options: argparse.Namespace) -> Iterator[Line]:
    expected, first = None, 0.0
    for name, seconds in engine_speed.measure(connection, deliveries, events, options.batch):
        verdict = ""
        if name in RESOLVED and not options.unverified:
            tell(f"{name}: comparing the partition")
            expected = expected or partition.expected(connection)
            verdict = said(partition.stored(connection) == expected)
        yield Line(name, events, seconds, None, verdict)
        if name == RESOLVED[0]:
            first = rule_change.profiles(connection) / seconds
        if name == RESOLVED[-1]:
            tell("a rule change")
            change = rule_change.measure(connection)
            yield Line(
                f"a rule change over {change.profiles:,} profiles", events, change.seconds, change.cpu_seconds,
                f"{change.profiles / change.seconds / first:.2f} of the first resolution's profiles/s",
            )  # fmt: skip


def peer_lines(connection: Any, deliveries: Any, events: int, options: argparse.Namespace) -> Iterator[Line]:
    """On the rows of the last bare COPY; then ours, without rules, to compare with."""
    found = []
    for peer in peers():
        tell(peer.name)
        found.append((peer, peer.run(connection, events, min(events, options.sample))))
    tell("resolution without rules, as the peers know none")
    ours: dict[int, dict[str, str]] = {}
    with rules.no_rules():
        for size in sorted({result.events for _, result in found} | {events}):
            engine_speed.empty(connection)
            engine_speed.land(connection, deliveries[: -(-size // engine_speed.EVENTS_A_DELIVERY)])
            connection.execute("ANALYZE")
            taken = cost(connection.info.backend_pid, lambda: engine_speed.resolve(connection, options.batch))
            ours[size] = dict(partition.stored(connection).least)
    for peer, result in found:
        name = peer.name + ("" if result.events == events else f" (the first {result.events:,})")
        verdict = said(partition.canonical(result.groups) == ours[result.events])
        yield Line(name, result.events, result.seconds, result.cpu_seconds, verdict)
    yield Line("this engine without rules, as the peers", events, taken.seconds, taken.cpu_seconds)


def said(equal: bool) -> str:
    return "equal" if equal else DIFFERENT


def tell(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


def print_table(lines: list[Line], events: int) -> None:
    copies = [line.seconds for line in lines if line.name.startswith("bare binary COPY")]
    reference = events / (sum(copies) / len(copies))
    print(f"\n{events:,} events{'':41} seconds      CPU   events/s  ratio  partition")
    for line in lines:
        rate = line.events / line.seconds
        cpu = "" if line.cpu_seconds is None else f"{line.cpu_seconds:.1f}"
        print(f"  {line.name:50} {line.seconds:9.1f} {cpu:>8} {rate:10,.0f} {rate / reference:6.2f}  {line.note}")
    sys.stdout.flush()


def print_hard_cases(connection: Any) -> None:
    tell("1 % of the neighbourhoods in conflict")
    costs = conflicts.measure(connection, 400_000)
    wall, cpu = conflicts.ratio(costs, "seconds"), conflicts.ratio(costs, "cpu_seconds")
    print("\nhard cases")
    print(f"  a batch with 1 % of neighbourhoods in conflict, to one without: {wall:.2f}", end="")
    print("" if cpu is None else f" (CPU {cpu:.2f})")
    engine_speed.empty(connection)
    tell("large neighbourhoods")
    for size in (1000, 6000):
        neighbourhoods.print_measured(size)
    engine_speed.empty(connection)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--batch", type=int, default=200_000, help="events the engine takes in one transaction")
    parser.add_argument(
        "--sample",
        type=int,
        default=20_000,
        help="events for what takes one transaction an event, in tens of thousands",
    )
    parser.add_argument("--unverified", action="store_true", help="do not compute the partition without the engine")
    options = parser.parse_args()

    from idportal.embedded import services

    different = False
    with services():
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        rules.use_first_rules()
        with engine_speed.connect() as connection:
            for events in options.events:
                deliveries = engine_speed.prepare(connection, events)
                lines = [*engine_lines(connection, deliveries, events, options)]
                lines += peer_lines(connection, deliveries, events, options)
                print_table(lines, events)
                different |= any(line.note == DIFFERENT for line in lines)
            print_hard_cases(connection)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
