"""Takes a form or an id, gives API clients: made, their token shown once, what they ask each day, renewed, revoked."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ingest.views import requests, shown_once
from ingest.views.charts import HEIGHT, WIDTH, bars
from profiles.api.clients import NewClient, create_client, revoke_client, rotate_token
from profiles.api.used import UsedDay, used
from profiles.models import ApiClient

MANAGE = "profiles.manage_api_clients"
TOKEN = "API client"  # noqa: S105 - whose secret it is
VALID = {"30": "30 days", "90": "90 days", "365": "a year", "": "until it is revoked"}
OVERLAP = timedelta(days=1)  # the token before stays valid, so that programs can change without a gap
USAGE_DAYS = 30
DAYS = {"7": 7, "30": USAGE_DAYS}
REFUSED = 422


@login_required
@permission_required(MANAGE, raise_exception=True)
@require_safe
def api_clients(request: requests.PageRequest) -> HttpResponse:
    clients = ApiClient.objects.annotate(asked=Sum("usage__requests", default=0)).order_by("revoked_at", "name")
    return render(request, "profiles/api_clients.html", {"clients": clients})


@login_required
@permission_required(MANAGE, raise_exception=True)
@require_http_methods(["GET", "POST"])
def api_client_create(request: requests.PageRequest) -> HttpResponse:
    form = _form(request)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            made = _create(form)
        except ValidationError as error:
            errors = error.message_dict
        else:
            return _show_token(request, made.client, made.token)
    context = {"form": form, "errors": errors, "scopes": ApiClient.Scope.choices, "valid": VALID}
    return render(request, "profiles/api_client_create.html", context, status=REFUSED if errors else 200)


@login_required
@permission_required(MANAGE, raise_exception=True)
@require_safe
def api_client(request: requests.PageRequest, client_id: int) -> HttpResponse:
    found = get_object_or_404(ApiClient, pk=client_id)
    days = DAYS.get(requests.text(request.GET, "days"), USAGE_DAYS)
    usage = used(found, days=days)
    context = {
        "client": found,
        "scopes": [label for scope, label in ApiClient.Scope.choices if scope in found.scopes],
        "used": usage,
        "bars": bars([(_day_title(one), [one.requests, one.limited]) for one in usage.days]),
        "chart_width": WIDTH,
        "chart_height": HEIGHT,
        "days": days,
        "all_days": DAYS.values(),
        "token": shown_once.take(request, TOKEN, found.pk),
        "old_token_is_valid": bool(found.old_token_until and found.old_token_until > timezone.now()),
    }
    return render(request, "profiles/api_client.html", context)


@login_required
@permission_required(MANAGE, raise_exception=True)
@require_POST
def api_client_rotate(request: requests.PageRequest, client_id: int) -> HttpResponse:
    found = get_object_or_404(ApiClient, pk=client_id, revoked_at=None)
    return _show_token(request, found, rotate_token(found, overlap=OVERLAP))


@login_required
@permission_required(MANAGE, raise_exception=True)
@require_POST
def api_client_revoke(request: requests.PageRequest, client_id: int) -> HttpResponse:
    found = get_object_or_404(ApiClient, pk=client_id, revoked_at=None)
    revoke_client(found)
    messages.success(request, f"“{found.name}” may ask nothing any more, from a few seconds on.")
    return redirect("api_clients")


def _day_title(one: UsedDay) -> str:
    waited = f", {one.limited:,} over the limit" if one.limited else ""
    return f"{one.day:%d %b}: {one.requests:,} answered{waited}"


def _create(form: dict[str, Any]) -> NewClient:
    """Raises ValidationError."""
    if form["days"] not in VALID:
        raise ValidationError({"days": "Pick how long the token is valid."})
    expires_at = timezone.now() + timedelta(days=int(form["days"])) if form["days"] else None
    rate_limit = requests.number(form, "rate_limit") or 0
    return create_client(name=form["name"], scopes=form["scopes"], expires_at=expires_at, rate_limit=rate_limit)


def _form(request: requests.PageRequest) -> dict[str, Any]:
    posted = request.POST
    return {
        "name": requests.text(posted, "name"),
        "scopes": posted.getlist("scopes"),
        "days": requests.text(posted, "days") if request.method == "POST" else "365",
        "rate_limit": requests.text(posted, "rate_limit") or "6000",
    }


def _show_token(request: requests.PageRequest, client: ApiClient, token: str) -> HttpResponse:
    shown_once.keep(request, TOKEN, client.pk, token)
    return redirect("api_client", client.pk)
