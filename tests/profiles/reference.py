"""The function of links, decisions and rules to profiles, written to be obviously right, not fast."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from uuid import UUID

Identifier = tuple[str, str]  # (kind, value)
Pair = tuple[Identifier, Identifier]  # the smaller first


@dataclass(frozen=True)
class Event:
    identifiers: frozenset[Identifier]
    time: datetime
    trusted: bool = False
    traits: frozenset[tuple[str, str]] = frozenset()
    message_id: UUID | None = None
    source: str = "default"


@dataclass(frozen=True)
class Kind:
    rank: int
    known: bool
    limit: int | None
    shared_after: int | None


@dataclass(frozen=True)
class TraitRule:
    survivorship: str = "most_recent"
    sources: tuple[str, ...] = ()  # by source priority, the best first


@dataclass(frozen=True)
class GoldenTrait:
    value: str
    source: str
    time: datetime
    values_said: int


@dataclass(frozen=True)
class Separation:
    a: frozenset[Identifier]
    b: frozenset[Identifier]


@dataclass
class Link:
    times: list[datetime] = field(default_factory=list)
    trusted_times: list[datetime] = field(default_factory=list)

    @property
    def vouched(self) -> bool:
        return bool(self.trusted_times)

    @property
    def first_seen(self) -> datetime:
        return min(self.trusted_times or self.times)


@dataclass(frozen=True)
class Answer:
    profiles: frozenset[frozenset[Identifier]]
    held: Mapping[Pair, str]


def byte_order(identifier: Identifier) -> tuple[bytes, bytes]:
    return identifier[0].encode(), identifier[1].encode()


def pair(one: Identifier, other: Identifier) -> Pair:
    first, second = sorted((one, other), key=byte_order)
    return first, second


class Reference:
    def __init__(
        self,
        events: Iterable[Event],
        *,
        kinds: Mapping[str, Kind],
        blocked: frozenset[Identifier] = frozenset(),
        assertions: Iterable[Pair] = (),
        separations: Iterable[Separation] = (),
    ) -> None:
        self.kinds = kinds
        self.blocked = blocked
        self.separations = list(separations)
        self.assertions = sorted({pair(*a) for a in assertions}, key=lambda p: tuple(map(byte_order, p)))
        self.links: dict[Pair, Link] = {}
        self.vouched: set[Identifier] = set()
        self.profile: dict[Identifier, set[Identifier]] = {}
        self.events: list[Event] = []
        for event in events:
            self._see(event)

    def _see(self, event: Event) -> None:
        if event.message_id is not None and (event.source, event.message_id) in {
            (known.source, known.message_id) for known in self.events
        }:
            return  # a copy; the first to land counts
        self.events.append(event)
        for identifier in event.identifiers:
            self.profile[identifier] = {identifier}
            if event.trusted:
                self.vouched.add(identifier)
        for one, other in combinations(event.identifiers, 2):
            link = self.links.setdefault(pair(one, other), Link())
            (link.trusted_times if event.trusted else link.times).append(event.time)

    def _shared(self, identifier: Identifier, *, vouched_only: bool) -> bool:
        after = self.kinds[identifier[0]].shared_after
        if after is None:
            return False
        counts: dict[str, int] = {}
        for ends, link in self.links.items():
            if identifier in ends and (link.vouched or not vouched_only):
                other = ends[0] if ends[1] == identifier else ends[1]
                counts[other[0]] = counts.get(other[0], 0) + 1
        return any(count > after for kind, count in counts.items() if self.kinds[kind].known)

    def _step_two(self) -> dict[Pair, str]:
        out = {i for i in self.profile if self._shared(i, vouched_only=True)}
        shared = {i for i in self.profile if self._shared(i, vouched_only=False)}
        held = {}
        for ends, link in self.links.items():
            if self.blocked & set(ends):
                held[ends] = "blocked"
            elif out & set(ends) or (shared & set(ends) and not link.vouched):
                held[ends] = "shared"
        return held

    def _separated(self, p: set[Identifier], q: set[Identifier]) -> bool:
        union = p | q
        return any(union & s.a and union & s.b for s in self.separations)

    def _limit(self, p: set[Identifier], q: set[Identifier]) -> str | None:
        for kind in sorted(self.kinds, key=str.encode):
            limit = self.kinds[kind].limit
            in_p, in_q = (sum(i[0] == kind for i in side) for side in (p, q))
            if limit is not None and in_p and in_q and in_p + in_q > limit:
                return kind
        return None

    def _anchored(self, p: set[Identifier]) -> bool:
        return any(i in self.vouched and self.kinds[i[0]].known for i in p)

    def _refusal(self, p: set[Identifier], q: set[Identifier], *, vouched: bool) -> str | None:
        if self._separated(p, q):
            return "separated"
        if kind := self._limit(p, q):
            return f"limit {kind}"
        if not vouched and self._anchored(p) and self._anchored(q):
            return "unvouched"
        return None

    def _join(self, one: Identifier, other: Identifier) -> None:
        joined = self.profile[one] | self.profile[other]
        for identifier in joined:
            self.profile[identifier] = joined

    def _strength(self, ends: Pair) -> tuple[object, ...]:
        ranks = sorted(self.kinds[i[0]].rank for i in ends)
        link = self.links[ends]
        return (not link.vouched, ranks[1], ranks[0], link.first_seen, *map(byte_order, ends))

    def answer(self) -> Answer:
        held = self._step_two()
        for one, other in self.assertions:
            seen = one in self.profile and other in self.profile
            if seen and not self._separated(self.profile[one], self.profile[other]):
                self._join(one, other)
        in_play = sorted((ends for ends in self.links if ends not in held), key=self._strength)
        for ends in in_play:
            p, q = self.profile[ends[0]], self.profile[ends[1]]
            if p is not q and self._refusal(p, q, vouched=self.links[ends].vouched) is None:
                self._join(*ends)
        for ends in in_play:
            p, q = self.profile[ends[0]], self.profile[ends[1]]
            if p is not q:
                reason = self._refusal(p, q, vouched=self.links[ends].vouched)
                assert reason is not None, "the conditions only grow"
                held[ends] = reason
        return Answer(frozenset(frozenset(p) for p in self.profile.values()), held)

    def owner(self, event: Event) -> Identifier:
        """The strongest of its identifiers that is not out; of all, where all are out."""
        out = {i for i in event.identifiers if i in self.blocked or self._shared(i, vouched_only=True)}
        candidates = event.identifiers - out or event.identifiers
        return min(candidates, key=lambda i: (self.kinds[i[0]].rank, byte_order(i)))

    def events_of_profiles(self) -> dict[frozenset[Identifier], list[Event]]:
        """After answer()."""
        found: dict[frozenset[Identifier], list[Event]] = {}
        for event in self.events:
            found.setdefault(frozenset(self.profile[self.owner(event)]), []).append(event)
        return found

    def golden_records(self, rules: Mapping[str, TraitRule]) -> dict[frozenset[Identifier], dict[str, GoldenTrait]]:
        """After answer()."""
        records: dict[frozenset[Identifier], dict[str, GoldenTrait]] = {}
        for profile, events in self.events_of_profiles().items():
            for name in {name for event in events for name, _ in event.traits}:
                said = [(event, value) for event in events for trait, value in event.traits if trait == name]
                records.setdefault(profile, {})[name] = survivor(said, rules.get(name, TraitRule()))
        return records


def survivor(said: list[tuple[Event, str]], rule: TraitRule) -> GoldenTrait:
    """Equal times are decided by message id."""

    def when(one: tuple[Event, str]) -> tuple[datetime, UUID]:
        assert one[0].message_id is not None
        return one[0].time, one[0].message_id

    def priority(one: tuple[Event, str]) -> int:
        return rule.sources.index(one[0].source) if one[0].source in rule.sources else len(rule.sources)

    def how_often(one: tuple[Event, str]) -> int:
        return [value for _, value in said].count(one[1])

    if rule.survivorship == "first":
        event, value = min(said, key=when)
    elif rule.survivorship == "most_frequent":
        event, value = max(said, key=lambda one: (how_often(one), when(one)))
    elif rule.survivorship == "source_priority":
        event, value = max(said, key=lambda one: (-priority(one), when(one)))
    else:
        event, value = max(said, key=when)
    return GoldenTrait(value, event.source, event.time, len({value for _, value in said}))
