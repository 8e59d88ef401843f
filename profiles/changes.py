"""Takes how far somebody has followed the partition, gives what changed since: new identifiers, merges, splits, moves.

Each says which identifiers are in which profile from then on, so whoever applies them in order has the partition.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Max, Min

from ingest.models import Delivery
from profiles.explaining.nodes import Node, nodes_by_id
from profiles.models import Identifier, ProfileChange
from profiles.reading import read, read_one

PAGE = 500
EVENTS = 20_000  # of deliveries that are looked through for traits at once


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


@dataclass(frozen=True)
class Told:
    """How far somebody has followed what profiles are told of themselves: the last delivery that was resolved."""

    resolved_at: datetime
    delivery: int


@dataclass(frozen=True)
class ToldPage:
    """Profiles that events brought traits, be they the ones they had; those that they `brought` a value that was new
    there; from how many deliveries, and how far that is."""

    profile_ids: list[int]
    brought: list[int]
    deliveries: int
    place: Told


@dataclass(frozen=True)
class RecordFingerprint:
    """A number that is another when the golden record is; `several`: some trait has values to choose from."""

    profile_id: int
    fingerprint: int
    several: bool


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


def first_changes(profile_ids: Iterable[int]) -> dict[int, int]:
    """The first change of each profile that history speaks of."""
    ids, first = set(profile_ids), dict[int, int]()
    for end in ("from_profile_id", "to_profile_id"):
        found = ProfileChange.objects.filter(**{f"{end}__in": ids}).values_list(end).annotate(Min("change_id"))
        for profile_id, change_id in found:
            first[profile_id] = min(change_id, first.get(profile_id, change_id))
    return first


def told_now() -> Told:
    last = Delivery.objects.exclude(resolved_at=None).order_by("-resolved_at", "-delivery_id").first()
    if last is None or last.resolved_at is None:
        return Told(datetime(1970, 1, 1, tzinfo=UTC), 0)
    return Told(last.resolved_at, last.delivery_id)


def told_after(told: Told) -> ToldPage:
    row = read_one("told_after", resolved_at=told.resolved_at, delivery=told.delivery, events=EVENTS)
    place = Told(row["resolved_at"], row["delivery"]) if row["deliveries"] else told
    return ToldPage(row["profile_ids"], row["brought"], row["deliveries"], place)


def record_fingerprints(profile_ids: Iterable[int]) -> list[RecordFingerprint]:
    """Of those that have traits."""
    return read("record_fingerprints", RecordFingerprint, profile_ids=list(profile_ids))


def _last_change() -> int:
    return ProfileChange.objects.aggregate(last=Max("change_id"))["last"] or 0


def _place(before: Place, changes: Iterable[FeedChange]) -> Place:
    change, identifier = before.change, before.identifier
    for one in changes:
        change, identifier = one.change_id or change, one.identifier_id or identifier
    return Place(change, identifier)
