"""Takes an id or nothing, gives deliveries: what each received, and what became of it."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from ingest.deliveries import recent_deliveries
from ingest.models import Delivery
from ingest.rejected import rejected_records
from ingest.views import requests

PAGE = 50


@login_required
@permission_required("ingest.view_deliveries", raise_exception=True)
def deliveries(request: requests.PageRequest) -> HttpResponse:
    before = requests.number(request.GET, "before")
    origin, state = requests.text(request.GET, "origin"), requests.text(request.GET, "state")
    found = recent_deliveries(before=before, origin=origin, state=state, limit=PAGE + 1)
    context = {
        "deliveries": found[:PAGE],
        "before": found[PAGE - 1].delivery_id if len(found) > PAGE else None,
        "origins": Delivery.Origin.choices,
        "origin": origin,
        "state": state,
        "live": not before,
    }
    return render(request, "ingest/deliveries_part.html" if request.htmx else "ingest/deliveries.html", context)


@login_required
@permission_required("ingest.view_deliveries", raise_exception=True)
def delivery(request: requests.PageRequest, delivery_id: int) -> HttpResponse:
    found = get_object_or_404(Delivery, pk=delivery_id)
    context = {
        "delivery": found,
        "sources": found.sources.select_related("source").order_by("source__name"),
        "rejected": rejected_records(delivery=delivery_id, waiting=False, limit=20) if found.rejected else [],
    }
    return render(request, "ingest/delivery.html", context)
