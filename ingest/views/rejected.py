"""Takes what could not land, gives why, its bytes, and a way to send it again."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from ingest.masking import HIDDEN, Mask
from ingest.models import RejectedRecord
from ingest.rejected import rejected_reasons, rejected_records
from ingest.replay import replay_rejected
from ingest.views import requests

PAGE = 50
SHOWN_BYTES = 200_000


@login_required
@permission_required("ingest.view_deliveries", raise_exception=True)
def rejected(request: requests.PageRequest) -> HttpResponse:
    reason, everything = requests.text(request.GET, "reason"), "all" in request.GET
    before, delivery = requests.number(request.GET, "before"), requests.number(request.GET, "delivery")
    found = rejected_records(
        before=before, reason=reason, delivery=delivery, waiting=not everything, limit=PAGE + 1
    )  # fmt: skip
    context = {
        "records": found[:PAGE],
        "before": found[PAGE - 1].pk if len(found) > PAGE else None,
        "reason": reason,
        "reasons": rejected_reasons(),
        "all": everything,
        "delivery": delivery,
        "filtered": bool(reason or delivery or before),
    }
    return render(request, "ingest/rejected.html", context)


@login_required
@permission_required("ingest.view_deliveries", raise_exception=True)
def rejected_record(request: requests.PageRequest, record_id: int) -> HttpResponse:
    record = get_object_or_404(RejectedRecord.objects.select_related("delivery", "replayed_in"), pk=record_id)
    mask = Mask(on=not request.user.has_perm("ingest.view_events"))
    context = {"mask": mask, "record": record, "size": len(record.data), **_contents(bytes(record.data), mask)}
    return render(request, "ingest/rejected_record.html", context)


@login_required
@permission_required("ingest.replay", raise_exception=True)
@require_POST
def rejected_replay(request: requests.PageRequest) -> HttpResponse:
    """One record where the form names one, else all that wait and have the reason it names."""
    record_id, reason = requests.text(request.POST, "record"), requests.text(request.POST, "reason")
    ids = [get_object_or_404(RejectedRecord, pk=requests.number(request.POST, "record")).pk] if record_id else []
    result = replay_rejected(ids=ids, reason=reason)
    level = messages.WARNING if result.rejected else messages.SUCCESS
    said = f"Replayed: {result.landed:,} landed, {result.duplicate:,} duplicate, {result.rejected:,} rejected again."
    messages.add_message(request, level, said)
    return redirect("rejected")


def _contents(data: bytes, mask: Mask) -> dict[str, Any]:
    """Pretty where it is JSON; raw as text, what is no text shown as its bytes' values."""
    cut = data[:SHOWN_BYTES]
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raw = HIDDEN if mask.on else cut.decode(errors="backslashreplace")
        return {"pretty": None, "raw": raw, "cut": len(cut) < len(data)}
    if mask.on:
        value = mask.payload(value)
        cut = json.dumps(value, ensure_ascii=False).encode()[:SHOWN_BYTES]
    whole = len(data) <= SHOWN_BYTES
    return {"pretty": value if whole else None, "raw": cut.decode(errors="backslashreplace"), "cut": not whole}
