"""Takes a profile, an event or a span of time, gives the changes of the partition: merges, splits and moves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from profiles.models import ProfileChange
from profiles.reading import read, read_one

PAGE = 50
NEWEST = 2**63 - 1


@dataclass(frozen=True)
class Change:
    """One line of a profile's history. `author` and `reason` are those of the decision that caused it."""

    change_id: int
    at: datetime
    change: str
    from_profile_id: int
    to_profile_id: int
    cause: str
    cause_id: int | None
    moved: int
    identifiers: list[str]  # "kind:value" of the first twelve
    author: str | None
    reason: str | None


@dataclass(frozen=True)
class EventChange:
    change_id: int
    at: datetime
    change: str
    from_profile_id: int
    to_profile_id: int
    moved: int


@dataclass(frozen=True)
class HourOfChanges:
    hour: datetime
    new_profiles: int
    merges: int
    splits: int


@dataclass(frozen=True)
class Size:
    identifiers: int
    profiles: int
    estimated: bool


def history(profile_id: int, *, before: int = NEWEST, limit: int = PAGE) -> list[Change]:
    return read("history", Change, profile_id=profile_id, before=before, limit=limit)


def left_for(profile_id: int) -> ProfileChange | None:
    """The last time the identifier that names a profile went elsewhere: why its id leads to another one now."""
    went = Q(from_profile_id=profile_id) & Q(identifier_ids__contains=[profile_id])
    return ProfileChange.objects.filter(went).order_by("-change_id").first()


def changes_by_event(event_id: int, *, profile_ids: Iterable[int]) -> list[EventChange]:
    """What an event brought about, looked for among the profiles that hold its identifiers."""
    return read("changes_by_event", EventChange, event_id=event_id, profile_ids=list(profile_ids))


def changes_over_time(*, hours: int = 24) -> list[HourOfChanges]:
    return read("changes_over_time", HourOfChanges, hours=hours)


def size() -> Size:
    return Size(**read_one("size"))
