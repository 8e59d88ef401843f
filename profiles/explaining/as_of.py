"""Takes a profile and a time, gives who we thought it was then: the partition as the resolutions by then had left it.

Exact, because history is: what stood at a time is what the last resolution by then left (`cut`), and every change of
the partition since is in profile_changes, which is taken back, newest first. History does not name identifiers that
arrive; they are numbered in order of arrival, none is ever removed, and each resolution says how many it brought, so
which were there is known too.

What can't be known: which links were held, and how strong they were. The golden record is computed from the events
that were resolved by then and are still kept, by today's survivorship rules and today's owners of events.

Cost: the changes of the profiles that today's profile came from, at most CHANGES of them; `whole` says whether that was
all. How far back it goes is bounded by the identifiers that arrived since (SINCE).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from json import loads

from profiles.explaining.nodes import Node, nodes_by_id
from profiles.golden_record import GoldenTrait
from profiles.reading import read, read_many

SINCE = 20_000_000
CHANGES = 20_000
MEMBERS = 100_000
SHOWN = 100
PROFILES = 20
EVENTS = 20_000
EVERYTHING = 2**63 - 1
NOW = "infinity"


@dataclass(frozen=True)
class Then:
    """A profile as it was: `nodes` are the first SHOWN of `size`, each with the profile that holds it today."""

    profile_id: int
    nodes: list[Node]
    size: int


@dataclass(frozen=True)
class AsOf:
    """`profile` is the one that the asked one's id led to then; `others` hold what is here today and was not there."""

    at: datetime
    cut: datetime | None  # None: nothing had been resolved yet
    profile: Then | None  # None: no identifier of it had been seen
    others: list[Then]
    more_others: int
    later: list[Node]  # identifiers of today that had not been seen; the first SHOWN of `later_size`
    later_size: int
    record: list[GoldenTrait]
    whole: bool


@dataclass(frozen=True)
class _Change:
    change_id: int
    from_profile_id: int
    to_profile_id: int
    identifier_ids: list[int]


def as_of(profile_id: int, at: datetime) -> AsOf:
    cut = cuts([at])[at]
    known = known_by([cut])[cut] if cut else 0
    today = members_at(profile_id, cut=NOW)
    if cut is None or known < 0:
        nodes = _first(today)
        return AsOf(at, cut, None, [], 0, nodes, len(today), [], whole=known == 0)
    changes, whole = _changes_that_led_here(profile_id, cut)
    were = _taken_back(dict.fromkeys((i for i in today if i <= known), profile_id), changes)
    main = were.get(profile_id)
    others = sorted(set(were.values()) - {main})
    profile = _then(main, cut, known) if main is not None else None
    later = [i for i in today if i > known]
    record = golden_record_at(members_at(main, cut=cut, known=known), main, cut) if main is not None else []
    return AsOf(
        at, cut, profile, [_then(other, cut, known) for other in others[:PROFILES]], max(0, len(others) - PROFILES),
        _first(later), len(later), record, whole,
    )  # fmt: skip


def cuts(times: Iterable[datetime]) -> dict[datetime, datetime | None]:
    """For each time the end of the last resolution by then."""
    rows = read("cut", dict[str, datetime], times=list(times))
    return {row["at"]: row["cut"] for row in rows}


def known_by(times: Iterable[datetime]) -> dict[datetime, int]:
    """For each time the greatest identifier that had arrived; -1: too long ago to count back to."""
    asked = list(times)
    found = read("known_by", dict[str, datetime | int], times=asked, most=SINCE) if asked else []
    return {row["at"]: row["identifier_id"] for row in found}  # type: ignore[misc]


def members_at(profile_id: int, *, cut: datetime | str, known: int = EVERYTHING, limit: int = MEMBERS) -> list[int]:
    """The identifiers that a profile held once all resolutions until `cut` were done, oldest first."""
    return [pk for (pk,) in read_many("members_at", profile_id=profile_id, cut=cut, known=known, limit=limit)]


def golden_record_at(identifier_ids: Sequence[int], profile_id: int, cut: datetime) -> list[GoldenTrait]:
    said = read(
        "golden_record_at", GoldenTrait, identifier_ids=list(identifier_ids), profile_id=profile_id, cut=cut,
        limit=EVENTS,
    )  # fmt: skip
    return [replace(trait, value=loads(trait.value)) for trait in said]


def _changes_that_led_here(profile_id: int, cut: datetime) -> tuple[list[_Change], bool]:
    """Every change since the cut into the profile, into those that they came from, and so on; newest first."""
    found: dict[int, _Change] = {}
    asked: set[int] = set()
    wanted = {profile_id}
    while wanted and len(found) < CHANGES:
        into = read("changes_into", _Change, profile_ids=sorted(wanted), cut=cut, limit=CHANGES)
        asked |= wanted
        found |= {change.change_id: change for change in into}
        wanted = {change.from_profile_id for change in into} - asked
    return sorted(found.values(), key=lambda change: -change.change_id), not wanted and len(found) < CHANGES


def _taken_back(where: dict[int, int], changes: Iterable[_Change]) -> dict[int, int]:
    """Where each identifier was before these changes, given where it is after them; newest first."""
    for change in changes:
        for identifier_id in change.identifier_ids:
            if where.get(identifier_id) == change.to_profile_id:
                where[identifier_id] = change.from_profile_id
    return where


def _then(profile_id: int, cut: datetime, known: int) -> Then:
    ids = members_at(profile_id, cut=cut, known=known)
    return Then(profile_id, _first(ids), len(ids))


def _first(identifier_ids: Sequence[int]) -> list[Node]:
    return list(nodes_by_id(identifier_ids[:SHOWN]).values())
