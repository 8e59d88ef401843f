"""Takes a look at the rules, gives them in plain words; takes an edit of them, gives a draft with it."""

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from ingest.views import requests
from profiles.identities import kind_names
from profiles.models import Kind
from profiles.reading import read
from profiles.review.values import rules_asked_for
from profiles.rules.differences import Blocked, shown
from profiles.rules.drafts import Draft, Entry, new_kind, rules_version, with_blocked, with_kind, without_blocked
from profiles.rules.progress import progress
from profiles.rules.rules import FIELDS, HASHED, current_rules

READ = "profiles.view_profiles"
CHANGE = (READ, "profiles.change_rules")  # what a draft would do names people
DRAFT = "draft of the rules"  # where the session keeps it
PAGE = 50
NEW_KIND = {"rank": "", "known": True, "limit": None, "shared_after": None}


def draft_of_request(request: requests.PageRequest) -> Draft:
    kept = request.session.get(DRAFT)
    return Draft(**kept) if kept else Draft(based_on=rules_version())


def keep_draft(request: requests.PageRequest, draft: Draft) -> None:
    if draft:
        request.session[DRAFT] = asdict(draft)
    else:
        request.session.pop(DRAFT, None)


def frame(request: requests.PageRequest, *, tab: str) -> dict[str, Any]:
    """What stands on every page about rules."""
    return {
        "tab": tab,
        "may_change": request.user.has_perms(CHANGE),
        "draft": draft_of_request(request),
        "progress": progress(),
    }


@login_required
@permission_required(READ, raise_exception=True)
def rules(request: requests.PageRequest) -> HttpResponse:
    draft = draft_of_request(request)
    in_force = current_rules()["kinds"]
    rows = [(name, fields, name in draft.kinds) for name, fields in in_force.items()]
    new = [(name, fields) for name, fields in draft.kinds.items() if name not in in_force]
    context = {**frame(request, tab="kinds"), "rows": rows, "new": new, "asked_for": rules_asked_for()}
    return render(request, "profiles/rules.html", context)


@login_required
@permission_required(READ, raise_exception=True)
def rules_progress(request: requests.PageRequest) -> HttpResponse:
    """What changes by itself; without script, the page that it stands on."""
    if not request.htmx:
        return redirect("rules")
    return render(request, "profiles/rules_progress.html", {"progress": progress(), "ended": True})


@login_required
@permission_required(CHANGE, raise_exception=True)
@require_http_methods(["GET", "POST"])
def rule_kind_create(request: requests.PageRequest) -> HttpResponse:
    name = requests.text(request.POST, "name")
    form: dict[str, Any] = _fields(request) if request.method == "POST" else NEW_KIND
    return _kind_form(request, name=name, form=form, new=True)


@login_required
@permission_required(CHANGE, raise_exception=True)
@require_http_methods(["GET", "POST"])
def rule_kind(request: requests.PageRequest, name: str) -> HttpResponse:
    drafted = draft_of_request(request).kinds.get(name, {})
    in_force = current_rules()["kinds"].get(name)
    if in_force is None and not drafted:
        raise Http404
    form = _fields(request) if request.method == "POST" else {**(in_force or {}), **drafted}
    return _kind_form(request, name=name, form=form, new=False)


def _kind_form(request: requests.PageRequest, *, name: str, form: dict[str, Any], new: bool) -> HttpResponse:
    errors: dict[str, list[str]] = {}
    version = requests.number(request.POST, "version")
    version = rules_version() if version is None else version
    if request.method == "POST":
        draft = draft_of_request(request)
        try:
            if new:
                draft = new_kind(draft, name=name, fields=form)
            else:
                draft = with_kind(draft, name=name, fields=form, version=version)
        except ValidationError as error:
            errors = _beside_fields(name, error.messages)
        else:
            keep_draft(request, draft)
            return redirect("rules_draft" if draft else "rules")
    context = {
        **frame(request, tab="kinds"),
        "name": name,
        "new": new,
        "form": form,
        "errors": errors,
        "version": version,
        "in_force": Kind.objects.order_by("rank", "name"),
    }
    return render(request, "profiles/rules_kind.html", context, status=422 if errors else 200)


def _fields(request: requests.PageRequest) -> dict[str, Any]:
    posted = request.POST
    numbers = {name: _number(requests.text(posted, name)) for name in ("rank", "limit", "shared_after")}
    hashed = {HASHED: True} if requests.text(posted, HASHED) == "on" else {}
    return {**numbers, "known": requests.text(posted, "known") != "no", **hashed}


def _number(text: str) -> int | str | None:
    """A number as a number; what is none stays as it was typed, to be refused and shown again."""
    digits = text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if digits else text or None


def _beside_fields(name: str, said: list[str]) -> dict[str, list[str]]:
    """What is wrong, by the field of the form that it is about; "" for the rest."""
    errors: dict[str, list[str]] = {}
    for message in said:
        about, _, text = message.partition(": ")
        field = "name" if about == repr(name) else next((f for f in FIELDS if text.startswith(f"{f} ")), "")
        words = text.replace("shared_after", "this").replace("or null", "or empty")
        errors.setdefault(field, []).append(words[:1].upper() + words[1:] if field else message)
    return errors


@login_required
@permission_required(READ, raise_exception=True)
@require_http_methods(["GET", "POST"])
def rules_blocked(request: requests.PageRequest) -> HttpResponse:
    if request.method == "GET":
        return _blocked_page(request)
    if not request.user.has_perms(CHANGE):
        raise PermissionDenied
    if entry := posted_entry(request):
        keep_draft(request, without_blocked(draft_of_request(request), entry))
        return redirect(request.get_full_path())
    try:
        draft = with_blocked(
            draft_of_request(request),
            kind=requests.text(request.POST, "kind"),
            texts=[line.strip() for line in requests.text(request.POST, "texts").splitlines() if line.strip()],
            patterns=requests.text(request.POST, "how") == "patterns",
        )
    except ValidationError as error:
        return _blocked_page(request, errors=error.messages)
    keep_draft(request, draft)
    messages.success(request, "In your draft. Nothing is blocked by it before you apply the draft.")
    return redirect("rules_blocked")


def posted_entry(request: requests.PageRequest) -> Entry | None:
    """The blocked value or pattern that a button names."""
    kind = requests.text(request.POST, "of")
    if "value" in request.POST:
        return [kind, request.POST["value"]]
    return [kind, {"pattern": request.POST["pattern"]}] if "pattern" in request.POST else None


def _blocked_page(request: requests.PageRequest, *, errors: list[str] | None = None) -> HttpResponse:
    text, kind = requests.text(request.GET, "q"), requests.text(request.GET, "kind")
    page = min(requests.number(request.GET, "page") or 1, 100_000)
    found = read("blocked_values", Blocked, text=text, kind=kind, limit=PAGE + 1, offset=(page - 1) * PAGE)
    draft = draft_of_request(request)
    context = {
        **frame(request, tab="blocked"),
        "rows": found[:PAGE],
        "leaving": [shown(entry) for entry in draft.unblock],
        "adding": [shown(entry) for entry in draft.block],
        "text": text,
        "kind": kind,
        "kinds": kind_names(),
        "kinds_to_block": [*kind_names(), *(name for name in draft.kinds if name not in kind_names())],
        "older": page + 1 if len(found) > PAGE else None,
        "newer": page - 1 if page > 1 else None,
        "errors": errors or [],
        "form": request.POST,
    }
    return render(request, "profiles/rules_blocked.html", context, status=422 if errors else 200)
