"""Takes numbers of events, prints one table for each: the engine, other ways to the same partition, and its hard cases.

make bench BENCH="--events 1000000 5000000"

All rates are of the same rows in the same run; `ratio` is to a bare binary COPY of them, before and after. CPU and its
ratio are those of the backend, which a busy machine disturbs less. Partitions are compared with one computed without
the engine (benchmarks/partition.py), the peers' with ours without rules, as they know none.
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
from benchmarks.clock import backend_cpu, cost
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
    expected, first, pid = None, 0.0, connection.info.backend_pid
    before = backend_cpu(pid)
    for name, seconds in engine_speed.measure(connection, deliveries, events, options.batch):
        # with emptying the tables before; where two sessions work, it is not one's
        cpu = None if before is None or name == RESOLVED[-1] else (backend_cpu(pid) or before) - before
        verdict = ""
        if name in RESOLVED and not options.unverified:
            tell(f"{name}: comparing the partition")
            expected = expected or partition.expected(connection)
            verdict = said(partition.stored(connection) == expected)
        yield Line(name, events, seconds, cpu, verdict)
        if name == RESOLVED[0]:
            first = rule_change.profiles(connection) / seconds
        if name == RESOLVED[-1]:
            tell("a rule change")
            change = rule_change.measure(connection)
            yield Line(
                f"a rule change over {change.profiles:,} profiles", events, change.seconds, change.cpu_seconds,
                f"{change.profiles / change.seconds / first:.2f} of the first resolution's profiles/s",
            )  # fmt: skip
        before = backend_cpu(pid)


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
    copies = [line for line in lines if line.name.startswith("bare binary COPY")]
    reference = events * len(copies) / sum(line.seconds for line in copies)
    reference_cpu = events * len(copies) / sum(line.cpu_seconds or 1e-9 for line in copies)
    title = f"{events:,} events"
    print(f"\n{title:70}  seconds   events/s  ratio     CPU  ratio  partition")
    for line in lines:
        rate, cpu = line.events / line.seconds, ""
        if line.cpu_seconds:
            cpu = f"{line.cpu_seconds:.1f} {line.events / line.cpu_seconds / reference_cpu:6.2f}"
        print(f"  {line.name:68} {line.seconds:8.1f} {rate:10,.0f} {rate / reference:6.2f} {cpu:>14}  {line.note}")
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
    parser.add_argument(
        "--batch", type=int, default=engine_speed.EVENTS_A_BATCH, help="events the engine takes in one transaction"
    )
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
