"""Takes a profile, gives what joins its identifiers, strongest first, as columns: hundreds of thousands in one pass.

Bounded: of a profile with more than MOST links or identifiers those of the oldest identifiers; `capped` says so.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from profiles.reading import read_many, read_one

MOST = 400_000

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Edges:
    """Assertions in force, then links that aren't held, as the engine takes them. `a` and `b` are places in `ids`."""

    ids: Ints
    a: Ints
    b: Ints
    vouched: NDArray[np.bool_]
    decisions: list[int]  # of the first edges: the rest are links
    capped: bool

    def ends(self, place: int) -> tuple[int, int]:
        return int(self.ids[self.a[place]]), int(self.ids[self.b[place]])

    def decision(self, place: int) -> int | None:
        return self.decisions[place] if place < len(self.decisions) else None

    def place_of(self, identifier_id: int) -> int | None:
        """Of an identifier in `ids`."""
        place = int(np.searchsorted(self.ids, identifier_id))
        return place if place < len(self.ids) and self.ids[place] == identifier_id else None


def edges_of(profile_id: int) -> Edges:
    ids, ranks, places = _by_id(read_one("ends_by_strength", profile_id=profile_id, most=MOST))
    links = read_one("accepted_edges", profile_id=profile_id, most=MOST + 1)
    a, b, times, vouched = _inside(ids, links)
    order = _by_strength(ranks, places, a, b, times, vouched)[:MOST]
    said_a, said_b, decisions = _said(profile_id, ids, places)
    return Edges(
        ids,
        np.concatenate([said_a, a[order]]),
        np.concatenate([said_b, b[order]]),
        np.concatenate([np.ones(len(decisions), dtype=np.bool_), vouched[order]]),
        decisions.tolist(),
        capped=len(links["vouched"]) > MOST or len(ids) == MOST,
    )


def _said(profile_id: int, ids: Ints, places: Ints) -> tuple[Ints, Ints, Ints]:
    """The assertions, in byte order of their ends."""
    rows = np.array(read_many("assertions_inside", profile_id=profile_id, most=MOST), dtype=np.int64).reshape(-1, 3)
    rows = rows[np.isin(rows[:, :2], ids).all(axis=1)]
    a, b = np.searchsorted(ids, rows[:, 0]), np.searchsorted(ids, rows[:, 1])
    order = np.lexsort((rows[:, 2], _ends(places, a, b)))
    return a[order], b[order], rows[order, 2]


def _by_id(packed: Any) -> tuple[Ints, Ints, Ints]:
    ids = _numbers(packed["ids"])
    order = np.argsort(ids)
    return ids[order], _numbers(packed["ranks"])[order], _numbers(packed["places"])[order]


def _inside(ids: Ints, packed: Any) -> tuple[Ints, Ints, Ints, NDArray[np.bool_]]:
    """The links, without those to identifiers that aren't there."""
    a_ids, b_ids, times = (_numbers(packed[name]) for name in ("a_ids", "b_ids", "times"))
    a, b = np.searchsorted(ids, a_ids), np.searchsorted(ids, b_ids)
    last = len(ids) - 1
    kept = (ids[np.minimum(a, last)] == a_ids) & (ids[np.minimum(b, last)] == b_ids)
    return a[kept], b[kept], times[kept], np.frombuffer(packed["vouched"], dtype=np.bool_)[kept]


def _by_strength(ranks: Ints, places: Ints, a: Ints, b: Ints, times: Ints, vouched: NDArray[np.bool_]) -> Ints:
    """As order_links.sql has it: vouched first, the weaker end's rank, the stronger's, first seen, byte order."""
    rank_a, rank_b = ranks[a], ranks[b]
    by_rank = (np.maximum(rank_a, rank_b) << 16) + np.minimum(rank_a, rank_b)
    return np.lexsort((_ends(places, a, b), times, by_rank, ~vouched))


def _ends(places: Ints, a: Ints, b: Ints) -> Ints:
    """A number that sorts as the two ends do, the smaller first."""
    return np.minimum(places[a], places[b]) * (len(places) + 1) + np.maximum(places[a], places[b])


def _numbers(packed: bytes) -> Ints:
    return np.frombuffer(packed, dtype=">i8").astype(np.int64)
