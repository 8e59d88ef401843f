"""Takes a profile, gives what became of it with before and after; with a date, who we thought it was then."""

from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ingest.masking import Mask
from ingest.models import Source
from ingest.views import requests
from profiles.explaining.as_of import AsOf, Then, as_of
from profiles.explaining.history import NEWEST
from profiles.explaining.past import Held, past
from profiles.ids import public_ids
from profiles.moments import moment_of
from profiles.views.profile import masked_change
from profiles.views.profile_frame import frame, masked_node


@login_required
def history_page(request: requests.PageRequest, public: str) -> HttpResponse:
    found = frame(request, public, tab="profile_history")
    if found.elsewhere:
        return found.elsewhere
    text = requests.text(request.GET, "as_of")
    at = moment_of(text)
    context = found.context | {"text": text, "at": at, "misread": bool(text) and at is None, "now": timezone.now()}
    if at is None:
        return render(request, "profiles/profile_history.html", context | _turns(request, found.profile_id, found.mask))
    then = masked_as_of(as_of(found.profile_id, at), found.mask)
    profiles = {one.profile_id for one in _profiles(then)} | {
        n.profile_id for one in _profiles(then) for n in one.nodes
    }
    context |= {
        "then": then,
        "ids": public_ids(profiles | {found.profile_id}),
        "sources": dict(Source.objects.values_list("pk", "name")),
    }
    return render(request, "profiles/profile_as_of.html", context)


def _turns(request: requests.PageRequest, profile_id: int, mask: Mask) -> dict[str, object]:
    page = past(profile_id, before=requests.number(request.GET, "before") or NEWEST)
    others = {i for turn in page.turns for c in turn.changes for i in (c.from_profile_id, c.to_profile_id)}
    return {
        "turns": [
            {
                "changes": [masked_change(change, mask) for change in turn.changes],
                "before": _held(turn.before, mask),
                "after": _held(turn.after, mask),
            }
            for turn in page.turns
        ],
        "older": page.older,
        "ids": public_ids(others | {profile_id}),
    }


def _held(held: Held, mask: Mask) -> Held:
    return replace(held, nodes=[masked_node(node, mask) for node in held.nodes])


def masked_as_of(found: AsOf, mask: Mask) -> AsOf:
    return replace(
        found,
        profile=_then(found.profile, mask) if found.profile else None,
        others=[_then(other, mask) for other in found.others],
        later=[masked_node(node, mask) for node in found.later],
        record=[replace(trait, value=mask.value(trait.value)) for trait in found.record],
    )


def _then(then: Then, mask: Mask) -> Then:
    return replace(then, nodes=[masked_node(node, mask) for node in then.nodes])


def _profiles(then: AsOf) -> list[Then]:
    return [*([then.profile] if then.profile else []), *then.others]
