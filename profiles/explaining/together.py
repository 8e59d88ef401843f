"""Takes two identifiers of a profile, gives why they are together; takes a profile, gives how it was built.

**The strongest path.** What joins a profile's identifiers are its accepted edges: the assertions in force and the links
that aren't held, inside the profile. They are ordered as the engine takes them (step 4 of the function): assertions
first, then links: vouched first, by the weaker end's rank, the stronger end's rank, first seen, byte order. That order
is total. Of all paths between two identifiers the strongest is the one whose weakest edge comes first in it; among
those, the one whose second weakest does, and so on. It is unique, and it is the path along the joins that the engine
made when it took the edges in turn: a path with a stronger weakest edge would have joined the two before. No edge
inside a profile was ever refused (the conditions of refusal only grow), so its own edges, taken alone, make the same
joins.

Cost: the profile's edges (see edges.py for their bound), all at once as columns; a step is described for those shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from profiles.explaining import joins
from profiles.explaining.edges import Edges, edges_of
from profiles.explaining.evidence import Evidence, SeenEvent, evidence
from profiles.explaining.nodes import Node, nodes_by_id
from profiles.explaining.together_words import built_words, closing_words, joining_words, step_words, together_words
from profiles.models import Decision

STEPS = 50
ENDS = 50  # steps at each end of a path that are shown


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
    """Why two identifiers are one profile. `weakest` is the number of the step that holds the least.

    Of a long path `steps` are those at its ends and the weakest, of `length` in all.
    """

    profile_id: int
    a: Node
    b: Node
    steps: list[Step]
    length: int
    weakest: int | None
    capped: bool  # the profile has more edges than were looked at: there may be a stronger path, or one at all

    @property
    def left_out(self) -> int:
        return self.length - len(self.steps)

    @property
    def summary(self) -> str:
        return together_words(self.length, found=self.a == self.b or self.length > 0, capped=self.capped)

    @property
    def closing(self) -> str:
        for step in self.steps:
            if step.number == self.weakest:
                return closing_words(self.length, step.said is not None, step.vouched, step.only)
        return ""


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


def why_together(a_id: int, b_id: int) -> Together | None:
    """The strongest path between two identifiers (by number); None: they aren't in one profile, or not known."""
    nodes = nodes_by_id([a_id, b_id])
    if len(nodes) < len({a_id, b_id}) or nodes[a_id].profile_id != nodes[b_id].profile_id:
        return None
    profile_id = nodes[a_id].profile_id
    if a_id == b_id:
        return Together(profile_id, nodes[a_id], nodes[b_id], [], 0, None, capped=False)
    edges = edges_of(profile_id)
    made = joins.joins(edges.a, edges.b, nodes=len(edges.ids))
    walked = _walked(edges, made, a_id, b_id)
    weakest = walked.index(max(walked)) + 1 if walked else None
    taken = {
        number: place
        for number, place in enumerate(walked, 1)
        if number <= ENDS or number > len(walked) - ENDS or number == weakest
    }
    starts = _starts(edges, walked, a_id)
    steps = _steps(edges, made, taken, starts={number: starts[number - 1] for number in taken})
    return Together(profile_id, nodes[a_id], nodes[b_id], steps, len(walked), weakest, edges.capped)


def how_built(profile_id: int, *, start: int = 0, limit: int = STEPS) -> Built:
    """The joins that made a profile, in the order in which they count."""
    edges = edges_of(profile_id)
    made = joins.joins(edges.a, edges.b, nodes=len(edges.ids))
    decided = int((made < len(edges.decisions)).sum())
    vouched = int(edges.vouched[made].sum()) - decided
    taken = dict(enumerate(made[start : start + limit].tolist(), start + 1))
    return Built(
        profile_id, len(edges.ids), start, len(made), len(edges.a) - len(made), decided, vouched,
        len(made) - decided - vouched, _steps(edges, made, taken), edges.capped,
    )  # fmt: skip


def _walked(edges: Edges, made: joins.Ints, a_id: int, b_id: int) -> list[int]:
    """The places of the path's edges; none where those that were looked at don't join the two."""
    start, end = edges.place_of(a_id), edges.place_of(b_id)
    if start is None or end is None:
        return []
    return joins.path(edges.a, edges.b, made, nodes=len(edges.ids), start=start, end=end) or []


def _starts(edges: Edges, walked: Sequence[int], start: int) -> list[int]:
    """The identifier that each step of a path starts from."""
    starts = []
    for place in walked:
        starts.append(start)
        start = sum(edges.ends(place)) - start
    return starts


def _steps(
    edges: Edges, made: joins.Ints, taken: Mapping[int, int], *, starts: Mapping[int, int] | None = None
) -> list[Step]:
    """Edges, given by number and place, with their evidence; `starts` says which end is read first."""
    ends = {place: edges.ends(place) for place in taken.values()}
    nodes = nodes_by_id({end for both in ends.values() for end in both})
    seen = evidence(ends.values())
    decisions = Decision.objects.in_bulk([d for place in ends if (d := edges.decision(place))])
    alone = joins.bridges(edges.a, edges.b, made, nodes=len(edges.ids), among=list(ends))
    sizes = joins.sizes(edges.a, edges.b, made, nodes=len(edges.ids), of=ends)
    steps = []
    for number, place in taken.items():
        (a_id, b_id), (size_a, size_b) = ends[place], sizes[place]
        if starts and b_id == starts[number]:
            a_id, b_id, size_a, size_b = b_id, a_id, size_b, size_a
        said = decisions.get(edges.decision(place) or 0)
        shown = seen.get((min(a_id, b_id), max(a_id, b_id)))
        steps.append(
            Step(
                number,
                nodes[a_id],
                nodes[b_id],
                _said(said),
                bool(edges.vouched[place]),
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
