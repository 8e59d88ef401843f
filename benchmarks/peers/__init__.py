"""Other ways to the same partition, on the same rows: each takes the rows of raw_events, gives what it took and found.

None of them knows limits, trust, shared values or history: they are compared on plain connected components.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Peer:
    name: str
    run: Callable[[Any, int, int], "Found"]  # a connection, events in all, events of a sample


@dataclass(frozen=True)
class Found:
    events: int  # fewer than there are, where it is too slow for all
    seconds: float
    cpu_seconds: float | None  # the database backend's own; None: not in a database, or out of sight
    groups: Iterable[tuple[str, Any]]  # each identifier with what names its group


def peers() -> list[Peer]:
    from benchmarks.peers import duckdb_labels, posthog_style, row_by_row

    return [*row_by_row.PEERS, posthog_style.PEER, *duckdb_labels.available()]
