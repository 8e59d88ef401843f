"""Takes what somebody types or filters by, gives the profiles that are meant, a page at a time."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from ingest.masking import Mask, mask_for
from ingest.views import requests
from profiles.identities import (
    NEWEST,
    Found,
    ProfileFilters,
    find_profiles,
    kind_names,
    masked_summary,
    profile_page,
    summaries,
)
from profiles.ids import public_id
from profiles.models import Identifier

WHOLE, MASKED = "profiles.view_profiles", "profiles.view_masked"


@login_required
def search(request: requests.PageRequest) -> HttpResponse:
    """From the search box of every page: straight to the profile where only one can be meant."""
    mask = mask_for(request.user, whole=WHOLE, masked=MASKED)
    text = requests.text(request.GET, "q")
    found = find_profiles(text, guess=not mask.on) if text else []
    if len({one.profile_id for one in found if one.how in ("is", "profile id")}) == 1:
        return redirect("profile", public_id(found[0].profile_id))
    return redirect(f"{reverse('profiles')}?{urlencode({'q': text})}" if text else "profiles")


@login_required
def profiles(request: requests.PageRequest) -> HttpResponse:
    mask = mask_for(request.user, whole=WHOLE, masked=MASKED)
    text = requests.text(request.GET, "q")
    context = _found(text, mask) if text else _listed(request)
    context |= {
        "mask": mask,
        "text": text,
        "rows": [(masked_summary(row, mask=mask), how) for row, how in context["rows"]],
        "kinds": kind_names(),
        "ever": bool(context["rows"]) or Identifier.objects.exists(),
    }
    return render(request, "profiles/profiles.html", context)


def _found(text: str, mask: Mask) -> dict[str, Any]:
    """Who may not see values whole must know one whole: the start of one would let them guess the rest."""
    found = {one.profile_id: one for one in find_profiles(text, guess=not mask.on)}
    rows = [(row, _how(found[row.profile_id], mask)) for row in summaries(found)]
    return {"rows": rows, "filters": ProfileFilters(), "older": None, "complete": True}


def _how(found: Found, mask: Mask) -> str:
    shown = mask.identifier(found.kind, found.value)
    if found.how == "profile id":
        return "this profile id leads here"
    kind = found.kind.replace("_", " ")
    return f"{kind}: {shown}"


def _listed(request: requests.PageRequest) -> dict[str, Any]:
    asked = request.GET
    filters = ProfileFilters(
        kind=requests.text(asked, "kind"),
        who=requests.text(asked, "who"),
        joined="joined" in asked,
        held="held" in asked,
    )
    page = profile_page(filters, before=requests.number(request.GET, "before") or NEWEST)
    rows = [(row, "") for row in summaries(page.profile_ids)]
    return {"rows": rows, "filters": filters, "older": page.older, "complete": page.complete}
