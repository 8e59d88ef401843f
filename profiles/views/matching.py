"""Takes a look at how probable matches are found, gives the model and its runs; takes thresholds, gives a draft."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from ingest.views import requests
from profiles.identities import summaries
from profiles.matches import runs as match_runs
from profiles.matches.answers import answers_since
from profiles.matches.charts import HALF, HEIGHT, candidates, prior_of, weights_of
from profiles.matches.models import (
    NotTried,
    apply_draft,
    discard_draft,
    draft_model,
    draft_thresholds,
    model_in_force,
    trial_of,
)
from profiles.matches.trials import effect_of_trial
from profiles.models import MatchCandidate, MatchModel, MatchRun

READ = "profiles.view_profiles"
CHANGE = (READ, "profiles.change_rules")
RUNS = 10


def _frame(request: requests.PageRequest, *, tab: str) -> dict[str, Any]:
    return {
        "tab": tab,
        "may_change": request.user.has_perms(CHANGE),
        "draft": draft_model(),
        "running": list(MatchRun.objects.filter(state__in=match_runs.UNFINISHED).order_by("run_id")),
    }


@login_required
@permission_required(READ, raise_exception=True)
def matching(request: requests.PageRequest) -> HttpResponse:
    return _page(request)


def _page(request: requests.PageRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    model = model_in_force()
    context = {
        **_frame(request, tab="model"),
        "model": model,
        "runs": MatchRun.objects.select_related("model").exclude(finished_at=None).order_by("-run_id")[:RUNS],
        **(_of_model(model) if model else {}),
        **more,
    }
    return render(request, "profiles/matching.html", context, status=status)


def _of_model(model: MatchModel) -> dict[str, Any]:
    found = candidates(model.automatic_threshold)
    return {
        "form": {"review": _percent(model.review_threshold), "automatic": _percent(model.automatic_threshold)},
        "candidates": MatchCandidate.objects.count(),
        "bars": found.bars,
        "expected": found.expected,
        "chart_height": HEIGHT,
        "half": HALF,
        "comparisons": weights_of(model.parameters),
        "prior": prior_of(model.parameters),
        "answers": answers_since(model.trained_answers),
    }


@login_required
@permission_required(READ, raise_exception=True)
def matching_progress(request: requests.PageRequest) -> HttpResponse:
    """What changes by itself; once nothing does any more, the whole page anew. Without script, that page."""
    if not request.htmx:
        return redirect("matching")
    context = _frame(request, tab="model")
    return (
        render(request, "profiles/matching_progress.html", context)
        if context["running"]
        else HttpResponseClientRefresh()
    )


@login_required
@permission_required(CHANGE, raise_exception=True)
@require_POST
def matching_run(request: requests.PageRequest) -> HttpResponse:
    """Compare everybody now, or learn again and try that out."""
    kind = MatchRun.Kind.TRIAL if requests.text(request.POST, "what") == "train" else MatchRun.Kind.FULL
    match_runs.ask(kind, asked_by=request.user.get_username())
    match_runs.announce()
    return redirect("matching")


@login_required
@permission_required(CHANGE, raise_exception=True)
@require_POST
def matching_stop(request: requests.PageRequest, run_id: int) -> HttpResponse:
    if match_runs.stop(run_id):
        messages.info(request, "It stops at the next chance. What candidates there are stay as they are.")
    else:
        messages.info(request, "That run has ended already.")
    return redirect("matching")


@login_required
@permission_required(CHANGE, raise_exception=True)
@require_POST
def matching_thresholds(request: requests.PageRequest) -> HttpResponse:
    posted = {name: requests.text(request.POST, name) for name in ("review", "automatic")}
    author = request.user.get_username()
    try:
        draft = draft_thresholds(
            review=_probability(posted["review"]),
            automatic=_probability(posted["automatic"]) if posted["automatic"] else None,
            author=author,
        )
    except ValidationError as error:
        return _page(request, status=422, errors=error.messages, form=posted)
    match_runs.ask(MatchRun.Kind.TRIAL, asked_by=author, model=draft)
    match_runs.announce()
    return redirect("matching_draft")


def _probability(percent: str) -> float:
    try:
        return round(float(percent.replace(",", ".")) / 100, 6)
    except ValueError:
        raise ValidationError(f"{percent or 'Nothing'} is no number of percent") from None


def _percent(probability: float | None) -> str:
    return "" if probability is None else f"{probability * 100:.6g}"


@login_required
@permission_required(CHANGE, raise_exception=True)
@require_http_methods(["GET", "POST"])
def matching_draft(request: requests.PageRequest) -> HttpResponse:
    if request.method == "GET":
        return _draft_page(request)
    model_id = requests.number(request.POST, "model") or 0
    action = requests.text(request.POST, "action")
    if action == "discard":
        if discard_draft(model_id):
            messages.info(request, "The draft is gone. The model in force is as it was.")
        return redirect("matching")
    if action == "again":
        return _try_again(request)
    try:
        model = apply_draft(model_id, author=request.user.get_username())
    except (NotTried, ValidationError) as error:
        said = error.messages if isinstance(error, ValidationError) else ["Nobody has seen yet what it would do."]
        return _draft_page(request, status=409, errors=said)
    match_runs.ask(MatchRun.Kind.FULL, asked_by=request.user.get_username())
    match_runs.announce()
    messages.success(request, f"Model {model.pk} is in force. The candidates follow in the background.")
    return redirect("matching")


def _try_again(request: requests.PageRequest) -> HttpResponse:
    if draft := draft_model():
        match_runs.ask(MatchRun.Kind.TRIAL, asked_by=request.user.get_username(), model=draft)
        match_runs.announce()
    return redirect("matching_draft")


def _draft_page(request: requests.PageRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    frame = _frame(request, tab="draft")
    draft: MatchModel | None = frame["draft"]
    trial = trial_of(draft) if draft else None
    effect = effect_of_trial(trial) if trial and trial.state == MatchRun.State.DONE else None
    context = {
        **frame,
        "model": model_in_force(),
        "trial": trial,
        "effect": effect,
        "profiles": {p.profile_id: p for p in summaries(effect.profile_ids)} if effect and effect.profile_ids else {},
        "comparisons": weights_of(draft.parameters) if draft else [],
        "half": HALF,
        **more,
    }
    return render(request, "profiles/matching_draft.html", context, status=status)
