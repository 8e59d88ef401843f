"""Takes filters or an id, gives profiles: a page of them, one, or everything that is known of one."""

from collections.abc import Iterator
from typing import Any

import orjson
from django.http import StreamingHttpResponse
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api import answers, asking, samples, shown
from profiles.api.endpoint import AFTER, Answer, described, endpoint, flag, limit, text
from profiles.api.profile_parts import PARTS, Part
from profiles.golden_record import golden_record
from profiles.identities import (
    NEWEST,
    ProfileFilters,
    find_profiles,
    first_seen_of,
    full_name,
    members_of,
    profile_page,
    summaries,
)
from profiles.ids import public_id
from profiles.privacy.consent import agreed, consent_of

MEMBERS = 100
MISSING = {404: "No profile ever had this id.", 410: "The person behind this id was erased."}


@described(
    name="list_profiles",
    tag="Profiles",
    summary="List, filter and search profiles",
    answer=Answer(answers.ProfilePage, sample=samples.PROFILE_PAGE),
    problems={400: "A parameter makes no sense."},
    parameters=[
        text(
            "q",
            "An identifier in any notation, the start of one, a trait, or a profile id: the surest first, "
            "without further pages.",
            example="ada@example.com",
        ),
        text("kind", "Has an identifier of this kind."),
        text("who", "Known persons, or visitors without a name.", enum=["known", "anonymous"]),
        text("purpose", "The person agreed to this purpose.", example="analytics"),
        flag("joined", "Has more than one identifier."),
        flag("held", "Some link of it is held."),
        AFTER,
        limit(200, 25),
    ],
)
@endpoint("GET")
def profiles(request: Request) -> Response:
    """Newest first. A page of a filtered list may hold fewer than `limit` profiles, or none, and still have a `next`:
    each page looks at a bounded stretch, so that it comes quickly however few profiles pass the filter."""
    most = asking.limit(request, most=200, usual=25)
    filters = ProfileFilters(
        asking.text(request, "kind"), asking.one_of(request, "who", "known", "anonymous"),
        asking.flag(request, "joined"), asking.flag(request, "held"), asking.text(request, "purpose"),
    )  # fmt: skip
    (before,) = asking.after(request, NEWEST)
    if words := asking.text(request, "q").strip():
        found = [one.profile_id for one in find_profiles(words[:500], limit=most)]
        if filters.purpose:
            agreeing = agreed(found, purpose=filters.purpose)
            found = [one for one in found if one in agreeing]
        return Response({"results": _summaries(found), "next": None})
    page = profile_page(filters, before=before, limit=most)
    older = asking.cursor(page.older) if page.older is not None else None
    return Response({"results": _summaries(page.profile_ids), "next": older})


@described(
    name="read_profile",
    tag="Profiles",
    summary="Read one profile",
    answer=Answer(answers.ProfileAnswer, sample=samples.PROFILE),
    problems=MISSING,
)
@endpoint("GET")
def profile(request: Request, public: str) -> Any:
    """The golden record and the strongest identifiers. An id that was merged away answers with the profile that holds
    it now: `merged` is true, `profile_id` is the canonical id, and the header `Link` names its address."""
    profile_id, merged = asking.profile(public)
    members, record = members_of([profile_id], limit=MEMBERS), golden_record(profile_id)
    sources = shown.source_names()
    said = {
        "profile_id": public_id(profile_id),
        "merged": merged,
        "name": full_name(record),
        "first_seen": first_seen_of([profile_id]).get(profile_id),
        "identifiers_total": members[0].members if members else 0,
        "identifiers": [shown.known_identifier(member) for member in members],
        "traits": [shown.trait(trait, sources) for trait in record],
        "consent": [shown.consent(one) for one in consent_of(profile_id)],
    }
    return canonical(Response(said), profile_id, merged, "api_profile")


@described(
    name="export_profile",
    tag="Profiles",
    summary="Export everything about one profile",
    answer=Answer(answers.ProfileExport),
    problems=MISSING,
)
@endpoint("GET")
def export(request: Request, public: str) -> Any:
    """All identifiers, traits, links, held links, history and events as one document, streamed."""
    profile_id, merged = asking.profile(public)
    answer = StreamingHttpResponse(_document(profile_id, merged), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="profile-{public_id(profile_id)}.json"'
    return canonical(answer, profile_id, merged, "api_profile_export")


def canonical(response: Any, profile_id: int, merged: bool, name: str) -> Any:
    """With the address of the profile that holds a merged-away id now."""
    if merged:
        response["Link"] = f'<{reverse(name, args=[public_id(profile_id)])}>; rel="canonical"'
    return response


def _summaries(profile_ids: list[int]) -> list[dict[str, Any]]:
    return [shown.summary(one) for one in summaries(profile_ids)]


def _document(profile_id: int, merged: bool) -> Iterator[bytes]:
    head = orjson.dumps({"profile_id": public_id(profile_id), "merged": merged})
    yield head[:-1]
    sources = shown.source_names()
    traits = [shown.trait(trait, sources) for trait in golden_record(profile_id)]
    yield b',"traits":' + orjson.dumps(traits, option=orjson.OPT_UTC_Z)
    for part in PARTS:
        yield b',"' + part.name.encode() + b'":['
        yield from _rows(part, profile_id)
        yield b"]"
    yield b"}"


def _rows(part: Part, profile_id: int) -> Iterator[bytes]:
    place, first = part.start, True
    while True:
        rows, place_after = part.page(profile_id, place, 200)
        for row in rows:
            yield (b"" if first else b",") + orjson.dumps(row, option=orjson.OPT_UTC_Z)
            first = False
        if place_after is None:
            return
        place = place_after
