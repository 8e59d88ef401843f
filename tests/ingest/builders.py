"""Events, records and deliveries that are valid by default; a test overrides what matters to it."""

import base64
import gzip
import hmac
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.test import Client

from ingest.landing import Landed, land
from ingest.models import RawEvent, Source
from ingest.records import read_record
from ingest.sources import NewSource, create_source
from lambdas.collect.envelope import make_envelope
from lambdas.transform.record import normalise_record

ADA, BEN = "ada@example.com", "ben@example.com"
RECEIVED_AT = datetime(2026, 11, 22, 23, 50, 50, 123456, tzinfo=UTC)


def event(**changes: Any) -> dict[str, Any]:
    """An event as the snippet posts it."""
    posted = {
        "type": "identify",
        "messageId": str(uuid.uuid4()),
        "anonymousId": "ada's phone",
        "traits": {"email": ADA, "plan": "pro"},
        "timestamp": "2026-11-22T23:50:00.000000Z",
        **changes,
    }
    return {key: value for key, value in posted.items() if value is not None}


def envelope(*events: Any, source: int | None = None, **changes: Any) -> dict[str, Any]:
    """What collect makes of a request with these events."""
    posted = events or (event(),)
    made = make_envelope(
        posted=posted,
        source_id=default_source().pk if source is None else source,
        region="DE",
        received_at=RECEIVED_AT,
        request_id="gateway-request",
        client={"ip": "203.0.113.0", "user_agent": "Mozilla/5.0 Firefox/140.0"},
        origin="https://shop.example",
    )
    return {**made, **changes}


def record(*events: Any, **changes: Any) -> bytes:
    """What the transformation makes of it: one record of a delivery."""
    return line(normalise_record(envelope(*events, **changes)))


def line(value: Any) -> bytes:
    return json.dumps(value).encode() + b"\n"


def default_source() -> Source:
    return Source.objects.get(is_default=True)


def a_source(name: str = "shop", **changes: Any) -> NewSource:
    return create_source(name=name, **changes)


def signature(secret: str, user_id: str) -> str:
    return hmac.new(secret.encode(), user_id.encode(), sha256).hexdigest()


def delivered(*records: bytes, request_id: str = "", origin: str = "firehose") -> Landed:
    """The records landed, without the endpoint before them."""
    read = [read_record(data) for data in records]
    return land(request_id=request_id or str(uuid.uuid4()), origin=origin, records=read, size=sum(map(len, records)))


def body_of(*records: bytes, request_id: str = "request-1", **changes: Any) -> dict[str, Any]:
    encoded = [{"data": base64.b64encode(data).decode()} for data in records or (record(),)]
    return {"requestId": request_id, "timestamp": 1578090901599, "records": encoded, **changes}


def headers(*, request_id: str = "request-1", changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """As Firehose sends them; None leaves one out."""
    sent: dict[str, str | None] = {
        "X-Amz-Firehose-Protocol-Version": "1.0",
        "X-Amz-Firehose-Request-Id": request_id,
        "X-Amz-Firehose-Source-Arn": settings.FIREHOSE_SOURCE_ARNS[0],
        "X-Amz-Firehose-Access-Key": settings.FIREHOSE_ACCESS_KEYS[0],
        **(changes or {}),
    }
    return {name: value for name, value in sent.items() if value is not None}


def post(
    body: bytes | dict[str, Any] | None = None,
    *,
    request_id: str = "request-1",
    zipped: bool = False,
    sent: Mapping[str, str | None] | None = None,
) -> Any:
    """A Firehose request to the delivery endpoint; `sent` are headers unlike Firehose's."""
    if body is None:
        body = body_of(request_id=request_id)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    zipping = {"Content-Encoding": "gzip"} if zipped else {}
    return Client().post(
        "/ingest/v1/deliveries",
        gzip.compress(data) if zipped else data,
        content_type="application/json",
        headers=headers(request_id=request_id, changes={**zipping, **(sent or {})}),
    )


def answer(response: Any) -> dict[str, Any]:
    """The answer's body, having checked what Firehose would refuse whatever the status."""
    assert response["Content-Type"] == "application/json"
    assert int(response["Content-Length"]) == len(response.content) <= 1 << 20
    assert "Content-Encoding" not in response
    assert response.status_code != 413
    said: dict[str, Any] = json.loads(response.content)
    assert isinstance(said["requestId"], str)
    assert type(said["timestamp"]) is int
    wanted = {"requestId", "timestamp"} | (set() if response.status_code == 200 else {"errorMessage"})
    assert set(said) == wanted
    assert len(said.get("errorMessage", "")) <= 8192
    return said


def the_event() -> RawEvent:
    return RawEvent.objects.get()
