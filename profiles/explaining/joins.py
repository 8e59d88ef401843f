"""Takes the accepted edges of one profile, strongest first, gives the joins that made it and the paths among them.

Edges are pairs of identifier ids; an edge is known by its place in the list, and the smaller place is the stronger.
Pure: no database, so that it can be compared with a slow reference on thousands of graphs.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

Edge = tuple[int, int]


@dataclass(frozen=True)
class Join:
    """An edge that joined two sets of identifiers, and how many each had."""

    place: int
    sizes: tuple[int, int]  # of the sets that held the edge's first and second end


def joins(edges: Sequence[Edge]) -> list[Join]:
    """The edges that joined something when taken in order: the strongest spanning forest."""
    parent: dict[int, int] = {}
    sizes: dict[int, int] = {}
    made = []
    for place, (a, b) in enumerate(edges):
        root_a, root_b = _root(parent, a), _root(parent, b)
        if root_a == root_b:
            continue
        size_a, size_b = sizes.get(root_a, 1), sizes.get(root_b, 1)
        made.append(Join(place, (size_a, size_b)))
        kept, gone = (root_a, root_b) if size_a >= size_b else (root_b, root_a)
        parent[gone] = kept
        sizes[kept] = size_a + size_b
    return made


def path(edges: Sequence[Edge], made: Sequence[Join], *, start: int, end: int) -> list[int] | None:
    """The places of the edges from `start` to `end` along the joins, in the order walked; None: they aren't joined.

    In a forest there is one path, so none has to be chosen: see strongest path in why.py.
    """
    beside: dict[int, list[tuple[int, int]]] = {}
    for join in made:
        a, b = edges[join.place]
        beside.setdefault(a, []).append((b, join.place))
        beside.setdefault(b, []).append((a, join.place))
    came: dict[int, tuple[int, int]] = {start: (start, -1)}
    waiting = deque([start])
    while waiting and end not in came:
        here = waiting.popleft()
        for there, place in beside.get(here, []):
            if there not in came:
                came[there] = (here, place)
                waiting.append(there)
    if end not in came:
        return None
    walked = []
    while end != start:
        end, place = came[end]
        walked.append(place)
    return walked[::-1]


def bridges(edges: Sequence[Edge], made: Sequence[Join]) -> set[int]:
    """The places of the joins whose two sides no other edge connects.

    Each edge that joined nothing closes a circle with the joins between its ends, which are then no bridges. Joins
    found to be none are contracted, so each is walked once.
    """
    parent, joined_by, depth = _rooted(edges, made)
    contracted: dict[int, int] = {}
    alone = set(joined_by.values())
    places = frozenset(alone)
    for place, (a, b) in enumerate(edges):
        if place in places:
            continue
        a, b = _root(contracted, a), _root(contracted, b)
        while a != b:
            if depth[a] < depth[b]:
                a, b = b, a
            alone.discard(joined_by[a])
            contracted[a] = parent[a]
            a = _root(contracted, a)
    return alone


def _rooted(edges: Sequence[Edge], made: Sequence[Join]) -> tuple[dict[int, int], dict[int, int], dict[int, int]]:
    """For each identifier the next one towards the root of its tree, the join that leads there, and how far it is."""
    beside: dict[int, list[tuple[int, int]]] = {}
    for join in made:
        a, b = edges[join.place]
        beside.setdefault(a, []).append((b, join.place))
        beside.setdefault(b, []).append((a, join.place))
    parent: dict[int, int] = {}
    joined_by: dict[int, int] = {}
    depth: dict[int, int] = {}
    for root in beside:
        if root in depth:
            continue
        depth[root] = 0
        waiting = deque([root])
        while waiting:
            here = waiting.popleft()
            for there, place in beside[here]:
                if there not in depth:
                    parent[there], joined_by[there], depth[there] = here, place, depth[here] + 1
                    waiting.append(there)
    return parent, joined_by, depth


def _root(parent: dict[int, int], node: int) -> int:
    """The end of the chain of parents, which is shortened on the way."""
    while (up := parent.get(node, node)) != node:
        parent[node] = node = parent.get(up, up)
    return node
