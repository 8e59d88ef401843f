"""Takes a person, gives how the pipeline is doing and what needs their attention; before that, the first steps."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from idportal.attention import matters
from ingest.deliveries import delays, delivery_counts, events_per_minute, last_delivery
from ingest.models import Delivery, Source
from ingest.sources import IMPORT
from ingest.views.charts import HEIGHT, WIDTH, bars
from ingest.views.requests import PageRequest
from profiles.explaining.history import changes_over_time, size
from profiles.review.quality import precision

MINUTES = 60
HOURS = 24


@login_required
def overview(request: PageRequest) -> HttpResponse:
    if Delivery.objects.filter(landed__gt=0).exists():
        context = {"state": "data", **_figures(request)}
    else:
        own = Source.objects.exclude(name=IMPORT).exclude(is_default=True).order_by("id").first()
        context = {"state": "waiting" if own else "set_up", "source": own}
    template = "idportal/overview_part.html" if request.htmx else "idportal/overview.html"
    return render(request, template, context)


def _figures(request: PageRequest) -> dict[str, Any]:
    minutes = events_per_minute(minutes=MINUTES)
    hours = changes_over_time(hours=HOURS)
    return {
        "chart_width": WIDTH,
        "chart_height": HEIGHT,
        "minutes": minutes,
        "minute_bars": bars([(f"{m.minute:%H:%M} UTC: {m.landed:,} events", [m.landed]) for m in minutes]),
        "events_in_hour": sum(m.landed for m in minutes),
        "busiest": max(m.landed for m in minutes),
        "hours": hours,
        "hour_bars": bars(
            [(f"{h.hour:%H:%M} UTC: {h.merges:,} merges, {h.splits:,} splits", [h.merges, h.splits]) for h in hours]
        ),
        "merges": sum(h.merges for h in hours),
        "splits": sum(h.splits for h in hours),
        "new_profiles": sum(h.new_profiles for h in hours),
        "delays": delays(),
        "last": last_delivery(),
        "today": delivery_counts(since=timezone.now() - timedelta(days=1)),
        "size": size(),
        "precision": precision(),
        "matters": [(matter, request.user.has_perm(matter.permission)) for matter in matters()],
    }
