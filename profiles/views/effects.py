"""Takes an event's id, gives what the event did, as a part of its page; and the way to its profile."""

from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from ingest.events import event_of
from ingest.masking import mask_for
from ingest.views.requests import PageRequest
from profiles.effects import effect_of
from profiles.ids import public_id, public_ids
from profiles.views.profiles import MASKED, WHOLE


@login_required
def event_effect(request: PageRequest, event_id: int) -> HttpResponse:
    mask = mask_for(request.user, whole=WHOLE, masked=MASKED)
    if event_of(event_id) is None:
        raise Http404
    effect = effect_of(event_id)
    context = {
        "event_id": event_id,
        "effect": effect,
        "identifiers": [replace(i, value=mask.identifier(i.kind, i.value)) for i in effect.identifiers],
        "links": [
            replace(
                link,
                a_value=mask.identifier(link.a_kind, link.a_value),
                b_value=mask.identifier(link.b_kind, link.b_value),
            )
            for link in effect.links
        ],
        "ids": public_ids(effect.profile_ids) if effect.identifiers else {},
    }
    template = "profiles/effect_part.html" if request.htmx else "profiles/effect.html"
    return render(request, template, context)


@login_required
def event_profile(request: PageRequest, event_id: int) -> HttpResponse:
    mask_for(request.user, whole=WHOLE, masked=MASKED)
    if event_of(event_id) is None:
        raise Http404
    profile_id = effect_of(event_id).profile_id
    if profile_id is None:
        messages.info(request, "This event belongs to no profile yet: it waits to be resolved.")
        return redirect("event", event_id)
    return redirect("profile", public_id(profile_id))
