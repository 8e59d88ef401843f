"""Takes a profile and a cursor, gives a page of what belongs to it: identifiers, events, links, held links, history."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api import answers, asking, samples, shown
from profiles.api.endpoint import AFTER, Answer, described, endpoint, limit, moment
from profiles.explaining.history import NEWEST as NEWEST_CHANGE
from profiles.explaining.history import history as history_of
from profiles.golden_record import golden_record
from profiles.ids import public_id, public_ids
from profiles.profile_pages import OLDEST, events_page, held_links_page, links_page, members_page
from profiles.timeline import NEWEST

Place = tuple[Any, ...]
Rows = tuple[list[dict[str, Any]], Place | None]
MOST, USUAL = 500, 100
PROBLEMS = {
    400: "A parameter makes no sense.",
    404: "No profile ever had this id.",
    410: "The person behind this id was erased.",
}
LIMIT = limit(MOST, USUAL)


@dataclass(frozen=True)
class Part:
    """A sort of thing that belongs to a profile, a page at a time."""

    name: str
    page: Callable[[int, Place, int], Rows]
    start: Place


def _identifiers(profile_id: int, place: Place, size: int) -> Rows:
    found = members_page(profile_id, after=place[0], limit=size + 1)
    rows = [shown.known_identifier(one) for one in found[:size]]
    return rows, (found[size - 1].identifier_id,) if len(found) > size else None


def _events(profile_id: int, place: Place, size: int, since: datetime = OLDEST) -> Rows:
    before = (_time(place[0]), place[1])
    found = events_page(profile_id, before=before, since=since, limit=size + 1)
    sources = shown.source_names()
    rows = [shown.event(one, sources) for one in found[:size]]
    last = found[size - 1] if len(found) > size else None
    return rows, (last.event_time.isoformat(), last.event_id) if last else None


def _links(profile_id: int, place: Place, size: int) -> Rows:
    found = links_page(profile_id, after=(place[0], place[1]), limit=size + 1)
    last = found[size - 1] if len(found) > size else None
    return [shown.link(one) for one in found[:size]], (last.evidence.a_id, last.evidence.b_id) if last else None


def _held_links(profile_id: int, place: Place, size: int) -> Rows:
    found = held_links_page(profile_id, after=(place[0], place[1]), limit=size + 1)
    ids = public_ids(one.other_profile_id for one in found)
    last = found[size - 1] if len(found) > size else None
    return [shown.held_link(one, ids) for one in found[:size]], (last.own_id, last.other_id) if last else None


def _history(profile_id: int, place: Place, size: int) -> Rows:
    found = history_of(profile_id, before=place[0], limit=size + 1)
    ids = public_ids(shown.profiles_named(found))
    rows = [shown.change(one, ids) for one in found[:size]]
    return rows, (found[size - 1].change_id,) if len(found) > size else None


IDENTIFIERS = Part("identifiers", _identifiers, (-1,))
EVENTS = Part("events", _events, (NEWEST[0].isoformat(), NEWEST[1]))
LINKS = Part("links", _links, (-1, -1))
HELD_LINKS = Part("held_links", _held_links, (-1, -1))
HISTORY = Part("history", _history, (NEWEST_CHANGE,))
PARTS = (IDENTIFIERS, LINKS, HELD_LINKS, HISTORY, EVENTS)


@described(
    name="list_identifiers",
    tag="Profiles",
    summary="A profile's identifiers",
    answer=Answer(answers.IdentifierPage, sample=samples.IDENTIFIER_PAGE),
    parameters=[AFTER, LIMIT],
    problems=PROBLEMS,
)
@endpoint("GET")
def identifiers(request: Request, public: str) -> HttpResponseBase:
    """In order of arrival."""
    return _page(request, public, IDENTIFIERS)


@described(
    name="list_events",
    tag="Profiles",
    summary="A profile's events",
    answer=Answer(answers.EventPage, sample=samples.EVENT_PAGE),
    parameters=[moment("since", "Not before this time."), moment("until", "Before this time."), AFTER, LIMIT],
    problems=PROBLEMS,
)
@endpoint("GET")
def events(request: Request, public: str) -> HttpResponseBase:
    """Newest first."""
    since, until = asking.moment(request, "since") or OLDEST, asking.moment(request, "until")
    start = (until.isoformat(), 0) if until else EVENTS.start
    part = Part("events", lambda profile_id, place, size: _events(profile_id, place, size, since), start)
    return _page(request, public, part)


@described(
    name="list_traits",
    tag="Profiles",
    summary="A profile's golden record",
    answer=Answer(answers.TraitList, sample=samples.TRAITS),
    problems={404: PROBLEMS[404], 410: PROBLEMS[410]},
)
@endpoint("GET")
def traits(request: Request, public: str) -> HttpResponseBase:
    """For each trait the value that survives, by which rule, and which source said it when."""
    profile_id, merged = asking.profile(public)
    sources = shown.source_names()
    said = [shown.trait(trait, sources) for trait in golden_record(profile_id)]
    return _answer("api_profile_traits", profile_id, merged, {"results": said})


@described(
    name="list_links",
    tag="Profiles",
    summary="The links inside a profile",
    answer=Answer(answers.LinkPage, sample=samples.LINK_PAGE),
    parameters=[AFTER, LIMIT],
    problems=PROBLEMS,
)
@endpoint("GET")
def links(request: Request, public: str) -> HttpResponseBase:
    """Two identifiers seen together, with the first and the last event that showed it."""
    return _page(request, public, LINKS)


@described(
    name="list_held_links",
    tag="Profiles",
    summary="The held links that leave a profile",
    answer=Answer(answers.HeldLinkPage, sample=samples.HELD_PAGE),
    parameters=[AFTER, LIMIT],
    problems=PROBLEMS,
)
@endpoint("GET")
def held_links(request: Request, public: str) -> HttpResponseBase:
    """What would join it with another profile, and why it doesn't."""
    return _page(request, public, HELD_LINKS)


@described(
    name="list_history",
    tag="Profiles",
    summary="A profile's merges, splits and moves",
    answer=Answer(answers.HistoryPage, sample=samples.HISTORY_PAGE),
    parameters=[AFTER, LIMIT],
    problems=PROBLEMS,
)
@endpoint("GET")
def history(request: Request, public: str) -> HttpResponseBase:
    """Newest first."""
    return _page(request, public, HISTORY)


def _page(request: Request, public: str, part: Part) -> HttpResponseBase:
    size = asking.limit(request, most=MOST, usual=USUAL)
    place = tuple(asking.after(request, *part.start))
    profile_id, merged = asking.profile(public)
    rows, following = part.page(profile_id, place, size)
    said = {"results": rows, "next": asking.cursor(*following) if following else None}
    return _answer(f"api_profile_{part.name}", profile_id, merged, said)


def _answer(name: str, profile_id: int, merged: bool, said: dict[str, Any]) -> HttpResponseBase:
    public = public_id(profile_id)
    response = Response({"profile_id": public, "merged": merged, **said})
    if merged:
        response["Link"] = f'<{reverse(name, args=[public])}>; rel="canonical"'
    return response


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise asking.bad("after", "`next` of the page before, as it stands") from None
