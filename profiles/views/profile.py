"""Takes a public id, gives the profile that holds it now: who it is, how we know, what it did, what became of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime

from ingest.masking import Mask, mask_for
from ingest.models import Source
from ingest.views import requests
from profiles.deciding.listing import decision_rows, decisions_about
from profiles.explaining.history import Change, history, left_for
from profiles.golden_record import GoldenTrait, golden_record
from profiles.identities import Member, first_seen_of, full_name, members_of, profile_holding
from profiles.ids import profile_id_from, public_id, public_ids
from profiles.links import HeldLink, SeenLink, held_links_of, links_of
from profiles.privacy.consent import consent_of
from profiles.privacy.erased import erased
from profiles.privacy.traits import open_traits
from profiles.timeline import NEWEST, TimelineEvent, timeline
from profiles.views.profiles import MASKED, WHOLE

MEMBERS = 200
LINKS = 100
CHANGES = 50


@dataclass(frozen=True)
class ShownEvent:
    event: TimelineEvent
    title: str
    identifiers: list[tuple[str, str]]


@login_required
def profile(request: requests.PageRequest, public: str) -> HttpResponse:
    mask = mask_for(request.user, whole=WHOLE, masked=MASKED)
    asked = profile_id_from(public)
    profile_id = profile_holding(asked) if asked else None
    if asked is None or profile_id is None:
        return not_there(request, asked)
    if profile_id != asked:
        return _led_on(request, asked, profile_id)
    before = _before(request)
    page = timeline(profile_id, before=before)
    context = {
        "mask": mask,
        "public": public_id(profile_id),
        "tab": "profile",
        "sources": dict(Source.objects.values_list("pk", "name")),
        "events": [_event(event, mask) for event in page.events],
        "older": page.older,
        "newest": before == NEWEST,
        "first_seen": first_seen_of([profile_id]).get(profile_id),
    }
    if request.htmx:
        return render(request, "profiles/timeline_part.html", context)
    return render(request, "profiles/profile.html", context | _whole(profile_id, mask))


def not_there(request: requests.PageRequest, asked: int | None) -> HttpResponse:
    """Gone for good where the person was erased. Raises Http404 for an id that no profile ever had."""
    gone = erased(asked) if asked else None
    if gone is None:
        raise Http404
    return render(request, "profiles/erased.html", {"gone": gone}, status=410)


def _led_on(request: requests.PageRequest, asked: int, profile_id: int) -> HttpResponse:
    """An id that was merged away leads to the profile that holds it now, which says so."""
    change = left_for(asked)
    when = f" on {change.at:%d %b %Y at %H:%M} UTC" if change else ""
    messages.info(request, f"The profile you asked for was merged into this one{when}. Its old address leads here.")
    return redirect("profile", public_id(profile_id))


def _whole(profile_id: int, mask: Mask) -> dict[str, Any]:
    record = golden_record(profile_id)
    members = members_of([profile_id], limit=MEMBERS)
    held = held_links_of(profile_id, limit=LINKS)
    changes = history(profile_id, limit=CHANGES)
    others = {link.other_profile_id for link in held}
    others |= {i for change in changes for i in (change.from_profile_id, change.to_profile_id)}
    links = links_of(profile_id, limit=LINKS + 1)
    return {
        "profile_id": profile_id,
        "record": _masked_record(record, mask),
        "members": [replace(m, value=mask.identifier(m.kind, m.value)) for m in members],
        "size": members[0].members,
        "consent": consent_of(profile_id),
        "first_kind": members[0].kind,
        "links": [_link(link, mask) for link in links[:LINKS]],
        "more_links": len(links) > LINKS,
        "held": [_held(link, mask) for link in held],
        "history": [masked_change(change, mask) for change in changes],
        "ids": public_ids({profile_id, *others}),
        "decisions": [] if mask.on else decision_rows(decisions_about(profile_id)),
        "title": title(record, members, mask),
    }


def masked_change(change: Change, mask: Mask) -> tuple[Change, list[tuple[str, str]]]:
    """A line of history, and the identifiers that moved, as kind and value."""
    return replace(change, reason=change.reason and mask.said(change.reason)), [
        mask.pair(text) for text in change.identifiers
    ]


def title(record: list[GoldenTrait], members: list[Member], mask: Mask) -> str:
    """What a person would call it: the name, else the strongest identifier."""
    if not mask.on and (name := full_name(record)):
        return name
    strongest = members[0]
    if strongest.kind == "anonymous_id":
        return "Anonymous visitor"
    return mask.identifier(strongest.kind, strongest.value)


def _event(event: TimelineEvent, mask: Mask) -> ShownEvent:
    plain = {"identify": "Identified", "page": "Page view", "alias": "Alias"}
    title = mask.text(event.name) or plain.get(event.type, "Event")
    return ShownEvent(event, title, [mask.pair(text) for text in event.identifiers])


def _masked_record(record: list[GoldenTrait], mask: Mask) -> list[GoldenTrait]:
    shown = open_traits() if mask.on else frozenset()
    return [one if one.name in shown else replace(one, value=mask.value(one.value)) for one in record]


def _link(link: SeenLink, mask: Mask) -> SeenLink:
    a, b = mask.identifier(link.a_kind, link.a_value), mask.identifier(link.b_kind, link.b_value)
    return replace(link, a_value=a, b_value=b)


def _held(link: HeldLink, mask: Mask) -> HeldLink:
    value, other = mask.identifier(link.kind, link.value), mask.identifier(link.other_kind, link.other_value)
    return replace(link, value=value, other_value=other)


def _before(request: requests.PageRequest) -> tuple[datetime, int]:
    """Where the timeline goes on; the newest for an address that makes no sense."""
    try:
        time = parse_datetime(requests.text(request.GET, "time"))
    except ValueError:
        time = None
    event_id = requests.number(request.GET, "event")
    return (time, event_id) if time and time.tzinfo and event_id is not None else NEWEST
