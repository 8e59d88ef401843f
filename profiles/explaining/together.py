"""Takes two identifiers of a profile, gives why they are together; takes a profile, gives how it was built.

**The strongest path.** What joins a profile's identifiers are its accepted edges: the assertions in force and the links
that aren't held, inside the profile. They are ordered as the engine takes them (step 4 of the function): assertions
first, then links: vouched first, by the weaker end's rank, the stronger end's rank, first seen, byte order. That order
is total. Of all paths between two identifiers the strongest is the one whose weakest edge comes first in it; among
those, the one whose second weakest does, and so on. It is unique, and it is the path along the joins that the engine
made when it took the edges in turn: a path with a stronger weakest edge would have joined the two before. No edge
inside a profile was ever refused (the conditions of refusal only grow), so its own edges, taken alone, make the same
joins.

Cost: one sort of the profile's edges and one pass over them, the first MOST_EDGES.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from profiles.explaining import joins
from profiles.explaining.evidence import Evidence, SeenEvent, evidence
from profiles.explaining.nodes import Node, nodes_by_id
from profiles.explaining.together_words import built_words, closing_words, joining_words, step_words, together_words
from profiles.models import Decision
from profiles.reading import read_many

MOST_EDGES = 400_000
STEPS = 50


@dataclass(frozen=True)
class Said:
    """A person's decision, as evidence."""

    decision_id: int
    author: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Step:
    """One accepted edge: `a` and `b` in the order in which they are read."""

    number: int
    a: Node
    b: Node
    said: Said | None  # None: a link
    vouched: bool
    first: SeenEvent | None
    last: SeenEvent | None
    capped: bool  # there may be a later event than `last`
    only: bool  # no other edge connects its two sides
    sizes: tuple[int, int]  # identifiers that it joined: on the side of a, of b

    @property
    def words(self) -> str:
        return step_words(self.said.author if self.said else None, self.vouched)

    @property
    def joining(self) -> str:
        return joining_words(self.sizes)


@dataclass(frozen=True)
class Together:
    """Why two identifiers are one profile. `weakest` is the number of the step that holds the least."""

    profile_id: int
    a: Node
    b: Node
    steps: list[Step]
    weakest: int | None
    capped: bool  # the profile has more edges than were looked at, and those don't join the two

    @property
    def summary(self) -> str:
        return together_words(len(self.steps), self.capped)

    @property
    def closing(self) -> str:
        weakest = self.steps[self.weakest - 1] if self.weakest else None
        if weakest is None:
            return ""
        return closing_words(len(self.steps), weakest.said is not None, weakest.vouched, weakest.only)


@dataclass(frozen=True)
class Built:
    """How a profile came to be: `steps` from `start` on, of `joined` in all; `confirming` edges joined nothing new."""

    profile_id: int
    identifiers: int
    start: int
    joined: int
    confirming: int
    decided: int  # of the joins
    vouched: int
    public: int
    steps: list[Step]
    capped: bool

    @property
    def next(self) -> int | None:
        end = self.start + len(self.steps)
        return end if end < self.joined else None

    @property
    def summary(self) -> str:
        return built_words(self.identifiers, self.joined, self.confirming, self.capped)


class _Edge(NamedTuple):
    a_id: int
    b_id: int
    vouched: bool
    decision_id: int | None


def why_together(a_id: int, b_id: int) -> Together | None:
    """The strongest path between two identifiers (by number); None: they aren't in one profile, or not known."""
    nodes = nodes_by_id([a_id, b_id])
    if len(nodes) < len({a_id, b_id}) or nodes[a_id].profile_id != nodes[b_id].profile_id:
        return None
    profile_id = nodes[a_id].profile_id
    edges = _edges(profile_id)
    pairs = [(edge.a_id, edge.b_id) for edge in edges]
    made = joins.joins(pairs)
    walked = joins.path(pairs, made, start=a_id, end=b_id)
    steps = _steps(edges, made, walked or [], start=a_id)
    weakest = max(range(len(steps)), key=lambda n: (walked or [])[n]) + 1 if steps else None
    return Together(profile_id, nodes[a_id], nodes[b_id], steps, weakest, capped=walked is None)


def how_built(profile_id: int, *, start: int = 0, limit: int = STEPS) -> Built:
    """The joins that made a profile, in the order in which they count."""
    edges = _edges(profile_id)
    made = joins.joins([(edge.a_id, edge.b_id) for edge in edges])
    joining = [edges[join.place] for join in made]
    decided = sum(edge.decision_id is not None for edge in joining)
    vouched = sum(edge.vouched for edge in joining) - decided
    return Built(
        profile_id, len(made) + 1, start, len(made), len(edges) - len(made), decided, vouched,
        len(made) - decided - vouched,
        _steps(edges, made, [join.place for join in made[start : start + limit]], first=start + 1),
        capped=len(edges) == MOST_EDGES,
    )  # fmt: skip


def _edges(profile_id: int) -> list[_Edge]:
    return [_Edge._make(row) for row in read_many("accepted_edges", profile_id=profile_id, limit=MOST_EDGES)]


def _steps(
    edges: Sequence[_Edge],
    made: Sequence[joins.Join],
    places: Sequence[int],
    *,
    start: int | None = None,
    first: int = 1,
) -> list[Step]:
    """Edges with their evidence, numbered from `first`; with `start`, each goes on where the one before ended."""
    taken = [edges[place] for place in places]
    nodes = nodes_by_id({end for edge in taken for end in (edge.a_id, edge.b_id)})
    seen = evidence((edge.a_id, edge.b_id) for edge in taken)
    decisions = Decision.objects.in_bulk([edge.decision_id for edge in taken if edge.decision_id])
    alone = joins.bridges([(edge.a_id, edge.b_id) for edge in edges], made) if taken else set()
    sizes = {join.place: join.sizes for join in made}
    steps = []
    for number, (place, edge) in enumerate(zip(places, taken, strict=True), first):
        a_id, b_id, (size_a, size_b) = edge.a_id, edge.b_id, sizes[place]
        if start is not None and b_id == start:
            a_id, b_id, size_a, size_b = b_id, a_id, size_b, size_a
        start = b_id if start is not None else None
        said = decisions.get(edge.decision_id) if edge.decision_id else None
        shown = seen.get((min(a_id, b_id), max(a_id, b_id)))
        steps.append(
            Step(
                number,
                nodes[a_id],
                nodes[b_id],
                _said(said),
                edge.vouched,
                *_events(shown),
                only=place in alone,
                sizes=(size_a, size_b),
            )
        )
    return steps


def _said(decision: Decision | None) -> Said | None:
    return Said(decision.pk, decision.author, decision.created_at, decision.reason) if decision else None


def _events(shown: Evidence | None) -> tuple[SeenEvent | None, SeenEvent | None, bool]:
    return (shown.first, shown.last, shown.capped) if shown else (None, None, False)
