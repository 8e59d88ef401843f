"""Takes what somebody knows of a person (an identifier, the start of one, a trait), gives the profiles meant."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from ingest.masking import Mask
from ingest.models import Source
from ingest.privacy.hashed import asked_identifier, hashed_candidates
from lambdas.transform.normalise import Normalised, Unusable, search_candidates
from profiles.golden_record import GoldenTrait, golden_records
from profiles.ids import profile_id_from, public_ids
from profiles.models import Identifier, Kind, Standing
from profiles.reading import read, read_one

PAGE = 25
STRETCH = 20_000  # rows of the table that one page of a filtered list may look at
SLOW_STRETCH = 5_000  # where each row takes a look at what its events say
SHORTEST_PREFIX = 3
NEWEST = 2**63 - 1
NAMES = ["name", "full_name", "fullName", "first_name", "firstName", "last_name", "lastName"]
KIND_AND_VALUE = re.compile(r"([a-z][a-z0-9_]{0,39}):(.+)", re.DOTALL)


@dataclass(frozen=True)
class Found:
    """A profile, and what of the search led to it: `how` is "is", "starts with", "trait" or "profile id"."""

    profile_id: int
    kind: str
    value: str
    how: str


@dataclass(frozen=True)
class Member:
    """An identifier as a member of its profile."""

    profile_id: int
    identifier_id: int
    kind: str
    value: str
    vouched: bool
    standing: int
    members: int  # how many its profile has

    @property
    def standing_words(self) -> str:
        return str(Standing(self.standing).label)


@dataclass(frozen=True)
class Activity:
    profile_id: int
    first_seen: datetime


@dataclass(frozen=True)
class ProfileSummary:
    """A profile as a line of a list."""

    profile_id: int
    public_id: str
    name: str  # of the person, as the golden record has it; "" where nobody has said it
    members: list[Member]
    size: int
    first_seen: datetime | None


@dataclass(frozen=True)
class ProfileFilters:
    kind: str = ""  # has an identifier of this kind
    who: str = ""  # "known" persons or "anonymous" visitors
    joined: bool = False  # more than one identifier
    held: bool = False  # some link of it is held
    purpose: str = ""  # the person agreed to it

    def __bool__(self) -> bool:
        return bool(self.kind or self.who or self.joined or self.held or self.purpose)


@dataclass(frozen=True)
class ProfilePage:
    profile_ids: list[int]
    older: int | None  # where the next page starts; None: this is the last
    complete: bool = True  # False: the stretch ended before the page was full


def profile_of(*, kind: str, value: str) -> int | None:
    """The profile that holds an identifier, given in any notation. Raises Unusable."""
    wanted = asked_identifier(kind, value)
    holder = Identifier.objects.filter(value=wanted.value, kind__name=wanted.kind).values_list("profile_id", flat=True)
    return holder.first()


def profile_holding(identifier_id: int) -> int | None:
    """The profile that holds an identifier now, given by number: where an old profile id leads."""
    return Identifier.objects.filter(pk=identifier_id).values_list("profile_id", flat=True).first()


def find_profiles(text: str, *, guess: bool = True, limit: int = PAGE) -> list[Found]:
    """Profiles that the text may mean, the surest first, each once. Without `guess` only whole identifiers count."""
    found = [*_by_public_id(text), *_by_value(text, limit)]
    if guess and len(text.strip()) >= SHORTEST_PREFIX:
        found += [*_by_trait(text, limit), *_by_prefix(text.strip(), limit)]
    return list({one.profile_id: one for one in reversed(found)}.values())[::-1][:limit]


def members_of(profile_ids: Iterable[int], *, limit: int = 100) -> list[Member]:
    return read("members", Member, profile_ids=list(profile_ids), limit=limit)


def profile_page(filters: ProfileFilters, *, before: int = NEWEST, limit: int = PAGE) -> ProfilePage:
    """The next profiles after `before`, newest first."""
    stretch = (SLOW_STRETCH if filters.purpose else STRETCH) if filters else limit * 20
    rows = read(
        "profiles_page", dict[str, int], before=before, stretch=stretch, limit=limit + 1,
        kind=filters.kind, who=filters.who, joined=filters.joined, held=filters.held, purpose=filters.purpose,
    )  # fmt: skip
    ids = [row["profile_id"] for row in rows]
    if len(ids) > limit:
        return ProfilePage(ids[:limit], older=ids[limit - 1])
    end = read_one("stretch_end", before=before, stretch=stretch)["identifier_id"]
    return ProfilePage(ids, older=end, complete=end is None)


def summaries(profile_ids: Iterable[int], *, members: int = 4) -> list[ProfileSummary]:
    """What a list shows of each profile, in the order asked for, in a fixed number of queries."""
    wanted = list(dict.fromkeys(profile_ids))
    named = names_of(wanted)
    public = public_ids(wanted)
    seen = first_seen_of(wanted)
    held: dict[int, list[Member]] = {}
    for member in members_of(wanted, limit=members):
        held.setdefault(member.profile_id, []).append(member)
    return [
        ProfileSummary(i, public[i], named.get(i, ""), held[i], held[i][0].members, seen.get(i))
        for i in wanted
        if i in held
    ]


def masked_summary(row: ProfileSummary, *, mask: Mask) -> ProfileSummary:
    members = [replace(member, value=mask.identifier(member.kind, member.value)) for member in row.members]
    return replace(row, members=members, name="" if mask.on else row.name)


def first_seen_of(profile_ids: Iterable[int]) -> dict[int, datetime]:
    """When the first event of each was; none for a profile whose identifiers were only seen beside stronger ones."""
    return {one.profile_id: one.first_seen for one in read("activity", Activity, profile_ids=list(profile_ids))}


def names_of(profile_ids: Iterable[int]) -> dict[int, str]:
    records = golden_records(profile_ids, names=NAMES)
    return {profile_id: full_name(record) for profile_id, record in records.items()}


def full_name(record: Iterable[GoldenTrait]) -> str:
    said = {trait.name: str(trait.value).strip() for trait in record if trait.name in NAMES and trait.value}
    whole = said.get("name") or said.get("full_name") or said.get("fullName")
    parts = (said.get("first_name") or said.get("firstName"), said.get("last_name") or said.get("lastName"))
    return whole or " ".join(filter(None, parts))


def kind_names() -> list[str]:
    return list(Kind.objects.order_by("rank", "name").values_list("name", flat=True))


def _by_public_id(text: str) -> list[Found]:
    identifier_id = profile_id_from(text.strip())
    profile_id = profile_holding(identifier_id) if identifier_id else None
    return [Found(profile_id, "", text.strip(), "profile id")] if profile_id else []


def _by_value(text: str, limit: int) -> list[Found]:
    wanted = list(dict.fromkeys(identifiers_meant(text)))
    if not wanted:
        return []
    values, kinds = [one.value for one in wanted], [one.kind for one in wanted]
    return read("find_by_value", Found, values=values, kinds=kinds, limit=limit)


def identifiers_meant(text: str) -> Iterable[Normalised]:
    """A number without country code may be at home wherever one of our sources is."""
    regions = {"", *Source.objects.exclude(region="").values_list("region", flat=True)}
    for region in sorted(regions):
        yield from search_candidates(text, region=region)
    yield from hashed_candidates(text)
    if stated := KIND_AND_VALUE.fullmatch(text.strip()):
        try:
            yield asked_identifier(stated[1], stated[2])
        except Unusable:
            return


def _by_prefix(prefix: str, limit: int) -> list[Found]:
    beyond = prefix[:-1] + _next_sign(prefix[-1])
    wanted = {prefix: beyond}
    if prefix != prefix.lower():  # e-mail addresses are kept in lower case
        wanted[prefix.lower()] = beyond.lower()
    found: list[Found] = []
    for start, end in wanted.items():
        found += read("find_by_prefix", Found, prefix=start, beyond=end, limit=limit)
    return found


def _next_sign(sign: str) -> str:
    following = min(ord(sign) + 1, 0x10FFFF)
    return chr(0xE000 if 0xD800 <= following < 0xE000 else following)  # halves of surrogate pairs are no text


def _by_trait(text: str, limit: int) -> list[Found]:
    words = text.strip().lower()[:100]
    pattern = re.sub(r"([\\%_])", r"\\\1", words) + "%"
    return read("find_by_trait", Found, pattern=pattern, limit=limit)
