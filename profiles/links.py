"""Takes a profile, gives the links inside it and the held links that leave it, each with its evidence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from profiles.reading import read

PAGE = 100


@dataclass(frozen=True)
class SeenLink:
    """Two identifiers seen together; `event_id` is the event that showed it first."""

    a_id: int
    b_id: int
    a_kind: str
    a_value: str
    b_kind: str
    b_value: str
    first_seen: datetime
    event_id: int
    vouched: bool
    held: str | None

    @property
    def reason(self) -> str:
        return in_words(self.held)


@dataclass(frozen=True)
class HeldLink:
    """A link that leaves a profile and joins nothing, with the reason."""

    identifier_id: int
    other_id: int
    kind: str
    value: str
    other_kind: str
    other_value: str
    other_profile_id: int
    first_seen: datetime
    event_id: int
    vouched: bool
    held: str

    @property
    def reason(self) -> str:
        return in_words(self.held)


def links_of(profile_id: int, *, limit: int = PAGE) -> list[SeenLink]:
    return read("links", SeenLink, profile_id=profile_id, limit=limit)


def held_links_of(profile_id: int, *, limit: int = PAGE) -> list[HeldLink]:
    return read("held_links", HeldLink, profile_id=profile_id, limit=limit)


def links_between(identifier_ids: Iterable[int]) -> list[SeenLink]:
    return read("links_between", SeenLink, identifier_ids=list(identifier_ids))


def in_words(held: str | None) -> str:
    """The reason of a held link as a sentence's end."""
    match (held or "").split(" "):
        case ["limit", kind]:
            return f"together they would have more values of {kind.replace('_', ' ')} than one person may have"
        case ["shared"]:
            return "one of the two is shared by too many people to name one"
        case ["blocked"]:
            return "one of the two is blocked: it names nobody"
        case ["separated"]:
            return "a person decided that the two are not the same person"
        case ["unvouched"]:
            return "both are known people, and only a public key says that they are one"
    return ""
