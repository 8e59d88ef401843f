"""Takes events of a trusted program, gives what became of each; and who somebody is, within the request."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ingest.posting import Fate, post_events, source_named
from profiles.api import answers, samples
from profiles.api.clients import MaySendEvents
from profiles.api.endpoint import Answer, Body, described, endpoint
from profiles.api.idempotency import once
from profiles.api.problems import Problem
from profiles.identities import profile_of
from profiles.ids import public_id
from profiles.models import ApiClient, ParkedDelivery
from profiles.resolution import resolve_until

MOST = 1_000
PATIENCE = 10.0
EVENT = {"type": "identify", "userId": "user-1815", "traits": {"email": "ada@example.com", "city": "London"}}


class Events(serializers.Serializer[Any]):
    events = serializers.ListField(
        child=answers.ObjectField(), min_length=1, max_length=MOST, help_text="Each as `identify` takes one."
    )


class AnyEvent(serializers.Serializer[Any]):
    """As the snippet posts it, with further fields."""

    type = serializers.CharField(
        required=False,
        help_text="`identify` (who somebody is), `track` (what, in `event`), `page`, `alias`.",
    )
    userId = serializers.CharField(  # noqa: N815 - as events have it
        required=False, help_text="Your own id of a person; an identifier of the kind `user_id`."
    )
    anonymousId = serializers.CharField(  # noqa: N815
        required=False, help_text="Of a browser or device; an identifier of the kind `anonymous_id`."
    )
    identifiers = answers.ObjectField(
        required=False,
        help_text='More of this person, by kind: `{"email": "ada@example.com", "card": "4711"}`.',
    )
    traits = answers.ObjectField(
        required=False, help_text="What is known of the person; `email` and `phone` in it are identifiers, too."
    )
    timestamp = serializers.CharField(required=False, help_text="When it happened, ISO 8601; else now.")
    messageId = serializers.CharField(  # noqa: N815
        required=False, help_text="Your own id of this event: however often it is sent, it lands once."
    )


class EventFate(serializers.Serializer[Any]):
    status = serializers.ChoiceField(["landed", "duplicate", "rejected"])
    message_id = serializers.CharField(allow_null=True)
    event_id = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    detail = serializers.CharField(allow_null=True)


class EventFates(serializers.Serializer[Any]):
    results = EventFate(many=True)


class Identified(EventFate):
    profile_id = serializers.UUIDField(allow_null=True)
    pending = serializers.BooleanField()


@described(
    name="send_events",
    tag="Write",
    summary="Send events, up to 1,000 in one call",
    answer=Answer(
        EventFates,
        sample={
            "results": [
                {"status": "landed", "message_id": "sha256:9f…", "event_id": 1048576, "reason": None, "detail": None}
            ]
        },
    ),
    takes=Body(Events, {"events": [EVENT]}),
    problems={
        400: "The request makes no sense.",
        409: "The first request with this key is still at work.",
        422: "The Idempotency-Key was used for another request.",
    },
)
@endpoint("POST", may=MaySendEvents)
@once
def events(request: Request) -> Response:
    """As the snippet posts them; they are trusted, and of a source named after the client. There is an answer for each,
    in order. They are resolved within seconds: to have the profile at once, use `identify`."""
    asked = Events(data=request.data)
    asked.is_valid(raise_exception=True)
    posted = post_events(asked.validated_data["events"], source=source_named(_source(request)))
    return Response({"results": [_fate(fate) for fate in posted.fates]})


@described(
    name="identify",
    tag="Write",
    summary="Send one event and get its profile at once",
    answer=Answer(
        Identified,
        sample={
            "status": "landed",
            "message_id": "sha256:9f…",
            "event_id": 1048576,
            "reason": None,
            "detail": None,
            "profile_id": samples.ADA,
            "pending": False,
        },
        also={
            202: (
                "It has landed, and the engine is at work for longer than a request waits: ask again with look-up.",
                Identified,
            )
        },
    ),
    takes=Body(AnyEvent, EVENT),
    problems={
        400: "The event can't be taken.",
        409: "The first request with this key is still at work.",
        422: "The Idempotency-Key was used for another request.",
    },
)
@endpoint("POST", may=MaySendEvents)
@once
def identify(request: Request) -> Response:
    """The event is resolved within the request, and the answer names the profile that holds its identifiers now."""
    if not isinstance(request.data, dict):
        raise Problem(status=400, reason="invalid", detail="an event is an object")
    posted = post_events([request.data], source=source_named(_source(request)))
    (fate,) = posted.fates
    if fate.status == "rejected":
        raise Problem(status=400, reason=fate.reason or "rejected", detail=fate.detail or "the event can't be taken")
    resolved = resolve_until(posted.delivery_id, seconds=PATIENCE)
    pending = not resolved or ParkedDelivery.objects.filter(delivery_id=posted.delivery_id, released_at=None).exists()
    profile_id = next(filter(None, (profile_of(kind=kind, value=value) for kind, value in fate.identifiers)), None)
    said = {**_fate(fate), "profile_id": public_id(profile_id) if profile_id else None, "pending": pending}
    return Response(said, status=202 if pending else 200)


def _source(request: Request) -> str:
    assert isinstance(request.auth, ApiClient)  # noqa: S101 - the permission asked for it
    return f"API: {request.auth.name}"[:100]


def _fate(fate: Fate) -> dict[str, Any]:
    return {
        "status": fate.status,
        "message_id": fate.message_id,
        "event_id": fate.event_id,
        "reason": fate.reason,
        "detail": fate.detail,
    }
