"""Takes a profile, gives its drawing, and the same in tables for who can't see or point at a drawing."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from ingest.masking import Mask
from ingest.views import requests
from profiles.explaining.graph import Graph, GraphEdge, graph_of
from profiles.ids import public_ids
from profiles.views.profile_frame import frame, masked_event, masked_node

DECIDE = "profiles.decide"


@login_required
def graph_page(request: requests.PageRequest, public: str) -> HttpResponse:
    found = frame(request, public, tab="profile_graph")
    if found.elsewhere:
        return found.elsewhere
    graph = graph_of(found.profile_id)
    ids = public_ids({found.profile_id, *graph.neighbours})
    graph = replace(
        graph,
        nodes=[masked_node(node, found.mask) for node in graph.nodes],
        edges=[_masked(edge, found.mask) for edge in graph.edges],
    )
    context = found.context | {
        "graph": graph,
        "drawing": _drawing(graph, ids),
        "ids": ids,
        "chosen": set(request.GET.getlist("identifier")),
        "may_decide": request.user.has_perm(DECIDE),
    }
    return render(request, "profiles/profile_graph.html", context)


def _masked(edge: GraphEdge, mask: Mask) -> GraphEdge:
    seen = edge.evidence
    if seen:
        last = masked_event(seen.last, mask) if seen.last else None
        seen = replace(seen, first=masked_event(seen.first, mask), last=last)
    said = replace(edge.said, reason=mask.said(edge.said.reason)) if edge.said else None
    return replace(edge, a=masked_node(edge.a, mask), b=masked_node(edge.b, mask), evidence=seen, said=said)


def _drawing(graph: Graph, ids: dict[int, str]) -> list[dict[str, Any]]:
    """Elements as the drawing's script takes them. Profiles next door are one node each."""
    nodes = [
        {"id": str(node.identifier_id), "kind": node.kind, "label": node.value, "out": node.standing > 1}
        for node in graph.nodes
    ]
    others = [
        {"id": f"profile-{i}", "kind": "profile", "label": "another profile", "href": reverse("profile", args=[ids[i]])}
        for i in sorted(graph.neighbours)
    ]
    edges = [
        {
            "id": edge.key, "source": str(edge.a.identifier_id), "held": edge.held or "",
            "target": f"profile-{edge.other_profile_id}" if edge.other_profile_id else str(edge.b.identifier_id),
            "sort": "held" if edge.held else "said" if edge.said else "vouched" if edge.vouched else "public",
        }
        for edge in graph.edges
    ]  # fmt: skip
    return [{"data": data} for data in (*nodes, *others, *edges)]
