"""Takes a draft of the rules, gives what it would change and what that would do; applied, it is in force."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from ingest.views import requests
from profiles.identities import ProfileSummary, summaries
from profiles.rules.differences import difference
from profiles.rules.drafts import (
    Draft,
    RulesChanged,
    TooLarge,
    apply_draft,
    changes_since,
    leave_out,
    rules_version,
)
from profiles.rules.preview import Effect, preview_rules
from profiles.rules.rules import checked_rules, current_rules
from profiles.views.rules import CHANGE, draft_of_request, frame, keep_draft, posted_entry


@login_required
@permission_required(CHANGE, raise_exception=True)
@require_http_methods(["GET", "POST"])
def rules_draft(request: requests.PageRequest) -> HttpResponse:
    draft = draft_of_request(request)
    if request.method == "GET":
        return _draft_page(request, draft)
    action = requests.text(request.POST, "action")
    if action == "discard":
        keep_draft(request, Draft(based_on=0))
        messages.info(request, "The draft is gone. The rules in force are as they were.")
        return redirect("rules")
    if action == "go_on":
        keep_draft(request, replace(draft, based_on=requests.number(request.POST, "seen") or rules_version()))
    else:
        keep_draft(request, leave_out(draft, kind=requests.text(request.POST, "kind"), entry=posted_entry(request)))
    return redirect("rules_draft")


@login_required
@permission_required(CHANGE, raise_exception=True)
def rules_preview(request: requests.PageRequest) -> HttpResponse:
    """Costs the engine some seconds at most; changes nothing."""
    draft = draft_of_request(request)
    context: dict[str, Any] = {"stale": bool(draft) and draft.based_on != rules_version()}
    if draft:
        try:
            preview = preview_rules(draft.overlay())
        except ValidationError as error:
            context["errors"] = error.messages
        else:
            context |= {"preview": preview, "profiles": profiles_of(preview.effect)}
    if request.htmx:
        return render(request, "profiles/rules_preview.html", {"draft": draft, **context})
    return _draft_page(request, draft, **context)


@login_required
@permission_required(CHANGE, raise_exception=True)
@require_POST
def rules_apply(request: requests.PageRequest) -> HttpResponse:
    draft = draft_of_request(request)
    if not draft:
        messages.info(request, "There is no draft to apply.")
        return redirect("rules")
    if requests.text(request.POST, "fingerprint") != draft.fingerprint:
        messages.warning(request, "Your draft is another one meanwhile, by another tab. Look at it again.")
        return redirect("rules_draft")
    try:
        change = apply_draft(draft, author=request.user.get_username())
    except (RulesChanged, TooLarge, ValidationError) as error:
        errors = error.messages if isinstance(error, ValidationError) else []
        return _draft_page(request, draft, errors=errors, too_large=isinstance(error, TooLarge), status=409)
    keep_draft(request, Draft(based_on=0))
    if change is None:
        messages.info(request, "These rules are in force already.")
        return redirect("rules")
    messages.success(request, "In force. Profiles follow in the background.")
    return redirect("rule_change", change.pk)


def _draft_page(request: requests.PageRequest, draft: Draft, *, status: int = 200, **more: Any) -> HttpResponse:
    meanwhile = [(c, difference(c.before, c.after)) for c in changes_since(draft.based_on)] if draft else []
    context = {
        **frame(request, tab="draft"),
        "draft": draft,
        "meanwhile": meanwhile,
        "stale": bool(meanwhile),
        "version": rules_version(),
        "overlay": draft.overlay(),
        **more,
    }
    try:
        context["difference"] = difference(current_rules(), checked_rules(draft.overlay()))
    except ValidationError as error:
        context["errors"] = error.messages
    return render(request, "profiles/rules_draft.html", context, status=status)


def profiles_of(effect: Effect | None) -> dict[int, ProfileSummary]:
    """Those that an effect's examples name, as they are now, by number."""
    ids = effect.profile_ids if effect else set()
    return {summary.profile_id: summary for summary in summaries(ids)} if ids else {}
