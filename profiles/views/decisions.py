"""Takes filters or a decision, gives who decided what and why, what it did, and the way back."""

import json
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from ingest.views import requests
from profiles.deciding.decisions import take_back
from profiles.deciding.lines import decision_lines
from profiles.deciding.listing import (
    NEWEST,
    DecisionFilters,
    Listed,
    NamedOnSide,
    authors,
    decision_page,
    decision_rows,
    listed,
    sides_of,
    what_it_did,
)
from profiles.deciding.pending import waiting_decisions
from profiles.deciding.preview import preview_withdrawal
from profiles.deciding.second_eyes import second_eyes
from profiles.ids import public_ids
from profiles.models import Decision
from profiles.views.deciding import DECIDE, REFUSED, seen

READ = "profiles.view_profiles"
SHOWN = 60  # identifiers of a side
REASONS = ("decided by mistake", "new evidence", "the customer told us", "wrong profile picked")
UNDONE = "undone right after"


@login_required
@permission_required(READ, raise_exception=True)
def decisions(request: requests.PageRequest) -> HttpResponse:
    asked = request.GET
    filters = DecisionFilters(
        action=requests.text(asked, "action"),
        state=requests.text(asked, "state"),
        author=requests.text(asked, "author"),
        text=requests.text(asked, "q"),
    )
    page = decision_page(filters, before=requests.number(asked, "before") or NEWEST)
    waiting = waiting_decisions()
    ids = [i for d in page.decisions for i in (d.a_profile_id, d.b_profile_id) if i]
    context = {
        "filters": filters,
        "rows": decision_rows(page.decisions),
        "older": page.older,
        "complete": page.complete,
        "newest": "before" not in asked,
        "ids": public_ids(ids),
        "authors": authors(),
        "waiting": waiting,
        "limits": second_eyes(),
        "ever": bool(page.decisions) or bool(waiting) or Decision.objects.exists(),
    }
    return render(request, "profiles/decisions.html", context)


@login_required
@permission_required(READ, raise_exception=True)
def decisions_export(request: requests.PageRequest) -> StreamingHttpResponse:
    """The lines of `manage.py export_decisions`, which `manage.py decide` carries out to the same end."""
    lines: Iterator[bytes] = (json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in decision_lines())
    headers = {"Content-Disposition": 'attachment; filename="decisions.ndjson"'}
    return StreamingHttpResponse(lines, content_type="application/x-ndjson", headers=headers)


@login_required
@permission_required(READ, raise_exception=True)
@require_http_methods(["GET", "POST"])
def decision(request: requests.PageRequest, decision_id: int) -> HttpResponse:
    """Withdrawn by a POST, after what that would do was looked at."""
    found = listed(min(decision_id, NEWEST - 1))
    if found is None:
        raise Http404
    error = ""
    if request.method == "POST":
        if not request.user.has_perms(DECIDE):
            raise PermissionDenied
        try:
            return _withdrawn(request, found, expected=_looked_at(request))
        except ValidationError as refused:
            error = " ".join(refused.messages)
    return render(
        request, "profiles/decision.html", _one(request, found) | {"error": error}, status=REFUSED if error else 200
    )


def _withdrawn(request: requests.PageRequest, found: Listed, *, expected: str) -> HttpResponse:
    reason = requests.text(request.POST, "reason")
    chosen = Decision.objects.get(pk=found.decision_id)
    decided = take_back(decision=chosen, author=request.user.get_username(), reason=reason, expected=expected)
    if decided.pending:
        messages.info(request, decided.words)
        return redirect("decision_waiting", decided.pending.pk)
    messages.success(request, "Withdrawn. Profiles are what they are without this decision.")
    return redirect("decision", found.decision_id)


def _looked_at(request: requests.PageRequest) -> str:
    """The fingerprint of the preview; none where it would have taken too long."""
    return seen(requests.text(request.POST, "expected") or "nothing", unseen="unseen" in request.POST)


def _one(request: requests.PageRequest, found: Listed) -> dict[str, Any]:
    sides, did = sides_of(found.decision_id), what_it_did(found)
    holders = {one.profile_id for side in sides.values() for one in side if one.profile_id}
    moved = {i for change in did for i in (change.from_profile_id, change.to_profile_id)}
    may_withdraw = found.withdrawn_at is None and request.user.has_perms(DECIDE)
    return {
        "decision": found,
        "sides": [_side(side) for side in sides.values()],
        "did": [(change, [_pair(text) for text in change.identifiers]) for change in did],
        "ids": public_ids({*holders, *moved}),
        "may_withdraw": may_withdraw,
        "preview": preview_withdrawal(Decision.objects.get(pk=found.decision_id)) if may_withdraw else None,
        "reasons": REASONS,
        "asked": {"reason": requests.text(request.POST, "reason")},
    }


def _side(named: list[NamedOnSide]) -> dict[str, Any]:
    """A side as its identifiers, and the profiles that hold them now."""
    holders = dict.fromkeys(one.profile_id for one in named if one.profile_id)
    return {
        "named": named[:SHOWN],
        "more": len(named) - SHOWN,
        "profiles": list(holders)[:5],
        "unseen": all(one.profile_id is None for one in named),
    }


@login_required
@permission_required(DECIDE, raise_exception=True)
@require_POST
def decision_undo(request: requests.PageRequest, decision_id: int) -> HttpResponse:
    """From the toast after it: at once, without another look."""
    chosen = get_object_or_404(Decision, pk=min(decision_id, NEWEST - 1))
    back = requests.text(request.POST, "next")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = ""
    try:
        decided = take_back(decision=chosen, author=request.user.get_username(), reason=UNDONE)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        undone = "Undone. Everything is as it was before." if decided.pending is None else decided.words
        messages.success(request, undone)
    return redirect(back or "decisions")


def _pair(text: str) -> tuple[str, str]:
    kind, _, value = text.partition(":")
    return kind, value
