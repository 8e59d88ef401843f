"""Takes what a decision changed, gives whether it is so much that a second person must see it first."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from profiles.models import ProfileChange, SecondEyes
from profiles.reading import read_one

GREATEST = 2**31 - 1


@dataclass(frozen=True)
class Touched:
    """What a decision changes: profiles that win or lose identifiers, and events that go from one to another."""

    profiles: int
    events: int


def second_eyes() -> SecondEyes:
    """What is in force; without any row, nothing ever waits."""
    return SecondEyes.objects.order_by("-pk").first() or SecondEyes()


def set_second_eyes(*, profiles: int | None, events: int | None, author: str) -> SecondEyes:
    """Decisions that change more than so many profiles or events wait from now on. Raises ValidationError."""
    for name, limit in (("profiles", profiles), ("events", events)):
        if limit is not None and not 1 <= limit <= GREATEST:
            raise ValidationError({name: "A whole number from 1, or nothing: then any number may be decided alone."})
    return SecondEyes.objects.create(profiles=profiles, events=events, author=author)


def touched(changes: Iterable[ProfileChange]) -> Touched:
    changes = list(changes)
    profiles = {i for change in changes for i in (change.from_profile_id, change.to_profile_id)}
    moved = [i for change in changes for i in change.identifier_ids]
    row: dict[str, Any] = dict(read_one("events_of", identifier_ids=moved)) if moved else {"events": 0}
    return Touched(len(profiles), row["events"])


def must_wait(what: Touched, limits: SecondEyes) -> bool:
    return (limits.profiles is not None and what.profiles > limits.profiles) or (
        limits.events is not None and what.events > limits.events
    )
