"""Takes nothing, gives how a delivery of a webhook stands in the API's description."""

from typing import Any

from drf_spectacular.utils import OpenApiWebhook

WORDS = """\
What happens to profiles is posted as JSON, in order, one at a time, at least once. Answer any 2xx within 15 seconds,
then do the work; note the ids you have had, as one may come twice. All else is tried again, after 5 seconds at first
and ten minutes at last, for a day; 410 switches the webhook off.

**Is it from us?** (In the manner of Standard Webhooks, so its libraries do.) The webhook's secret is `whsec_` and
base64: decode what follows `whsec_` for the key. Sign the bytes of `{webhook-id}.{webhook-timestamp}.{body}`, the
body as it came, with HMAC-SHA256; `v1,` and the base64 of that must be one of the signatures in `webhook-signature`,
which stand there with a space between. Refuse a timestamp more than five minutes from now.

No personal data is in it. It says when to look: to keep a copy, go on with the change feed from your `next` at each
delivery, and every few minutes besides.
"""
ID = "evt_5f0c2a4f3a5d4e1f8a52d9f6a3f1c7de"
ADA, BEN = "6f1d9c0e-2b7a-4c55-9d0e-3a1f5b8c7d21", "b04c1c9e-8f7e-4a31-a1fb-0d6a4be7f3aa"
BODY = {
    "id": ID, "type": "profile.merged", "occurred_at": "2026-01-31T12:00:00+00:00",
    "data": {"profile_id": ADA, "from_profile_id": BEN, "cause": "event"},
}  # fmt: skip
UUID = {"type": ["string", "null"], "format": "uuid"}
TYPES = {
    "profile.created": "a profile came to be",
    "profile.updated": "identifiers came to it or left it for another, or a trait of its golden record changed",
    "profile.merged": "all of `from_profile_id` went into `profile_id`",
    "profile.split": "`profile_id` came to be out of `from_profile_id`",
    "profile.erased": "the person was erased: the id answers 410 from then on",
    "webhook.test": "somebody asked for a test; `profile_id` is null",
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["id", "type", "occurred_at", "data"],
    "properties": {
        "id": {"type": "string", "description": "The same however often it is sent."},
        "type": {
            "type": "string", "enum": list(TYPES),
            "description": "; ".join(f"`{name}`: {words}" for name, words in TYPES.items()) + ".",
        },
        "occurred_at": {"type": "string", "format": "date-time"},
        "data": {
            "type": "object",
            "required": ["profile_id"],
            "properties": {
                "profile_id": UUID, "from_profile_id": UUID,
                "cause": {
                    "type": ["string", "null"], "description": "`event`, `decision`, `rule`, `erasure` or `test`.",
                },
            },
        },
    },
}  # fmt: skip


def _header(name: str, words: str, example: str) -> dict[str, Any]:
    return {
        "in": "header", "name": name, "required": True, "schema": {"type": "string"}, "description": words,
        "example": example,
    }  # fmt: skip


DELIVERY = OpenApiWebhook(
    name="delivery",
    decorator={
        "post": {
            "operationId": "delivery",
            "summary": "What happened to a profile",
            "description": WORDS,
            "parameters": [
                _header("webhook-id", "The `id` of the body.", ID),
                _header("webhook-timestamp", "When it was sent, in seconds since 1970.", "1767225600"),
                _header("webhook-signature", "One or several.", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
            ],
            "requestBody": {"content": {"application/json": {"schema": SCHEMA, "example": BODY}}},
            "responses": {"2XX": {"description": "Taken."}, "410": {"description": "Never send here again."}},
        }
    },
)
