"""Takes an API Gateway proxy event, gives its events to Firehose and an answer to the sender. 200 means Firehose has
all that was accepted."""

import os
import time
import traceback
from collections import Counter
from collections.abc import Mapping
from typing import Any

from lambdas import strict_json
from lambdas.collect.body import Posted, read_body
from lambdas.collect.envelope import make_envelope, pack
from lambdas.collect.firehose import make_firehose
from lambdas.collect.proxy import Request, answer, read_request
from lambdas.collect.refusal import Refused
from lambdas.collect.registry import Registry
from lambdas.collect.sources import Source, admit, credentials
from lambdas.collect.stream import Stream, Unavailable
from lambdas.log import log

RETRY_AFTER = 5


def make_stream(env: Mapping[str, str]) -> Stream:
    return Stream(client=make_firehose(env), name=env["FIREHOSE_STREAM"], seconds=float(env.get("PUT_SECONDS", "5")))


def make_registry(env: Mapping[str, str]) -> Registry:
    seconds = float(env.get("REGISTRY_SECONDS", "30"))
    return Registry(url=env["REGISTRY_URL"], token=env["REGISTRY_TOKEN"], seconds=seconds)


# Made at import: Lambda's init phase pays for it, not the first visitor.
STREAM = make_stream(os.environ)
REGISTRY = make_registry(os.environ)


def handler(event: Mapping[str, Any], _context: object = None) -> dict[str, Any]:
    started = time.monotonic()
    request = read_request(event)
    told: dict[str, Any] = {"hop": "collect", "request_id": request.request_id}
    try:
        result = _respond(request, told)
    except Refused as no:
        told["reason"] = no.reason
        body = {"message": no.message, "reason": no.reason, "accepted": 0}
        result = answer(request, no.status, body, retry_after=no.retry_after)
    except Exception as error:  # the exception's own text may hold personal data
        at = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        told |= {"reason": "internal", "error": type(error).__name__, "at": at}
        result = answer(request, 500, {"message": "Something went wrong here.", "reason": "internal", "accepted": 0})
    told |= {"status": result["statusCode"], "ms": round((time.monotonic() - started) * 1000, 1)}
    log(**told)
    return result


def _respond(request: Request, told: dict[str, Any]) -> dict[str, Any]:
    if request.method == "OPTIONS":
        return answer(request, 204)
    if request.method != "POST":
        raise Refused(405, "not_a_post", "Events are posted.")
    posted = read_body(request.body_bytes())
    source, authenticated = _admit(request, posted)
    told["source"] = source.id
    made = _envelope(request, posted, source, authenticated)
    rejected = [
        {"index": one["index"], "reason": one["reason"], "detail": one["detail"]} for one in made.pop("rejected", ())
    ]
    told |= {"accepted": len(made["events"]), "rejected": Counter(one["reason"] for one in rejected)}
    if not made["events"]:
        return answer(request, 400, _all_rejected(rejected))
    told["puts"] = _put(made)
    return answer(request, 200, _accepted(len(made["events"]), rejected))


def _admit(request: Request, posted: Posted) -> tuple[Source, bool]:
    stated = posted.write_key or request.query.get("writeKey") or request.query.get("w") or ""
    shown = credentials(authorization=request.headers.get("authorization", ""), stated_key=stated)
    origin = request.headers.get("origin", "")
    try:
        return admit(sources=REGISTRY.sources(), shown=shown, origin=origin)
    except Refused as no:
        if no.status == 503 or not REGISTRY.second_look():
            raise
        return admit(sources=REGISTRY.sources(), shown=shown, origin=origin)


def _envelope(request: Request, posted: Posted, source: Source, authenticated: bool) -> dict[str, Any]:
    client = source.client(ip=request.ip, user_agent=request.headers.get("user-agent", ""))
    return make_envelope(
        posted=posted.events,
        sent_at=posted.sent_at,
        source_id=source.id,
        region=source.region,
        received_at=request.received_at,
        request_id=request.request_id,
        authenticated=authenticated,
        client=strict_json.scrub(client),
        origin=strict_json.scrub(request.headers.get("origin", "")[:512]),
    )


def _put(made: dict[str, Any]) -> int:
    try:
        return STREAM.put(pack(made))
    except Unavailable as error:
        message = "The events could not be stored now; send them again."
        raise Refused(503, f"firehose_{error}", message, retry_after=RETRY_AFTER) from None


def _accepted(count: int, rejected: list[dict[str, Any]]) -> dict[str, Any]:
    message = f"{count} event{'' if count == 1 else 's'} accepted"
    return {"message": message, "accepted": count, **({"rejected": rejected} if rejected else {})}


def _all_rejected(rejected: list[dict[str, Any]]) -> dict[str, Any]:
    first = rejected[0]
    return {"message": first["detail"], "reason": first["reason"], "accepted": 0, "rejected": rejected}
