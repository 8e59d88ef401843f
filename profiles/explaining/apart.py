"""Takes two profiles, gives what keeps them apart: decisions, held links, limits, values that name nobody; or nothing.

In the engine's order: what a person decided, then the conditions of the rules, then what they share that doesn't count.
Cost: a look-up for each pair of identifiers where there are few, else one pass over the held links of the smaller
profile; of what they have in common, the first REACH held links of each are looked at (`capped` says so).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from json import loads
from typing import Any

from profiles.explaining.apart_words import (
    held_words,
    likeness_words,
    limit_words,
    said_words,
    shared_words,
    verdict_words,
)
from profiles.explaining.evidence import SeenEvent, evidence
from profiles.explaining.nodes import Node, nodes_by_id
from profiles.models import Decision
from profiles.reading import read

MOST_LINKS = 100
MOST_DECISIONS = 50
MOST_SHARED = 20
REACH = 5_000
FEW_PAIRS = 50_000


@dataclass(frozen=True)
class Decided:
    """A decision in force that names both: a separation, or an assertion that a separation holds."""

    decision_id: int
    action: str
    author: str
    at: datetime
    reason: str

    @property
    def separates(self) -> bool:
        return self.action == Decision.Action.SEPARATE

    @property
    def words(self) -> str:
        return said_words(self.separates, self.author, self.at)


@dataclass(frozen=True)
class HeldAcross:
    """A held link between the two, `p` in the first and `q` in the second."""

    p: Node
    q: Node
    held: str
    vouched: bool
    first: SeenEvent
    last: SeenEvent | None
    capped: bool

    @property
    def words(self) -> str:
        return held_words(self.held)


@dataclass(frozen=True)
class Condition:
    """How many values of a kind the two hold, and what one person may have."""

    kind: str
    limit: int | None
    in_p: int
    in_q: int
    anchors_p: bool
    anchors_q: bool

    @property
    def passed(self) -> bool:
        return self.limit is not None and bool(self.in_p and self.in_q) and self.in_p + self.in_q > self.limit

    @property
    def words(self) -> str:
        return limit_words(self.kind, self.in_p + self.in_q, self.limit)


@dataclass(frozen=True)
class Shared:
    """An identifier in neither profile that events showed with both."""

    node: Node

    @property
    def words(self) -> str:
        return shared_words(self.node.standing)


@dataclass(frozen=True)
class Likeness:
    """A probable match that was found between the two: `parts` as in match_candidates, their a in the first profile."""

    candidate_id: int
    probability: float
    match_weight: float
    parts: list[dict[str, Any]]
    found_at: datetime

    @property
    def words(self) -> str:
        return likeness_words(self.probability)


@dataclass(frozen=True)
class Reason:
    """One thing that keeps the two apart: separated, limit, unvouched, shared, blocked, third or likeness."""

    kind: str
    words: str


@dataclass(frozen=True)
class Apart:
    p: int
    q: int
    together: bool  # they are one profile: nothing keeps them apart
    decisions: list[Decided]
    links: list[HeldAcross]
    more_links: bool
    limits: list[Condition]  # that a join would pass, whether anything would join them or not
    both_known: bool  # each holds a vouched identifier that names a person
    shared: list[Shared]
    likeness: Likeness | None
    capped: bool

    @property
    def reasons(self) -> list[Reason]:
        return list(_reasons(self))

    @property
    def verdict(self) -> str:
        return verdict_words([reason.kind for reason in self.reasons], self.together)


def why_apart(p: int, q: int) -> Apart:
    """Why two profiles (by number) are two."""
    if p == q:
        return Apart(p, q, True, [], [], False, [], False, [], None, False)
    conditions = read("conditions_across", Condition, p=p, q=q)
    size_p, size_q = sum(c.in_p for c in conditions), sum(c.in_q for c in conditions)
    small, large = (p, q) if size_p <= size_q else (q, p)
    links = _links(small, large, pairwise=size_p * size_q <= FEW_PAIRS, p=p)
    shared = read("shared_between", Node, p=p, q=q, reach=REACH, limit=MOST_SHARED)
    return Apart(
        p, q, False,
        read("decisions_across", Decided, p=small, q=large, limit=MOST_DECISIONS),
        links[:MOST_LINKS], len(links) > MOST_LINKS,
        [condition for condition in conditions if condition.passed],
        any(c.anchors_p for c in conditions) and any(c.anchors_q for c in conditions),
        [Shared(node) for node in shared], _likeness(small, large, p=p), capped=_held_links(p) or _held_links(q),
    )  # fmt: skip


@dataclass(frozen=True)
class _Across:
    a_id: int
    b_id: int
    held: str


def _links(small: int, large: int, *, pairwise: bool, p: int) -> list[HeldAcross]:
    rows = read("links_across", _Across, p=small, q=large, pairwise=pairwise, limit=MOST_LINKS + 1)
    nodes = nodes_by_id({end for row in rows for end in (row.a_id, row.b_id)})
    shown = evidence((row.a_id, row.b_id) for row in rows)
    found = []
    for row in rows:
        seen = shown[row.a_id, row.b_id]
        a, b = nodes[row.a_id], nodes[row.b_id]
        here, there = (a, b) if a.profile_id == p else (b, a)
        found.append(HeldAcross(here, there, row.held, seen.vouched, seen.first, seen.last, seen.capped))
    return found


def _likeness(small: int, large: int, *, p: int) -> Likeness | None:
    for row in read("candidate_across", dict[str, Any], p=small, q=large):
        parts, turned = loads(row.pop("parts")), row.pop("turned")
        if turned != (small != p):
            parts = [{**part, "a": part.get("b"), "b": part.get("a")} for part in parts]
        return Likeness(parts=parts, **row)
    return None


def _held_links(profile_id: int) -> bool:
    """Whether a profile has more held links than are looked at."""
    (row,) = read("many_held_links", dict[str, bool], profile_id=profile_id, reach=REACH)
    return row["many"]


def _reasons(apart: Apart) -> Iterator[Reason]:
    separations = [decided for decided in apart.decisions if decided.separates]
    for decided in separations:
        yield Reason("separated", decided.words)
    held = [link.held for link in apart.links]
    in_play = [reason for reason in held if reason not in ("shared", "blocked")]
    if in_play:
        for condition in apart.limits:
            yield Reason("limit", condition.words)
    if apart.both_known and any(not link.vouched and link.held == "unvouched" for link in apart.links):
        yield Reason("unvouched", held_words("unvouched"))
    names_nobody = {reason for reason in held if reason in ("shared", "blocked")}
    names_nobody |= {"blocked" if one.node.standing == 3 else "shared" for one in apart.shared if one.node.standing}
    for reason in sorted(names_nobody):
        yield Reason(reason, held_words(reason))
    if any(not one.node.standing for one in apart.shared):
        yield Reason("third", "both were seen with a third person, and can't both be that person")
    if apart.likeness:
        yield Reason("likeness", apart.likeness.words)
