"""Takes the accepted edges of one profile, strongest first, gives the joins that made it and the paths among them.

Edges are two columns of ends, which are numbered from 0; an edge is known by its place, and the smaller place is the
stronger. Pure: no database, so that it can be compared with a slow reference on thousands of graphs.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Places = NDArray[np.bool_]
Sizes = tuple[int, int]  # of the sets that held an edge's first and second end before it joined them


def joins(a: Ints, b: Ints, *, nodes: int) -> Ints:
    """The places of the edges that joined something when taken in order: the strongest spanning forest.

    Found all at once (Borůvka): the strongest edge that leaves a set is always one of them, and doubles the least set.
    """
    label = np.arange(nodes)
    left = np.arange(len(a))
    found: list[Ints] = []
    while True:
        one, two = label[a[left]], label[b[left]]
        apart = one != two
        left, one, two = left[apart], one[apart], two[apart]
        if not len(left):
            return np.sort(np.concatenate([*found, left]))
        best, beyond = np.full(nodes, len(a)), np.arange(nodes)
        for here, there in ((one[::-1], two[::-1]), (two[::-1], one[::-1])):  # of the same set, the last one stays
            first = np.full(nodes, len(a))
            first[here] = left[::-1]
            other = np.arange(nodes)
            other[here] = there
            beyond = np.where(first < best, other, beyond)
            best = np.minimum(first, best)
        found.append(np.unique(best[best < len(a)]))
        label = _ends(beyond)[label]


def sets(a: Ints, b: Ints, *, nodes: int) -> Ints:
    """For each node the number of the set that these edges join it to."""
    label = np.arange(nodes)
    while True:
        one, two = label[a], label[b]
        apart = one != two
        if not apart.any():
            return label
        a, b, one, two = a[apart], b[apart], one[apart], two[apart]
        least = np.arange(nodes)
        np.minimum.at(least, np.maximum(one, two), np.minimum(one, two))
        label = _ends(least)[label]


def sizes(a: Ints, b: Ints, made: Ints, *, nodes: int, of: Iterable[int]) -> dict[int, Sizes]:
    """How many each of some joins joined to how many. Cost: the joins from the first to the last of them."""
    wanted = set(of)
    if not wanted:
        return {}
    start, end = np.searchsorted(made, [min(wanted), max(wanted)])
    label = sets(a[made[:start]], b[made[:start]], nodes=nodes)
    counts = np.bincount(label, minlength=nodes).tolist()
    taken = made[start : end + 1]
    parent: dict[int, int] = {}
    found: dict[int, Sizes] = {}
    for place, one, two in zip(taken.tolist(), label[a[taken]].tolist(), label[b[taken]].tolist(), strict=True):
        one, two = _root(parent, one), _root(parent, two)
        if place in wanted:
            found[place] = (counts[one], counts[two])
        kept, gone = (one, two) if counts[one] >= counts[two] else (two, one)
        parent[gone] = kept
        counts[kept] += counts[gone]
    return found


def path(a: Ints, b: Ints, made: Ints, *, nodes: int, start: int, end: int) -> list[int] | None:
    """The places of the edges from `start` to `end` along the joins, in the order walked; None: they aren't joined.

    In a forest there is one path, so none has to be chosen: see strongest path in together.py.
    """
    ends = np.concatenate([a[made], b[made]])
    order = np.argsort(ends, kind="stable")
    first = np.searchsorted(ends[order], np.arange(nodes + 1)).tolist()
    there = np.concatenate([b[made], a[made]])[order].tolist()
    by = np.concatenate([made, made])[order].tolist()
    came = {end: (end, -1)}
    waiting = [end]
    for here in waiting:
        if here == start:
            return _walked(came, start, end)
        for n in range(first[here], first[here + 1]):
            if there[n] not in came:
                came[there[n]] = (here, by[n])
                waiting.append(there[n])
    return None


def bridges(a: Ints, b: Ints, made: Ints, *, nodes: int, among: Sequence[int]) -> set[int]:
    """Which of some joins have two sides that no other edge connects.

    All other joins are contracted, which changes that of none, and leaves little to look at.
    """
    asked = np.array(sorted(set(among)), dtype=np.int64)
    rest = np.setdiff1d(made, asked, assume_unique=True)
    label = sets(a[rest], b[rest], nodes=nodes)
    between = np.flatnonzero(label[a] != label[b])
    ends = np.stack([label[a[between]], label[b[between]]])
    small, numbered = np.unique(ends, return_inverse=True)
    one, two = np.sort(numbered.reshape(2, -1), axis=0)
    _, first, times = np.unique(one * len(small) + two, return_index=True, return_counts=True)
    places, one, two = between[first], one[first], two[first]
    return {
        place
        for place in asked.tolist()
        if _only(one, two, nodes=len(small), here=places == place, others=(places != place) | (times > 1))
    }


def _only(one: Ints, two: Ints, *, nodes: int, here: Places, others: Places) -> bool:
    joined = sets(one[others], two[others], nodes=nodes)
    return not (joined[one[here]] == joined[two[here]]).any()


def _ends(parent: Ints) -> Ints:
    """Where each chain of parents ends. Where two are each other's, the smaller is the end."""
    here = np.arange(len(parent))
    parent = np.where((parent[parent] == here) & (here < parent), here, parent)
    while True:
        beyond = parent[parent]
        if np.array_equal(beyond, parent):
            return parent
        parent = beyond


def _walked(came: dict[int, tuple[int, int]], start: int, end: int) -> list[int]:
    walked = []
    while start != end:
        start, place = came[start]
        walked.append(place)
    return walked


def _root(parent: dict[int, int], node: int) -> int:
    """The end of the chain of parents, which is shortened on the way."""
    while (up := parent.get(node, node)) != node:
        parent[node] = node = parent.get(up, up)
    return node
