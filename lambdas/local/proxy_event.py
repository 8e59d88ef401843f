"""Takes an HTTP request, gives the proxy event (payload format 2.0) that API Gateway would make of it; takes the
function's result, gives the HTTP response."""

import base64
import json
import secrets
import time
from typing import Any
from urllib.parse import parse_qsl

from lambdas.local.server import HttpRequest, HttpResponse

HOST = "local.execute-api"
CORS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "retry-after",
}
PREFLIGHT = {
    **CORS,
    "access-control-allow-methods": "POST,OPTIONS",
    "access-control-allow-headers": "authorization,content-type",
    "access-control-max-age": "86400",
}


def proxy_event(request: HttpRequest, *, route: str) -> dict[str, Any]:
    """Header names in lower case, repeated headers and query values joined by commas; the body as text or base64,
    as the content type says."""
    now = time.time()
    headers = _headers(request)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": HOST,
            "domainPrefix": "local",
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": secrets.token_urlsafe(11) + "=",
            "routeKey": route,
            "stage": "$default",
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
            "timeEpoch": int(now * 1000),
        },
        **_body(request, headers),
    }
    if request.query:
        event["queryStringParameters"] = _joined(parse_qsl(request.query, keep_blank_values=True))
    if "cookie" in headers:
        event["cookies"] = headers.pop("cookie").split("; ")
    return event


def http_response(result: Any, *, cross_origin: bool) -> HttpResponse:
    """What API Gateway makes of a function's result; its own CORS headers replace the function's."""
    if not isinstance(result, dict) or "statusCode" not in result:
        return HttpResponse(status=200, headers={"content-type": "application/json"}, body=json.dumps(result).encode())
    named = {name.lower(): str(value) for name, value in (result.get("headers") or {}).items()}
    headers = {name: value for name, value in named.items() if not name.startswith("access-control-")}
    headers.setdefault("content-type", "text/plain;charset=utf-8")
    body = result.get("body") or ""
    return HttpResponse(
        status=int(result["statusCode"]),
        headers={**headers, **(CORS if cross_origin else {})},
        body=base64.b64decode(body) if result.get("isBase64Encoded") else body.encode(),
    )


def _headers(request: HttpRequest) -> dict[str, str]:
    headers = _joined([(name.lower(), value) for name, value in request.headers])
    before = headers.get("x-forwarded-for")
    headers["x-forwarded-for"] = f"{before}, {request.ip}" if before else request.ip
    headers["x-forwarded-proto"] = "https"
    headers["x-forwarded-port"] = "443"
    return headers


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _body(request: HttpRequest, headers: dict[str, str]) -> dict[str, Any]:
    if not request.body:
        return {"isBase64Encoded": False}
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.startswith("text/") or kind == "application/json":
        return {"body": request.body.decode(errors="replace"), "isBase64Encoded": False}
    return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}
