"""Takes the registry token, gives the collect Lambda what it needs to know of the sources."""

import hashlib
import hmac

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ingest import sources


@require_safe
def registry(request: HttpRequest) -> HttpResponse:
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    proven = hmac.compare_digest(token.strip().encode("latin-1", "replace"), settings.REGISTRY_TOKEN.encode())
    if scheme.lower() != "bearer" or not settings.REGISTRY_TOKEN or not proven:
        headers = {"WWW-Authenticate": "Bearer"}
        return HttpResponse(b'{"error": "wrong token"}', status=401, content_type="application/json", headers=headers)
    content = orjson.dumps(sources.registry())
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if etag in [known.strip().removeprefix("W/") for known in request.headers.get("If-None-Match", "").split(",")]:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(content, content_type="application/json", headers=headers)
