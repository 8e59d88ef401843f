"""Takes a change of the rules, gives what differed, who did it and what it did; rolled back, it is a draft."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from ingest.views import requests
from profiles.models import RuleChange
from profiles.rules.differences import difference
from profiles.rules.drafts import draft_of, kinds_that_stay
from profiles.rules.preview import effect_of_change
from profiles.views.rule_drafts import profiles_of
from profiles.views.rules import CHANGE, READ, frame, keep_draft

PAGE = 25
CLOCKS = timedelta(hours=1)  # a transaction's time is when it began, which may be before the change was written
GREATEST = 2**63 - 1


@login_required
@permission_required(READ, raise_exception=True)
def rules_history(request: requests.PageRequest) -> HttpResponse:
    before = requests.number(request.GET, "before") or GREATEST
    changes = list(RuleChange.objects.filter(pk__lt=before).order_by("-pk")[: PAGE + 1])
    rows = [(change, difference(change.before, change.after)) for change in changes[:PAGE]]
    older = changes[PAGE - 1].pk if len(changes) > PAGE else None
    context = {**frame(request, tab="history"), "rows": rows, "older": older}
    return render(request, "profiles/rules_history.html", context)


@login_required
@permission_required(READ, raise_exception=True)
def rule_change(request: requests.PageRequest, change_id: int) -> HttpResponse:
    change = get_object_or_404(RuleChange, pk=min(change_id, GREATEST))
    effect = effect_of_change(change.pk, since=change.at - CLOCKS)
    context: dict[str, Any] = {
        "change": change,
        "effect": effect,
        "profiles": profiles_of(effect),
        "waiting": change.waiting.exists(),
    }
    if request.htmx:
        return render(request, "profiles/rules_change_effect.html", context)
    context |= {
        **frame(request, tab="history"),
        "difference": difference(change.before, change.after),
        "staying": kinds_that_stay(change.before),
        "latest": not RuleChange.objects.filter(pk__gt=change.pk).exists(),
    }
    return render(request, "profiles/rules_change.html", context)


@login_required
@permission_required(CHANGE, raise_exception=True)
@require_POST
def rule_change_undo(request: requests.PageRequest, change_id: int) -> HttpResponse:
    """The rules as they were before it, as a draft: to be looked at and applied like any other."""
    change = get_object_or_404(RuleChange.objects.exclude(after__has_key="trust"), pk=min(change_id, GREATEST))
    draft = draft_of(change.before)
    if not draft:
        messages.info(request, "Nothing to do: the rules in force are those from before this change.")
        return redirect("rule_change", change.pk)
    keep_draft(request, draft)
    return redirect("rules_draft")
