"""Takes a public id on any page below a profile, gives the profile that holds it now, and what all its pages show."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from ingest.masking import Mask, mask_for
from ingest.views import requests
from profiles.explaining.evidence import SeenEvent
from profiles.explaining.nodes import Node
from profiles.golden_record import golden_records
from profiles.identities import NAMES, members_of, profile_holding
from profiles.ids import profile_id_from, public_id
from profiles.views.profile import not_there, title
from profiles.views.profiles import MASKED, WHOLE

MEMBERS = 200


@dataclass(frozen=True)
class Frame:
    mask: Mask
    profile_id: int
    elsewhere: HttpResponse | None  # the profile has another id now: where this page of it is; or its person was erased
    context: dict[str, Any]


def frame(request: requests.PageRequest, public: str, *, tab: str) -> Frame:
    """`tab` is the page's own name. Raises PermissionDenied, and Http404 for an id that no profile ever had."""
    mask = mask_for(request.user, whole=WHOLE, masked=MASKED)
    asked = profile_id_from(public)
    profile_id = profile_holding(asked) if asked else None
    if profile_id is None:
        return Frame(mask, 0, not_there(request, asked), {})
    if profile_id != asked:
        return Frame(mask, profile_id, _moved(request, profile_id, tab), {})
    members = members_of([profile_id], limit=MEMBERS)
    record = golden_records([profile_id], names=NAMES).get(profile_id, [])
    shown = [replace(m, value=mask.identifier(m.kind, m.value)) for m in members]
    context = {
        "mask": mask, "tab": tab, "public": public_id(profile_id), "profile_id": profile_id, "members": shown,
        "size": members[0].members, "title": title(record, members, mask),
    }  # fmt: skip
    return Frame(mask, profile_id, None, context)


def _moved(request: requests.PageRequest, profile_id: int, tab: str) -> HttpResponse:
    address = reverse(tab, args=[public_id(profile_id)])
    query = request.GET.urlencode()
    return redirect(f"{address}?{query}" if query else address)


def masked_node(node: Node, mask: Mask) -> Node:
    return replace(node, value=mask.identifier(node.kind, node.value))


def masked_event(event: SeenEvent, mask: Mask) -> SeenEvent:
    return replace(event, name=mask.text(event.name))
