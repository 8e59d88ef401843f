"""Takes the changes that a decision made, gives the profiles as they were and as they are by it, and the links held."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Max

from profiles.ids import public_ids
from profiles.links import in_words
from profiles.models import ProfileChange
from profiles.reading import read, read_one

MEMBERS = 14  # of a profile are named
PROFILES = 12  # are shown whole
HELD = 15  # links of a sort are named


@dataclass(frozen=True)
class ShownMember:
    phase: str  # before, after
    profile_id: int
    identifier_id: int
    kind: str
    value: str
    vouched: bool
    moved: bool  # its profile is another one after than before
    size: int  # of the profile
    all_moved: int


@dataclass(frozen=True)
class BeyondLimit:
    """A kind of which a profile holds more values than links may bring together."""

    profile_id: int
    kind: str
    limit: int
    held: int


@dataclass(frozen=True)
class Shown:
    """A profile before or after, the identifiers that go or came first to be named."""

    profile_id: int
    public_id: str
    size: int
    moved: int
    members: list[ShownMember]
    fate: str  # before: stays, changes, goes; after: stays, changes, new
    name: str = ""
    events: int | None = None  # None: too many to count in a moment
    limits: list[BeyondLimit] = field(default_factory=list)

    @property
    def more(self) -> int:
        return self.size - len(self.members)

    @property
    def title(self) -> str:
        """What a person would call it: the name, else the strongest identifier."""
        strongest = self.members[0]
        return self.name or ("Anonymous visitor" if strongest.kind == "anonymous_id" else strongest.value)


@dataclass(frozen=True)
class HeldChange:
    """A link that is held by a decision, or held no more, or held for another reason."""

    change: str  # gained, freed, changed
    a_kind: str
    a_value: str
    b_kind: str
    b_value: str
    was: str | None
    now: str | None
    first_seen: datetime
    event_id: int
    a_profile_id: int
    b_profile_id: int
    all_of_change: int

    @property
    def reason(self) -> str:
        return in_words(self.now)

    @property
    def former_reason(self) -> str:
        return in_words(self.was)


@dataclass(frozen=True)
class HeldLinks:
    a_ids: list[int]
    b_ids: list[int]
    reasons: list[str]


def last_change() -> int:
    """Where history ends; what is written after belongs to whoever holds the engine's lock."""
    return ProfileChange.objects.aggregate(last=Max("change_id"))["last"] or 0


def changes_since(last: int) -> list[ProfileChange]:
    return list(ProfileChange.objects.filter(pk__gt=last).order_by("pk"))


def fingerprint(changes: Iterable[ProfileChange]) -> str:
    """Tells whether what is carried out is what was looked at."""
    moves = sorted((c.from_profile_id, c.to_profile_id, c.identifier_ids) for c in changes)
    return hashlib.sha256(json.dumps(moves).encode()).hexdigest()[:16]


def touched_by(changes: Iterable[ProfileChange]) -> set[int]:
    return {i for change in changes for i in (change.from_profile_id, change.to_profile_id)}


def held_links_around(profile_ids: Iterable[int]) -> HeldLinks:
    return HeldLinks(**read_one("held_around", profile_ids=list(profile_ids)))


def held_changes(was: HeldLinks, now: HeldLinks) -> dict[str, list[HeldChange]]:
    """By gained, freed and changed; all links of `was` and `now` exist, held or not."""
    rows = read(
        "held_changes", HeldChange, limit=HELD,
        was_a=was.a_ids, was_b=was.b_ids, was_reasons=was.reasons,
        is_a=now.a_ids, is_b=now.b_ids, is_reasons=now.reasons,
    )  # fmt: skip
    return {change: [row for row in rows if row.change == change] for change in ("gained", "freed", "changed")}


def before_and_after(profile_ids: Iterable[int], *, last: int) -> tuple[list[Shown], list[Shown]]:
    """Some profiles as they were before the changes after `last`, and as they are; none where there is nothing."""
    rows = read("before_and_after", ShownMember, profile_ids=list(profile_ids), after=last, limit=MEMBERS)
    beyond = read("beyond_limits", BeyondLimit, profile_ids=list(profile_ids))
    public = public_ids(row.profile_id for row in rows)
    phases: dict[str, dict[int, list[ShownMember]]] = {"before": {}, "after": {}}
    for row in rows:
        phases[row.phase].setdefault(row.profile_id, []).append(row)
    shown = {
        phase: [_shown(members, public, phase, phases) for _, members in sorted(of_phase.items())]
        for phase, of_phase in phases.items()
    }
    after = [replace(p, limits=[b for b in beyond if b.profile_id == p.profile_id]) for p in shown["after"]]
    return shown["before"], after


def _shown(
    members: Sequence[ShownMember], public: dict[int, str], phase: str, phases: dict[str, dict[int, list[ShownMember]]]
) -> Shown:
    first = members[0]
    other = phases["after" if phase == "before" else "before"].get(first.profile_id)
    if other is None:
        fate = "goes" if phase == "before" else "new"
    else:
        fate = "stays" if (first.all_moved, other[0].all_moved) == (0, 0) else "changes"
    return Shown(first.profile_id, public[first.profile_id], first.size, first.all_moved, list(members), fate)


def count_events(before: list[Shown], changes: list[ProfileChange]) -> tuple[dict[int, int], dict[int, int]]:
    """Events of each profile before and after: they go with the identifier that they belong to.

    Call it where the partition is the one before the changes.
    """
    held = read("events_held", dict[str, Any], profile_ids=[p.profile_id for p in before])
    was = {row["profile_id"]: row["events"] for row in held}
    ids = [(place, i) for place, change in enumerate(changes) for i in change.identifier_ids]
    went = read(
        "events_of_sets", dict[str, Any], set_ids=[place for place, _ in ids], identifier_ids=[i for _, i in ids]
    )
    now = dict(was)
    for row in went:
        change = changes[row["set_id"]]
        now[change.from_profile_id] = now.get(change.from_profile_id, 0) - row["events"]
        now[change.to_profile_id] = now.get(change.to_profile_id, 0) + row["events"]
    return was, now
