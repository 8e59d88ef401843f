"""Takes a program's wish about webhooks, does it: listed, made, tested, told again, switched on and off, watched."""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from idportal.webhooks import managing
from idportal.webhooks.listing import all_webhooks, attempts_page, waiting_for
from idportal.webhooks.models import EventType, Webhook, WebhookAttempt, WebhookEvent
from profiles.api import asking, samples
from profiles.api.clients import MayAll
from profiles.api.endpoint import AFTER, Answer, Body, described, endpoint, flag, limit
from profiles.api.idempotency import once
from profiles.api.problems import Problem

MOST, USUAL = 200, 50
NEWEST = 2**62
MISSING = {404: "No webhook has this number."}
BUSY = MISSING | {
    400: "The request makes no sense.",
    409: "Something is being sent there just now, or the first request with this key is still at work.",
    422: "The idempotency key was used for another request.",
}


class WebhookWish(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    url = serializers.CharField(max_length=2000)
    types = serializers.ListField(child=serializers.ChoiceField(EventType.values), min_length=1)


class WebhookAnswer(serializers.Serializer[Any]):
    webhook_id = serializers.IntegerField()
    name = serializers.CharField()
    url = serializers.CharField()
    types = serializers.ListField(child=serializers.CharField())
    state = serializers.ChoiceField(["active", "failing", "disabled"])
    disabled_why = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    failing_since = serializers.DateTimeField(allow_null=True)


class WebhookList(serializers.Serializer[Any]):
    results = WebhookAnswer(many=True)


class WebhookMade(WebhookAnswer):
    secret = serializers.CharField(help_text="Signs every delivery; told this once.")


class WebhookWaiting(WebhookAnswer):
    waiting = serializers.IntegerField(help_text="Events that it has not been told yet, counted up to 1,000.")


class DeliveryAnswer(serializers.Serializer[Any]):
    delivery_id = serializers.IntegerField()
    event_id = serializers.CharField()
    type = serializers.CharField()
    why = serializers.ChoiceField(WebhookAttempt.Why.values)
    number = serializers.IntegerField(help_text="Which attempt at this event it was.")
    at = serializers.DateTimeField()
    milliseconds = serializers.IntegerField()
    status = serializers.IntegerField(help_text="0: there was no answer.")
    error = serializers.CharField(allow_blank=True)
    delivered = serializers.BooleanField()


class DeliveryPage(serializers.Serializer[Any]):
    results = DeliveryAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class Replay(serializers.Serializer[Any]):
    since = serializers.DateTimeField(help_text="Everything since then that is still kept is told again, in order.")


class Replayed(serializers.Serializer[Any]):
    events = serializers.IntegerField(help_text="That are told again.")


WEBHOOK: dict[str, Any] = {
    "webhook_id": 3, "name": "CRM", "url": "https://crm.example/hooks/idportal", "types": ["profile.merged"],
    "state": "active", "disabled_why": "", "created_at": samples.AT, "failing_since": None,
}  # fmt: skip
DELIVERY = {
    "delivery_id": 41, "event_id": "evt_5f0c2a4f3a5d4e1f8a52d9f6a3f1c7de", "type": "webhook.test", "why": "test",
    "number": 1, "at": samples.AT, "milliseconds": 31, "status": 204, "error": "", "delivered": True,
}  # fmt: skip
WISH = {name: WEBHOOK[name] for name in ("name", "url", "types")}


@described(
    name="list_webhooks", tag="Webhooks", summary="List webhooks",
    answer=Answer(WebhookList, sample={"results": [WEBHOOK]}),
)  # fmt: skip
@endpoint("GET", may=MayAll)
def webhooks(request: Request) -> Response:
    """All there are, by name."""
    return Response({"results": [_shown(one) for one in all_webhooks()]})


@described(
    name="create_webhook", tag="Webhooks", summary="Make a webhook",
    answer=Answer(WebhookMade, sample=WEBHOOK | {"secret": "whsec_…"}, status=201), takes=Body(WebhookWish, WISH),
    problems={400: "The request makes no sense.", 422: "The name is taken, or the address is refused."},
)  # fmt: skip
@endpoint("POST", may=MayAll)
def create(request: Request) -> Response:
    """It is told what happens from now on. Addresses on private networks are refused. A key is not needed: a name
    makes one webhook."""
    try:
        made = managing.create_webhook(**asking.valid(WebhookWish, request))
    except ValidationError as error:
        raise Problem(status=422, reason="refused", detail=" ".join(error.messages)) from None
    return Response(_shown(made.webhook) | {"secret": made.secret}, status=201)


@described(
    name="read_webhook", tag="Webhooks", summary="Read one webhook",
    answer=Answer(WebhookWaiting, sample=WEBHOOK | {"waiting": 0}), problems=MISSING,
)  # fmt: skip
@endpoint("GET", may=MayAll)
def webhook(request: Request, webhook_id: str) -> Response:
    """With how much it has not been told yet."""
    found = _found(webhook_id)
    return Response(_shown(found) | {"waiting": waiting_for(found).count})


@described(
    name="list_deliveries", tag="Webhooks", summary="List what was delivered",
    answer=Answer(DeliveryPage, sample={"results": [DELIVERY], "next": None}),
    parameters=[flag("failed", "Only what failed."), AFTER, limit(MOST, USUAL)],
    problems=MISSING | {400: "A parameter makes no sense."},
)  # fmt: skip
@endpoint("GET", may=MayAll)
def deliveries(request: Request, webhook_id: str) -> Response:
    """Every attempt, newest first."""
    size, failed = asking.limit(request, most=MOST, usual=USUAL), asking.flag(request, "failed")
    (before,) = asking.after(request, NEWEST)
    found = attempts_page(_found(webhook_id), before=before, failed=failed, limit=size + 1)
    following = asking.cursor(found[size - 1].pk) if len(found) > size else None
    return Response({"results": [_attempt(one) for one in found[:size]], "next": following})


@described(
    name="test_webhook", tag="Webhooks", summary="Send a test",
    answer=Answer(DeliveryAnswer, sample=DELIVERY), problems=BUSY,
)  # fmt: skip
@endpoint("POST", may=MayAll)
@once
def test(request: Request, webhook_id: str) -> Response:
    """At once; the answer says what came of it."""
    return _sent(lambda found: managing.send_test(found), _found(webhook_id))


@described(
    name="replay_delivery", tag="Webhooks", summary="Tell one event again",
    answer=Answer(DeliveryAnswer, sample=DELIVERY | {"type": "profile.merged", "why": "replay", "number": 2}),
    problems=BUSY,
)  # fmt: skip
@endpoint("POST", may=MayAll)
@once
def replay_delivery(request: Request, webhook_id: str, delivery_id: str) -> Response:
    """At once, out of the order, with the id it always had."""
    found = _found(webhook_id)
    attempts = WebhookAttempt.objects.filter(webhook=found).select_related("event")
    attempt = attempts.filter(pk=asking.number(delivery_id)).first()
    if attempt is None:
        raise Problem(status=404, reason="not_found", detail="this webhook has no delivery with this number")
    event: WebhookEvent = attempt.event
    return _sent(lambda one: managing.replay(one, event), found)


@described(
    name="replay_webhook", tag="Webhooks", summary="Tell everything since a time again",
    answer=Answer(Replayed, sample={"events": 12}), takes=Body(Replay, {"since": samples.AT}), problems=BUSY,
)  # fmt: skip
@endpoint("POST", may=MayAll)
@once
def replay(request: Request, webhook_id: str) -> Response:
    """In order, in the background. A disabled webhook is enabled by it."""
    return Response({"events": managing.replay_from(_found(webhook_id), asking.valid(Replay, request)["since"])})


@described(
    name="disable_webhook", tag="Webhooks", summary="Switch a webhook off",
    answer=Answer(WebhookAnswer, sample=WEBHOOK | {"state": "disabled", "disabled_why": "person"}), problems=BUSY,
)  # fmt: skip
@endpoint("POST", may=MayAll)
@once
def disable(request: Request, webhook_id: str) -> Response:
    """What happens meanwhile is kept for it."""
    found = _found(webhook_id)
    managing.disable(found)
    return Response(_shown(_found(webhook_id)))


@described(
    name="enable_webhook", tag="Webhooks", summary="Switch a webhook on",
    answer=Answer(WebhookAnswer, sample=WEBHOOK), problems=BUSY,
)  # fmt: skip
@endpoint("POST", may=MayAll)
@once
def enable(request: Request, webhook_id: str) -> Response:
    """It goes on where it stood."""
    managing.enable(_found(webhook_id))
    return Response(_shown(_found(webhook_id)))


def _found(webhook_id: str) -> Webhook:
    found = Webhook.objects.filter(pk=asking.number(webhook_id)).first()
    if found is None:
        raise Problem(status=404, reason="not_found", detail="no webhook has this number")
    return found


def _sent(send: Any, found: Webhook) -> Response:
    try:
        return Response(_attempt(send(found)))
    except managing.Busy:
        detail = "something is being sent there just now: try again in a moment"
        raise Problem(status=409, reason="busy", detail=detail) from None


def _shown(one: Webhook) -> dict[str, Any]:
    return {
        "webhook_id": one.pk, "name": one.name, "url": one.url, "types": one.types, "state": one.state,
        "disabled_why": one.disabled_why, "created_at": one.created_at, "failing_since": one.failing_since,
    }  # fmt: skip


def _attempt(one: WebhookAttempt) -> dict[str, Any]:
    return {
        "delivery_id": one.pk, "event_id": f"evt_{one.event.event_id.hex}", "type": one.event.type, "why": one.why,
        "number": one.number, "at": one.at, "milliseconds": one.milliseconds, "status": one.status,
        "error": one.error, "delivered": one.delivered,
    }  # fmt: skip
