"""Takes an event, gives what it did: its profile, the links it showed first, the merges it brought about."""

from dataclasses import dataclass

from profiles.explaining.history import EventChange, changes_by_event
from profiles.links import SeenLink, links_between
from profiles.models import Standing
from profiles.reading import read


@dataclass(frozen=True)
class CarriedIdentifier:
    identifier_id: int
    kind: str
    value: str
    standing: int
    vouched: bool
    profile_id: int
    owner: bool  # the event belongs to it

    @property
    def standing_words(self) -> str:
        return str(Standing(self.standing).label)


@dataclass(frozen=True)
class Effect:
    identifiers: list[CarriedIdentifier]  # none: not resolved yet
    links: list[SeenLink]
    changes: list[EventChange]

    @property
    def profile_id(self) -> int | None:
        return next((i.profile_id for i in self.identifiers if i.owner), None)

    @property
    def profile_ids(self) -> set[int]:
        changed = {i for c in self.changes for i in (c.from_profile_id, c.to_profile_id)}
        return changed | {i.profile_id for i in self.identifiers}


def effect_of(event_id: int) -> Effect:
    carried = read("effect", CarriedIdentifier, event_id=event_id)
    return Effect(
        carried,
        links_between(i.identifier_id for i in carried),
        changes_by_event(event_id, profile_ids={i.profile_id for i in carried}),
    )
