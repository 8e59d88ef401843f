"""Takes a profile and where a page starts, gives the next of its identifiers, links, held links or events, whole."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from profiles.explaining.evidence import Evidence, evidence
from profiles.explaining.nodes import Node, nodes_by_id
from profiles.reading import read

OLDEST = datetime(1, 1, 2, tzinfo=UTC)


@dataclass(frozen=True)
class PagedMember:
    identifier_id: int
    kind: str
    value: str
    vouched: bool
    standing: int


@dataclass(frozen=True)
class PagedLink:
    a: Node
    b: Node
    evidence: Evidence


@dataclass(frozen=True)
class HeldOut:
    """A held link that leaves the profile."""

    own_id: int
    other_id: int
    other_profile_id: int
    first_seen: datetime
    event_id: int
    vouched: bool
    held: str
    own: Node | None = None
    other: Node | None = None


@dataclass(frozen=True)
class WholeEvent:
    event_id: int
    event_time: datetime
    source_id: int
    trusted: bool
    type: str
    name: str
    identifiers: list[str]
    traits: Any
    payload: Any


def members_page(profile_id: int, *, after: int, limit: int) -> list[PagedMember]:
    return read("members_page", PagedMember, profile_id=profile_id, after=after, limit=limit)


def links_page(profile_id: int, *, after: tuple[int, int], limit: int) -> list[PagedLink]:
    rows = read("links_page", dict[str, int], profile_id=profile_id, a=after[0], b=after[1], limit=limit)
    pairs = [(row["a_id"], row["b_id"]) for row in rows]
    named, shown = nodes_by_id(i for pair in pairs for i in pair), evidence(pairs)
    return [PagedLink(named[a], named[b], shown[a, b]) for a, b in pairs]


def held_links_page(profile_id: int, *, after: tuple[int, int], limit: int) -> list[HeldOut]:
    found = read("held_links_page", HeldOut, profile_id=profile_id, own=after[0], other=after[1], limit=limit)
    named = nodes_by_id(_ends(found))
    return [replace(one, own=named[one.own_id], other=named[one.other_id]) for one in found]


def events_page(
    profile_id: int, *, before: tuple[datetime, int], since: datetime = OLDEST, limit: int
) -> list[WholeEvent]:
    found = read(
        "events_page", WholeEvent, profile_id=profile_id, before_time=before[0], before_event=before[1], since=since,
        limit=limit,
    )  # fmt: skip
    return [replace(one, traits=_json(one.traits), payload=_json(one.payload)) for one in found]


def _ends(found: Iterable[HeldOut]) -> Iterable[int]:
    for one in found:
        yield from (one.own_id, one.other_id)


def _json(text: str | None) -> Any:
    return None if text is None else json.loads(text)
