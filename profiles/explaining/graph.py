"""Takes a profile, gives what a drawing of it shows: identifiers, what joins them, and the profiles next to it.

Bounded: the NODES strongest identifiers, EDGES of what joins them (what holds the drawing together before what only
confirms it), and the NEIGHBOURS oldest held links. `whole` says whether that is all there is.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from profiles.explaining import joins
from profiles.explaining.evidence import Evidence, evidence
from profiles.explaining.nodes import Node, nodes_by_id
from profiles.explaining.together import Said
from profiles.identities import Member, members_of
from profiles.links import HeldLink, SeenLink, held_links_of, in_words, links_between
from profiles.models import Decision
from profiles.reading import read

NODES = 300
EDGES = 400
NEIGHBOURS = 60


@dataclass(frozen=True)
class GraphEdge:
    """What joins two identifiers, or would. `other_profile_id`: b is in another profile, and the link is held."""

    a: Node
    b: Node
    vouched: bool
    held: str | None
    said: Said | None
    evidence: Evidence | None
    other_profile_id: int | None

    @property
    def key(self) -> str:
        return f"{'said' if self.said else 'link'}-{self.a.identifier_id}-{self.b.identifier_id}"

    @property
    def reason(self) -> str:
        return in_words(self.held)


@dataclass(frozen=True)
class Graph:
    nodes: list[Node]
    edges: list[GraphEdge]
    size: int  # identifiers of the profile
    whole: bool

    @property
    def neighbours(self) -> set[int]:
        return {edge.other_profile_id for edge in self.edges if edge.other_profile_id is not None}


@dataclass(frozen=True)
class _Assertion:
    a_id: int
    b_id: int
    decision_id: int


def graph_of(profile_id: int) -> Graph:
    members = members_of([profile_id], limit=NODES)
    ids = [member.identifier_id for member in members]
    said = read("assertions_among", _Assertion, identifier_ids=ids, limit=EDGES)
    inside = links_between(ids)
    links = _first_what_joins(inside, said)[: EDGES - len(said)]
    leaving = held_links_of(profile_id, limit=NEIGHBOURS)
    ends = {end for link in leaving for end in (link.identifier_id, link.other_id)}
    nodes = {member.identifier_id: _node(member) for member in members} | nodes_by_id(ends - set(ids))
    shown = evidence([(link.a_id, link.b_id) for link in links] + [(h.identifier_id, h.other_id) for h in leaving])
    return Graph(
        [node for node in nodes.values() if node.profile_id == profile_id],
        [*_asserted(said, nodes), *_inside(links, nodes, shown), *_leaving(leaving, nodes, shown)],
        members[0].members,
        whole=len(members) == members[0].members and len(links) == len(inside) and len(leaving) < NEIGHBOURS,
    )


def _first_what_joins(links: list[SeenLink], said: list[_Assertion]) -> list[SeenLink]:
    """Links in order of strength, those first without which the drawing would fall into more pieces."""
    counting = [link for link in links if link.held is None]
    counting.sort(key=lambda link: not link.vouched)
    edges = [(one.a_id, one.b_id) for one in said] + [(link.a_id, link.b_id) for link in counting]
    needed = {place - len(said) for place in _joining(edges)}
    joining = [link for place, link in enumerate(counting) if place in needed]
    return (
        joining
        + [link for place, link in enumerate(counting) if place not in needed]
        + [link for link in links if link.held is not None]
    )


def _joining(edges: list[tuple[int, int]]) -> list[int]:
    ids, ends = np.unique(np.array(edges, dtype=np.int64).reshape(-1, 2), return_inverse=True)
    a, b = ends.reshape(-1, 2).T
    return [int(place) for place in joins.joins(a, b, nodes=len(ids))]


def _asserted(said: list[_Assertion], nodes: dict[int, Node]) -> Iterable[GraphEdge]:
    decisions = Decision.objects.in_bulk([one.decision_id for one in said])
    for one in said:
        made = decisions[one.decision_id]
        word = Said(made.pk, made.author, made.created_at, made.reason)
        yield GraphEdge(nodes[one.a_id], nodes[one.b_id], True, None, word, None, None)


def _inside(
    links: list[SeenLink], nodes: dict[int, Node], shown: dict[tuple[int, int], Evidence]
) -> Iterable[GraphEdge]:
    for link in links:
        a, b = nodes[link.a_id], nodes[link.b_id]
        yield GraphEdge(a, b, link.vouched, link.held, None, shown.get((link.a_id, link.b_id)), None)


def _leaving(
    held: list[HeldLink], nodes: dict[int, Node], shown: dict[tuple[int, int], Evidence]
) -> Iterable[GraphEdge]:
    for link in held:
        here, there = nodes[link.identifier_id], nodes[link.other_id]
        pair = (min(link.identifier_id, link.other_id), max(link.identifier_id, link.other_id))
        yield GraphEdge(here, there, link.vouched, link.held, None, shown.get(pair), link.other_profile_id)


def _node(member: Member) -> Node:
    return Node(member.identifier_id, member.kind, member.value, member.vouched, member.standing, member.profile_id)
