"""Takes a profile and what somebody wants explained, gives why it is one, why two are two, how it was built."""

from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from ingest.masking import Mask
from ingest.views import requests
from lambdas.transform.normalise import Unusable
from profiles.explaining.apart import Apart, why_apart
from profiles.explaining.asked import identifier_asked, profile_asked
from profiles.explaining.nodes import nodes_by_id
from profiles.explaining.together import Step, how_built, why_together
from profiles.identities import masked_summary, profile_holding, summaries
from profiles.ids import public_id, public_ids
from profiles.links import held_links_of
from profiles.review.lines import percent
from profiles.review.waterfall import HEIGHT, WIDTH, waterfall
from profiles.views.profile_frame import Frame, frame, masked_event, masked_node

NEIGHBOURS = 12


@login_required
def why_together_page(request: requests.PageRequest, public: str) -> HttpResponse:
    found = frame(request, public, tab="why_together")
    if found.elsewhere:
        return found.elsewhere
    members = found.context["members"]
    picked = [*request.GET.getlist("identifier"), "", ""]  # as the graph sends what is selected
    asked = {name: requests.text(request.GET, name) or picked[place] for place, name in enumerate(("a", "b"))}
    a_id = _identifier(asked["a"]) if asked["a"] else members[0].identifier_id
    b_id = _identifier(asked["b"]) if asked["b"] else members[-1].identifier_id
    both = nodes_by_id({a_id or 0, b_id or 0})
    together = why_together(a_id, b_id) if a_id in both and b_id in both and a_id and b_id else None
    context = found.context | {
        "asked": asked,
        "a_id": a_id,
        "b_id": b_id,
        "unknown": len(both) < len({a_id, b_id}),
        "together": together,
        "steps": [masked_step(step, found.mask) for step in together.steps] if together else [],
        "apart": [public_id(both[i].profile_id) for i in (a_id, b_id) if i in both],
    }
    return render(request, "profiles/why_together_part.html" if request.htmx else "profiles/why_together.html", context)


@login_required
def why_not_page(request: requests.PageRequest, public: str) -> HttpResponse:
    found = frame(request, public, tab="why_not")
    if found.elsewhere:
        return found.elsewhere
    text = requests.text(request.GET, "other")
    other = _profile(text) if text else None
    apart = masked_apart(why_apart(found.profile_id, other), found.mask) if other else None
    likeness = apart.likeness if apart else None
    context = found.context | {
        "text": text,
        "apart": apart,
        "neighbours": [] if apart else _neighbours(found),
        "other": next((masked_summary(row, mask=found.mask) for row in summaries([other])), None) if other else None,
        "ids": public_ids({one.node.profile_id for one in apart.shared}) if apart else {},
        "waterfall": waterfall(likeness.parts, mask=found.mask) if likeness else None,
        "percent": percent(likeness.probability) if likeness else "",
        "chart_width": WIDTH,
        "chart_height": HEIGHT,
    }
    return render(request, "profiles/why_not_part.html" if request.htmx else "profiles/why_not.html", context)


@login_required
def how_built_page(request: requests.PageRequest, public: str) -> HttpResponse:
    found = frame(request, public, tab="how_built")
    if found.elsewhere:
        return found.elsewhere
    built = how_built(found.profile_id, start=requests.number(request.GET, "start") or 0)
    context = found.context | {"built": built, "steps": [masked_step(step, found.mask) for step in built.steps]}
    return render(request, "profiles/how_built.html", context)


def masked_step(step: Step, mask: Mask) -> Step:
    return replace(
        step,
        a=masked_node(step.a, mask),
        b=masked_node(step.b, mask),
        said=replace(step.said, reason=mask.said(step.said.reason)) if step.said else None,
        first=masked_event(step.first, mask) if step.first else None,
        last=masked_event(step.last, mask) if step.last else None,
    )


def masked_apart(apart: Apart, mask: Mask) -> Apart:
    links = [
        replace(
            link,
            p=masked_node(link.p, mask),
            q=masked_node(link.q, mask),
            first=masked_event(link.first, mask),
            last=masked_event(link.last, mask) if link.last else None,
        )
        for link in apart.links
    ]
    return replace(
        apart,
        links=links,
        decisions=[replace(decided, reason=mask.said(decided.reason)) for decided in apart.decisions],
        shared=[replace(one, node=masked_node(one.node, mask)) for one in apart.shared],
    )


def _neighbours(found: Frame) -> list[tuple[str, object]]:
    """The profiles that held links lead to: those that somebody will ask about."""
    others = dict.fromkeys(link.other_profile_id for link in held_links_of(found.profile_id))
    rows = summaries(list(others)[:NEIGHBOURS])
    return [(row.public_id, masked_summary(row, mask=found.mask)) for row in rows]


def _identifier(text: str) -> int | None:
    """By number, as forms of ours send it, or as kind:value."""
    if text.isascii() and text.isdigit():
        return int(text) if len(text) < 19 else None
    try:
        return identifier_asked(text)
    except Unusable:
        return None


def _profile(text: str) -> int | None:
    if text.isascii() and text.isdigit() and len(text) < 19:
        return profile_holding(int(text))
    try:
        return profile_asked(text)
    except Unusable:
        return None
