"""Takes an API Gateway proxy event (payload format 2.0 or 1.0), gives a request; and the proxy result of an answer."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lambdas import strict_json
from lambdas.collect.refusal import Refused

MAX_BODY = 512 * 1024

# The gateway answers preflights and adds these headers itself where CORS is configured there; it ignores ours then.
# Retry-After can only be read by a page that is told so.
_CORS = {
    "access-control-allow-methods": "POST, OPTIONS",
    "access-control-allow-headers": "authorization, content-type",
    "access-control-expose-headers": "retry-after",
    "access-control-max-age": "86400",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What collect needs of a request; header names in lower case."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: str
    is_base64: bool
    request_id: str
    ip: str
    received_at: datetime

    def body_bytes(self) -> bytes:
        """The body as sent, or Refused when it is larger than MAX_BODY."""
        if len(self.body) > (MAX_BODY * 4 // 3 + 4 if self.is_base64 else MAX_BODY):
            raise _too_large()
        data = self._decoded() if self.is_base64 else self.body.encode(errors="replace")
        if len(data) > MAX_BODY:
            raise _too_large()
        return data

    def _decoded(self) -> bytes:
        try:
            return base64.b64decode(self.body)
        except (binascii.Error, ValueError):
            raise Refused(400, "not_json", "The body can't be decoded.") from None


def read_request(event: Mapping[str, Any]) -> Request:
    context = event.get("requestContext") or {}
    http = context.get("http") or {"method": event.get("httpMethod"), **(context.get("identity") or {})}
    headers = event.get("headers") or {}
    return Request(
        method=str(http.get("method") or ""),
        headers={name.lower(): str(value) for name, value in headers.items()},
        query=event.get("queryStringParameters") or {},
        body=event.get("body") or "",
        is_base64=bool(event.get("isBase64Encoded")),
        request_id=str(context.get("requestId") or ""),
        ip=str(http.get("sourceIp") or ""),
        received_at=_received_at(context),
    )


def answer(
    request: Request, status: int, body: Mapping[str, Any] | None = None, *, retry_after: int = 0
) -> dict[str, Any]:
    """The proxy result, readable by the page that sent the request."""
    headers = {"cache-control": "no-store"}
    if body is not None:
        headers["content-type"] = "application/json"
    if retry_after:
        headers["retry-after"] = str(retry_after)
    if "origin" in request.headers:
        headers |= {"access-control-allow-origin": request.headers["origin"], "vary": "origin", **_CORS}
    return {
        "statusCode": status,
        "headers": headers,
        "body": "" if body is None else strict_json.dump(body).decode(),
        "isBase64Encoded": False,
    }


def _received_at(context: Mapping[str, Any]) -> datetime:
    """The gateway's own stamp, which a cold start doesn't delay."""
    stamp = context.get("timeEpoch", context.get("requestTimeEpoch"))
    return datetime.fromtimestamp(stamp / 1000, UTC) if isinstance(stamp, int) else datetime.now(UTC)


def _too_large() -> Refused:
    return Refused(413, "too_large", f"The body is larger than {MAX_BODY} bytes; send fewer events at a time.")
