"""Takes how far somebody has followed the partition, gives what changed since: new identifiers, merges, splits, moves.

Each says which identifiers are in which profile from then on, so whoever applies them in order has the partition.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from profiles.explaining.nodes import Node, nodes_by_id
from profiles.models import Identifier, ProfileChange
from profiles.reading import read

PAGE = 500


@dataclass(frozen=True)
class Place:
    """How far somebody is: the last change, and the last new identifier."""

    change: int
    identifier: int


@dataclass(frozen=True)
class FeedChange:
    change_id: int | None
    identifier_id: int | None
    change: str
    at: datetime | None
    from_profile_id: int | None
    to_profile_id: int
    identifier_ids: list[int]
    cause: str | None


@dataclass(frozen=True)
class FeedPage:
    changes: list[FeedChange]
    named: dict[int, Node]
    place: Place
    more: bool


def beginning() -> Place:
    """For somebody who has nothing yet: the partition as it is, told as new identifiers, then what changes it."""
    return Place(_last_change(), 0)


def now() -> Place:
    """For somebody who wants only what is to come."""
    last = Identifier.objects.aggregate(last=Max("identifier_id"))["last"] or 0
    return Place(_last_change(), last)


def changes_after(place: Place, *, limit: int = PAGE) -> FeedPage:
    changes = read("changes_feed", FeedChange, change=place.change, identifier=place.identifier, limit=limit)
    named = nodes_by_id(i for change in changes for i in change.identifier_ids)
    return FeedPage(changes, named, _place(place, changes), len(changes) == limit)


def _last_change() -> int:
    return ProfileChange.objects.aggregate(last=Max("change_id"))["last"] or 0


def _place(before: Place, changes: Iterable[FeedChange]) -> Place:
    change, identifier = before.change, before.identifier
    for one in changes:
        change, identifier = one.change_id or change, one.identifier_id or identifier
    return Place(change, identifier)
