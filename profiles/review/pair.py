"""Takes a question, gives what a person needs to answer it: two sides, what agrees, what shows it."""

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from ingest.masking import Mask
from profiles.golden_record import golden_records
from profiles.identities import Member, members_of
from profiles.links import in_words
from profiles.models import Kind, ProfileChange, ReviewQuestion
from profiles.reading import read

MEMBERS = 200
EVIDENCE = 50
NEARLY = 0.82  # a likeness of two texts from which on a person should look at them sign by sign
# agreement: what it is called. "same" and "nearly" speak for one person, "different" against, the others say nothing.
AGREEMENTS = {
    "same": "same",
    "nearly": "nearly the same",
    "different": "different",
    "several": "several",
    "a": "only here",
    "b": "only there",
}
PLACES = {"different": 0, "nearly": 1, "same": 2, "several": 3, "a": 4, "b": 4}


@dataclass(frozen=True)
class Piece:
    text: str
    differs: bool = False


@dataclass(frozen=True)
class Field:
    """One line of the comparison; `kind` is set for identifiers. `a` and `b` are values, each in pieces."""

    name: str
    kind: str
    agreement: str
    a: list[list[Piece]]
    b: list[list[Piece]]
    note: str = ""

    @property
    def agreement_words(self) -> str:
        return AGREEMENTS[self.agreement]


@dataclass(frozen=True)
class Side:
    profile_id: int
    identifiers: list[Member]
    traits: dict[str, str]

    @property
    def size(self) -> int:
        return self.identifiers[0].members if self.identifiers else 0


@dataclass(frozen=True)
class Evidence:
    """A link that would join the two, with the event that showed it first."""

    a_kind: str
    a_value: str
    b_kind: str
    b_value: str
    first_seen: datetime
    event_id: int
    vouched: bool
    held: str
    source_id: int | None
    event_type: str | None
    event_name: str | None

    @property
    def reason(self) -> str:
        return in_words(self.held)


@dataclass(frozen=True)
class SeenWith:
    """What a value was seen with."""

    event_id: int
    first_seen: datetime
    vouched: bool
    held: str
    kind: str
    value: str
    profile_id: int


@dataclass(frozen=True)
class Said:
    name: str
    value: str


def sides_of(a_profile_id: int, b_profile_id: int) -> tuple[Side, Side]:
    """Two profiles as they stand."""
    ids = [a_profile_id, b_profile_id]
    members, records = members_of(ids, limit=MEMBERS), golden_records(ids)
    a, b = (
        Side(
            i,
            [m for m in members if m.profile_id == i],
            flattened((trait.name, trait.value) for trait in records.get(i, [])),
        )
        for i in ids
    )
    return a, b


def sides_of_sample(question: ReviewQuestion) -> tuple[Side, Side]:
    """Of the profile that a merge made: what was there, and what came."""
    change = ProfileChange.objects.get(pk=question.change_id or 0)
    profile_id = question.a_profile_id or 0
    came = set(change.identifier_ids)
    members = members_of([profile_id], limit=MEMBERS)
    parts = [[m for m in members if (m.identifier_id in came) == (side == "b")] for side in ("a", "b")]
    a, b = (Side(profile_id, part, _said_of([m.identifier_id for m in part])) for part in parts)
    return a, b


def _said_of(identifier_ids: list[int]) -> dict[str, str]:
    said = read("said_of_identifiers", Said, identifier_ids=identifier_ids)
    return flattened((one.name, json.loads(one.value)) for one in said)


def flattened(traits: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """Each trait as a text; an address as one for each of its parts, so that each can be compared."""
    flat: dict[str, str] = {}
    for name, value in traits:
        if isinstance(value, dict):
            flat |= flattened((f"{name} {part}", item) for part, item in value.items())
        elif isinstance(value, list):
            flat[name] = ", ".join(str(item) for item in value)
        elif value not in (None, ""):
            flat[name] = value if isinstance(value, str) else json.dumps(value)
    return flat


def compare(a: Side, b: Side, *, mask: Mask) -> list[Field]:
    """What the two say, line by line: what differs first, then what agrees, then what only one of them says."""
    fields = [*_identifiers(a, b, mask), *_traits(a, b, mask)]
    return sorted(fields, key=lambda field: (not field.kind, PLACES[field.agreement]))


def summary(fields: Iterable[Field]) -> dict[str, int]:
    """How many lines agree, nearly agree, differ."""
    counts = dict.fromkeys(("same", "nearly", "different"), 0)
    for field in fields:
        if field.agreement in counts:
            counts[field.agreement] += 1
    return counts


def _identifiers(a: Side, b: Side, mask: Mask) -> list[Field]:
    fields = []
    for kind in Kind.objects.order_by("rank", "name"):
        ours, theirs = ([m.value for m in side.identifiers if m.kind == kind.name] for side in (a, b))
        if not ours and not theirs:
            continue
        together = len(ours) + len(theirs)
        over = kind.limit is not None and ours and theirs and together > kind.limit
        note = f"together {together}, where one person may have {kind.limit}" if over else ""
        agreement = _agreement(ours, theirs) if kind.known else ("several" if ours and theirs else "a" if ours else "b")
        shown = [[mask.identifier(kind.name, value) for value in values] for values in (ours, theirs)]
        pieces = _pieces(*shown, marked=agreement == "nearly" and not mask.on)
        fields.append(Field(kind.name, kind.name, agreement, *pieces, note))
    return fields


def _traits(a: Side, b: Side, mask: Mask) -> list[Field]:
    fields = []
    for name in sorted(a.traits.keys() | b.traits.keys()):
        ours, theirs = ([side.traits[name]] if name in side.traits else [] for side in (a, b))
        agreement = _agreement(ours, theirs)
        shown = [[str(mask.value(value)) for value in values] for values in (ours, theirs)]
        pieces = _pieces(*shown, marked=agreement in ("nearly", "different") and not mask.on)
        fields.append(Field(name, "", agreement, *pieces))
    return fields


def _agreement(ours: list[str], theirs: list[str]) -> str:
    if not ours or not theirs:
        return "a" if ours else "b"
    best = max(likeness(x, y) for x in ours for y in theirs)
    return "same" if best == 1 else "nearly" if best >= NEARLY else "different"


def likeness(x: str, y: str) -> float:
    """1 for what a person would call the same: case, accents and signs between words don't count."""
    x, y = _plain(x), _plain(y)
    return 1.0 if x == y else min(SequenceMatcher(None, x, y, autojunk=False).ratio(), 0.99)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if sign.isalnum())


def _pieces(ours: list[str], theirs: list[str], *, marked: bool) -> tuple[list[list[Piece]], list[list[Piece]]]:
    """Where each side has one value and they are alike, the signs that differ are marked."""
    if marked and len(ours) == len(theirs) == 1 and likeness(ours[0], theirs[0]) >= 0.5:
        a, b = marked_apart(ours[0], theirs[0])
        return [a], [b]
    return [[Piece(value)] for value in ours], [[Piece(value)] for value in theirs]


def marked_apart(x: str, y: str) -> tuple[list[Piece], list[Piece]]:
    a, b = [], []
    for what, x0, x1, y0, y1 in SequenceMatcher(None, x, y, autojunk=False).get_opcodes():
        if x1 > x0:
            a.append(Piece(x[x0:x1], what != "equal"))
        if y1 > y0:
            b.append(Piece(y[y0:y1], what != "equal"))
    return a, b


def evidence_between(a_profile_id: int, b_profile_id: int, *, limit: int = EVIDENCE) -> list[Evidence]:
    return read("review_evidence", Evidence, a=a_profile_id, b=b_profile_id, limit=limit)


def seen_with(identifier_id: int, *, limit: int = EVIDENCE) -> list[SeenWith]:
    return read("value_evidence", SeenWith, identifier_id=identifier_id, limit=limit)


def masked_evidence(one: Evidence, *, mask: Mask) -> Evidence:
    a, b = mask.identifier(one.a_kind, one.a_value), mask.identifier(one.b_kind, one.b_value)
    return replace(one, a_value=a, b_value=b, event_name=mask.text(one.event_name or ""))


def masked_seen(one: SeenWith, *, mask: Mask) -> SeenWith:
    return replace(one, value=mask.identifier(one.kind, one.value))
