"""Takes events and rules as they are stored, gives the partition and held links, computed without the engine.

The graph is walked in Python: links, sharing and neighbourhoods for all; each neighbourhood in conflict is given to the
reference implementation of the tests.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tests.profiles.reference import Event, Identifier, Kind, Pair, Reference, byte_order, pair

COMBINATIONS = """
    SELECT identifiers, min(event_time), min(event_time) FILTER (WHERE trusted)
    FROM raw_events GROUP BY combination_id, identifiers
"""
STORED = "SELECT name || ':' || value, profile_id FROM identifiers JOIN kinds USING (kind_id)"
HELD = """
    SELECT a.name || ':' || i.value, b.name || ':' || j.value, l.held
    FROM links l
    JOIN identifiers i ON i.identifier_id = l.a_id JOIN kinds a ON a.kind_id = i.kind_id
    JOIN identifiers j ON j.identifier_id = l.b_id JOIN kinds b ON b.kind_id = j.kind_id
    WHERE l.held IS NOT NULL
"""


@dataclass(frozen=True)
class Partition:
    least: Mapping[str, str]  # each identifier to the least one of its profile, as texts
    held: Mapping[tuple[str, str], str]


def canonical(groups: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """Each identifier to the least one of its group, whatever the groups are called."""
    members: dict[Any, list[str]] = defaultdict(list)
    for identifier, group in groups:
        members[group].append(identifier)
    return {identifier: first for group in members.values() for first in [min(group)] for identifier in group}


def stored(connection) -> Partition:
    held = {(min(a, b), max(a, b)): reason for a, b, reason in connection.execute(HELD)}
    return Partition(canonical(connection.execute(STORED)), held)


class Components:
    def __init__(self, members: Iterable[Identifier]) -> None:
        self.parent = {member: member for member in members}

    def find(self, member: Identifier) -> Identifier:
        while self.parent[member] != member:
            self.parent[member] = self.parent[self.parent[member]]
            member = self.parent[member]
        return member

    def join(self, one: Identifier, other: Identifier) -> None:
        self.parent[self.find(other)] = self.find(one)


@dataclass
class Facts:
    """Every link with when it was first seen and, if at all, first vouched for; which identifiers are vouched."""

    links: dict[Pair, tuple[datetime, datetime | None]]
    identifiers: dict[Identifier, bool]


def facts(connection) -> Facts:
    told = Facts({}, {})
    names: dict[str, Identifier] = {}
    with connection.transaction(), connection.cursor("combinations") as cursor:
        cursor.itersize = 50_000
        for texts, seen, vouched in cursor.execute(COMBINATIONS):
            named = [names.setdefault(text, split(text)) for text in texts]
            for place, one in enumerate(named):
                told.identifiers[one] = told.identifiers.get(one, False) or vouched is not None
                for other in named[place + 1 :]:
                    link = pair(one, other)
                    told.links[link] = earlier(told.links.get(link), seen, vouched)
    return told


def split(text: str) -> Identifier:
    kind, _, value = text.partition(":")
    return kind, value


def earlier(
    known: tuple[datetime, datetime | None] | None, seen: datetime, vouched: datetime | None
) -> tuple[datetime, datetime | None]:
    if known is None:
        return seen, vouched
    times = [time for time in (known[1], vouched) if time]
    return min(known[0], seen), min(times, default=None)


def step_two(told: Facts, kinds: Mapping[str, Kind], blocked: set[Identifier]) -> dict[Pair, str]:
    counts: dict[tuple[Identifier, str], list[int]] = defaultdict(lambda: [0, 0])
    for (one, other), (_, vouched) in told.links.items():
        for end, neighbour in ((one, other), (other, one)):
            if kinds[neighbour[0]].known and kinds[end[0]].shared_after is not None:
                counts[end, neighbour[0]][0] += 1
                counts[end, neighbour[0]][1] += vouched is not None
    over = {(end, trusted) for (end, _), n in counts.items() for trusted in (0, 1) if n[trusted] > after(kinds, end)}
    held = {}
    for link, (_, vouched) in told.links.items():
        if blocked & set(link):
            held[link] = "blocked"
        elif any((end, 1) in over or ((end, 0) in over and not vouched) for end in link):
            held[link] = "shared"
    return held


def after(kinds: Mapping[str, Kind], identifier: Identifier) -> int:
    return kinds[identifier[0]].shared_after or 0


def in_conflict(members: list[Identifier], told: Facts, cores: Components, kinds: Mapping[str, Kind]) -> bool:
    number: dict[str, int] = defaultdict(int)
    for kind, _ in members:
        number[kind] += 1
    if any((limit := kinds[kind].limit) is not None and n > limit for kind, n in number.items()):
        return True
    return len({cores.find(i) for i in members if told.identifiers[i] and kinds[i[0]].known}) > 1


def expected(connection) -> Partition:
    kinds = {
        name: Kind(*fields)
        for name, *fields in connection.execute('SELECT name, rank, known, "limit", shared_after FROM kinds')
    }
    told = facts(connection)
    blocked = {
        split(text)
        for (text,) in connection.execute(
            "SELECT k.name || ':' || v.value FROM kinds k JOIN unnest(%s::text[], %s::text[]) AS v (kind, value)"
            " ON v.kind = k.name WHERE is_blocked(k.kind_id, v.value)",
            [[kind for kind, _ in told.identifiers], [value for _, value in told.identifiers]],
        )
    }
    held = step_two(told, kinds, blocked)
    neighbourhoods, cores = Components(told.identifiers), Components(told.identifiers)
    for link, (_, vouched) in told.links.items():
        if link not in held:
            neighbourhoods.join(*link)
            if vouched:
                cores.join(*link)
    members: dict[Identifier, list[Identifier]] = defaultdict(list)
    for identifier in told.identifiers:
        members[neighbourhoods.find(identifier)].append(identifier)
    conflicts = {root for root, all_ in members.items() if in_conflict(all_, told, cores, kinds)}
    links: dict[Identifier, list[Pair]] = defaultdict(list)
    for link in told.links:
        if link not in held and (root := neighbourhoods.find(link[0])) in conflicts:
            links[root].append(link)

    groups = [(identifier, root) for root, all_ in members.items() if root not in conflicts for identifier in all_]
    in_play = {name: replace(kind, shared_after=None) for name, kind in kinds.items()}
    for root in conflicts:
        answer = Reference(as_events(links[root], members[root], told), kinds=in_play).answer()
        groups += [(i, min(profile, key=byte_order)) for profile in answer.profiles for i in profile]
        held.update(answer.held)
    return Partition(
        canonical((":".join(identifier), group) for identifier, group in groups),
        {(min(a, b), max(a, b)): reason for (x, y), reason in held.items() for a, b in [(":".join(x), ":".join(y))]},
    )


def as_events(links: list[Pair], members: list[Identifier], told: Facts) -> Iterable[Event]:
    for link in links:
        seen, vouched = told.links[link]
        yield Event(frozenset(link), vouched or seen, trusted=vouched is not None)
    for identifier in members:
        yield Event(frozenset({identifier}), datetime.min, trusted=told.identifiers[identifier])
