"""Takes a profile and what somebody wants of it (parts out, another one in), gives what that would do, and does it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from ingest.views import requests
from lambdas.transform.normalise import Unusable
from profiles.deciding.decisions import Decided, merge_profiles, reject_merge, unmerge
from profiles.deciding.picking import MOST, Pick, merges_into, picked_with, to_pick
from profiles.deciding.preview import preview_merge, preview_unmerge
from profiles.explaining.asked import profile_asked
from profiles.explaining.likely import likely_others
from profiles.identities import find_profiles, summaries
from profiles.ids import public_id
from profiles.views.profile_frame import frame

DECIDE = ("profiles.view_profiles", "profiles.decide")  # what a decision would do names people
REFUSED = 409
UNSEEN = "unseen"  # instead of a fingerprint: it would take too long to be looked at before
WHY_APART = (
    "two people share a device",
    "a family shares a contact",
    "a number that was given to somebody else",
    "test data",
)
WHY_ONE = ("the customer told us", "same name and address", "a new e-mail address", "a new phone number")


@login_required
@permission_required(DECIDE, raise_exception=True)
@require_http_methods(["GET", "POST"])
def unmerge_page(request: requests.PageRequest, public: str) -> HttpResponse:
    found = frame(request, public, tab="unmerge")
    if found.elsewhere:
        return found.elsewhere
    change = requests.number(request.POST, "change") or requests.number(request.GET, "change")
    picked = _numbers(request, "identifier") or (picked_with(found.profile_id, change) if change else set())
    asked = _Asked.of(request)
    error = ""
    if asked.decides:
        try:
            decided = unmerge(profile_id=found.profile_id, identifier_ids=picked, **asked.words())
        except ValidationError as refused:
            error = _said(refused)
        else:
            return _decided(request, decided, found.profile_id, "Unmerged.")
    members = [] if request.htmx else to_pick(found.profile_id, picked)
    context = found.context | {
        "rows": members,
        "picked": picked,
        "change": change if len(picked) > MOST else None,
        "merges": merges_into(found.profile_id),
        "preview": preview_unmerge(found.profile_id, picked) if picked else None,
        "asked": asked,
        "error": error,
        "kinds": _kinds(members),
        "reasons": WHY_APART,
    }
    template = "profiles/unmerge_effect.html" if request.htmx else "profiles/unmerge.html"
    return render(request, template, context, status=REFUSED if error and not request.htmx else 200)


@login_required
@permission_required(DECIDE, raise_exception=True)
@require_http_methods(["GET", "POST"])
def merge_page(request: requests.PageRequest, public: str) -> HttpResponse:
    found = frame(request, public, tab="merge")
    if found.elsewhere:
        return found.elsewhere
    other = _other(request, found.profile_id)
    asked = _Asked.of(request)
    error = ""
    if other and asked.decides:
        carry_out = merge_profiles if asked.action == "decide" else reject_merge
        try:
            decided = carry_out(a_profile_id=found.profile_id, b_profile_id=other, **asked.words())
        except ValidationError as refused:
            error = _said(refused)
        else:
            said = "Merged." if asked.action == "decide" else "Kept apart."
            return _decided(request, decided, found.profile_id, said)
    context = (
        found.context
        | {"asked": asked, "error": error, "reasons": WHY_ONE}
        | _merging(request, found.profile_id, other)
    )
    template = "profiles/merge_found.html" if request.htmx else "profiles/merge.html"
    return render(request, template, context, status=REFUSED if error else 200)


def _merging(request: requests.PageRequest, profile_id: int, other: int | None) -> dict[str, Any]:
    """With another profile: what merging would do. Without: which there are, found or likely."""
    text = requests.text(request.GET, "q")
    if other:
        rows = {row.profile_id: row for row in summaries([profile_id, other])}
        return {"other": rows[other], "this": rows[profile_id], "preview": preview_merge(profile_id, other)}
    found = [one.profile_id for one in find_profiles(text)] if text else []
    rows_found = [row for row in summaries(found) if row.profile_id != profile_id]
    likely = [] if text else likely_others(profile_id)
    return {"text": text, "rows": rows_found, "likely": likely}


@dataclass(frozen=True)
class _Asked:
    """What a form says besides whom it is about."""

    action: str  # preview, decide or reject
    reason: str
    expected: str  # the fingerprint of the preview that was looked at
    author: str
    unseen: bool = False  # whether the person says that they decide it without having looked

    @classmethod
    def of(cls, request: requests.PageRequest) -> "_Asked":
        posted = request.POST
        reason, expected = requests.text(posted, "reason"), requests.text(posted, "expected")
        return cls(requests.text(posted, "action"), reason, expected, request.user.get_username(), "unseen" in posted)

    @property
    def decides(self) -> bool:
        """Nothing is decided that was not looked at: without a fingerprint the preview comes first."""
        return self.action in {"decide", "reject"} and bool(self.expected or self.action == "reject")

    def words(self) -> dict[str, str]:
        """Raises ValidationError for what nobody has looked at, nor said that they haven't."""
        expected = seen(self.expected, unseen=self.unseen) if self.action == "decide" else ""
        return {"author": self.author, "reason": self.reason, "expected": expected}


def seen(expected: str, *, unseen: bool) -> str:
    """The fingerprint that was looked at; none where it would have taken too long and the person says so."""
    if expected == UNSEEN and not unseen:
        raise ValidationError("What this does can't be shown. Tick that you decide it without having seen it.")
    return "" if expected == UNSEEN else expected


def _decided(request: requests.PageRequest, decided: Decided, profile_id: int, said: str) -> HttpResponse:
    if decided.pending:
        messages.info(request, decided.words)
        return redirect("decision_waiting", decided.pending.pk)
    undo = f"undo-{decided.decision.pk}" if decided.decision else ""
    messages.success(request, f"{said} {decided.words}", extra_tags=undo)
    return redirect("profile", public_id(profile_id))


def _other(request: requests.PageRequest, profile_id: int) -> int | None:
    """The profile to merge with, by public id or kind:value; none for one that is none."""
    text = requests.text(request.POST, "with") or requests.text(request.GET, "with")
    try:
        other = profile_asked(text) if text else None
    except Unusable:
        return None
    return other if other != profile_id else None


def _numbers(request: requests.PageRequest, name: str) -> set[int]:
    given = request.POST if request.method == "POST" else request.GET
    return {int(n) for n in given.getlist(name) if n.isascii() and n.isdigit() and len(n) < 19}


def _said(refused: ValidationError) -> str:
    return " ".join(refused.messages)


def _kinds(members: list[Pick]) -> list[str]:
    return list(dict.fromkeys(member.kind for member in members))
