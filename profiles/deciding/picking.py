"""Takes a profile, gives its identifiers to pick from, and what came with each merge: the ways to take it apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from profiles.models import Identifier, ProfileChange, Standing
from profiles.reading import read

MOST = 900  # a form has at most a thousand fields
MERGES = 8


@dataclass(frozen=True)
class Pick:
    """An identifier of a profile, and what holds it there."""

    identifier_id: int
    kind: str
    value: str
    vouched: bool
    standing: int
    links: int  # to other identifiers of the profile
    first_seen: datetime | None  # of the first of them
    strongest: str | None  # "kind:value" of the strongest it is linked to

    @property
    def standing_words(self) -> str:
        return str(Standing(self.standing).label)

    @property
    def linked_to(self) -> tuple[str, str]:
        kind, _, value = (self.strongest or "").partition(":")
        return kind, value


@dataclass(frozen=True)
class MergeInto:
    """A merge into a profile, of which some is in it still."""

    change_id: int
    at: datetime
    came: int
    here: int


def to_pick(profile_id: int, picked: Iterable[int] = ()) -> list[Pick]:
    return read("members_to_pick", Pick, profile_id=profile_id, picked=list(picked), limit=MOST)


def merges_into(profile_id: int) -> list[MergeInto]:
    """The newest merges, each as a set to pick: what came by it."""
    changes = ProfileChange.objects.filter(to_profile_id=profile_id, change=ProfileChange.Change.MERGE)
    found = []
    for change in changes.order_by("-change_id")[:MERGES]:
        here = Identifier.objects.filter(pk__in=change.identifier_ids, profile_id=profile_id).count()
        if here:
            found.append(MergeInto(change.change_id, change.at, len(change.identifier_ids), here))
    return found


def picked_with(profile_id: int, change_id: int) -> set[int]:
    """What came into a profile by a change, as far as it is there still."""
    change = ProfileChange.objects.filter(pk=change_id).first()
    ids = change.identifier_ids if change else []
    return set(Identifier.objects.filter(pk__in=ids, profile_id=profile_id).values_list("pk", flat=True))
