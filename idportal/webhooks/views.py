"""Takes a form or an id, gives webhooks: made, changed, watched, and told again."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from idportal.webhooks import managing
from idportal.webhooks.listing import all_webhooks, attempts_of, attempts_page, waiting_for
from idportal.webhooks.models import EventType, Webhook, WebhookAttempt, WebhookEvent
from ingest.views import requests, shown_once

PAGE = 50
SECRET = "webhook"  # noqa: S105 - whose secret it is
BUSY = "Something is being sent there just now. Try again in a moment."


@login_required
@permission_required("webhooks.view_webhooks", raise_exception=True)
@require_safe
def webhooks(request: requests.PageRequest) -> HttpResponse:
    return render(request, "webhooks/webhooks.html", {"webhooks": all_webhooks()})


@login_required
@permission_required("webhooks.manage_webhooks", raise_exception=True)
@require_http_methods(["GET", "POST"])
def webhook_create(request: requests.PageRequest) -> HttpResponse:
    form, errors = _form(request), dict[str, list[str]]()
    if request.method == "POST":
        try:
            made = managing.create_webhook(**form)
        except ValidationError as error:
            errors = error.message_dict
        else:
            shown_once.keep(request, SECRET, made.webhook.pk, made.secret)
            messages.success(request, f"“{made.webhook.name}” is told what happens from now on.")
            return redirect("webhook", made.webhook.pk)
    else:
        form["types"] = EventType.values
    return render(request, "webhooks/webhook_form.html", _fields(form, errors), status=422 if errors else 200)


@login_required
@permission_required("webhooks.manage_webhooks", raise_exception=True)
@require_http_methods(["GET", "POST"])
def webhook_edit(request: requests.PageRequest, webhook_id: int) -> HttpResponse:
    found = get_object_or_404(Webhook, pk=webhook_id)
    form: dict[str, Any] = {"name": found.name, "url": found.url, "types": found.types}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        form = _form(request)
        try:
            managing.update_webhook(found, **form)
        except ValidationError as error:
            errors = error.message_dict
            found.refresh_from_db()
        else:
            messages.success(request, "Saved.")
            return redirect("webhook", found.pk)
    context = {**_fields(form, errors), "webhook": found}
    return render(request, "webhooks/webhook_form.html", context, status=422 if errors else 200)


@login_required
@permission_required("webhooks.view_webhooks", raise_exception=True)
@require_safe
def webhook(request: requests.PageRequest, webhook_id: int) -> HttpResponse:
    found = get_object_or_404(Webhook, pk=webhook_id)
    before, failed = requests.number(request.GET, "before"), requests.text(request.GET, "failed") == "on"
    attempts = attempts_page(found, before=before, failed=failed, limit=PAGE + 1)
    context = {
        "webhook": found,
        "waiting": waiting_for(found),
        "attempts": attempts[:PAGE],
        "before": attempts[PAGE - 1].pk if len(attempts) > PAGE else None,
        "failed": failed,
        "live": not before,
        "keep_days": settings.WEBHOOKS_KEEP_DAYS,
    }
    if request.htmx:
        return render(request, "webhooks/webhook_live.html", context)
    return render(request, "webhooks/webhook.html", context | {"secret": _new_secret(request, found)})


@login_required
@permission_required("webhooks.manage_webhooks", raise_exception=True)
@require_POST
def webhook_do(request: requests.PageRequest, webhook_id: int, verb: str) -> HttpResponse:
    found = get_object_or_404(Webhook, pk=webhook_id)
    return VERBS[verb](request, found)


@login_required
@permission_required("webhooks.view_webhooks", raise_exception=True)
@require_safe
def webhook_delivery(request: requests.PageRequest, webhook_id: int, event_id: str) -> HttpResponse:
    found, event = _delivery(webhook_id, event_id)
    context = {
        "webhook": found,
        "event": event,
        "public_event_id": f"evt_{event.event_id.hex}",
        "attempts": attempts_of(found, event),
        "profile_id": json.loads(event.body)["data"]["profile_id"],
    }
    return render(request, "webhooks/delivery.html", context)


@login_required
@permission_required("webhooks.manage_webhooks", raise_exception=True)
@require_POST
def webhook_replay(request: requests.PageRequest, webhook_id: int, event_id: str) -> HttpResponse:
    found, event = _delivery(webhook_id, event_id)
    try:
        _tell_of(request, managing.replay(found, event))
    except managing.Busy:
        messages.warning(request, BUSY)
    return redirect("webhook_delivery", found.pk, event.event_id)


def _enable(request: requests.PageRequest, found: Webhook) -> HttpResponse:
    managing.enable(found)
    messages.success(request, "Enabled. It goes on where it stood, within seconds.")
    return redirect("webhook", found.pk)


def _disable(request: requests.PageRequest, found: Webhook) -> HttpResponse:
    managing.disable(found)
    messages.success(request, "Switched off. What happens meanwhile is kept for it.")
    return redirect("webhook", found.pk)


def _rotate(request: requests.PageRequest, found: Webhook) -> HttpResponse:
    shown_once.keep(request, SECRET, found.pk, managing.rotate_secret(found))
    messages.success(request, "A new secret. For a day every delivery is signed with the old one, too.")
    return redirect("webhook", found.pk)


def _skip(request: requests.PageRequest, found: Webhook) -> HttpResponse:
    managing.skip(found)
    messages.success(request, "Left out. It goes on with the next one.")
    return redirect("webhook", found.pk)


def _replay_from(request: requests.PageRequest, found: Webhook) -> HttpResponse:
    since = _time(requests.text(request.POST, "since"))
    if since is None:
        messages.error(request, "Say from which time on (UTC).")
    elif again := managing.replay_from(found, since):
        messages.success(request, f"{again:,} {'event' if again == 1 else 'events'} will be told again, in order.")
    else:
        messages.info(request, "Nothing that is kept was told since then.")
    return redirect("webhook", found.pk)


def _test(request: requests.PageRequest, found: Webhook) -> HttpResponse:
    try:
        _tell_of(request, managing.send_test(found))
    except managing.Busy:
        messages.warning(request, BUSY)
    return redirect("webhook", found.pk)


def _delete(request: requests.PageRequest, found: Webhook) -> HttpResponse:
    found.delete()
    messages.success(request, f"“{found.name}” is gone, and its log.")
    return redirect("webhooks")


VERBS: dict[str, Callable[[requests.PageRequest, Webhook], HttpResponse]] = {
    "enable": _enable, "disable": _disable, "rotate": _rotate, "skip": _skip, "replay": _replay_from, "test": _test,
    "delete": _delete,
}  # fmt: skip


def _form(request: requests.PageRequest) -> dict[str, Any]:
    posted = request.POST
    return {
        "name": requests.text(posted, "name"),
        "url": requests.text(posted, "url"),
        "types": posted.getlist("types"),
    }


def _fields(form: dict[str, Any], errors: dict[str, list[str]]) -> dict[str, Any]:
    allows = settings.WEBHOOKS_ALLOW_PRIVATE
    return {"form": form, "errors": errors, "types": EventType.choices, "allows_private": allows}


def _new_secret(request: requests.PageRequest, found: Webhook) -> str:
    may = request.user.has_perm("webhooks.manage_webhooks")
    return shown_once.take(request, SECRET, found.pk) if may else ""


def _delivery(webhook_id: int, event_id: str) -> tuple[Webhook, WebhookEvent]:
    """Of an event that was tried there: what is for others is theirs."""
    found = get_object_or_404(Webhook, pk=webhook_id)
    event = get_object_or_404(WebhookEvent, event_id=event_id)
    get_object_or_404(WebhookAttempt.objects.filter(webhook=found, event=event)[:1])
    return found, event


def _tell_of(request: requests.PageRequest, done: WebhookAttempt) -> None:
    if done.delivered:
        messages.success(request, f"Delivered: it answered {done.status} in {done.milliseconds} ms.")
    else:
        messages.error(request, f"Not delivered: {done.error or f'it answered {done.status}.'}")


def _time(text: str) -> datetime | None:
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at
