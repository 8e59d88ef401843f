"""Takes an error of the API, gives it as application/problem+json (RFC 9457)."""

import logging
import traceback
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.exceptions import PermissionDenied as NoPermission
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"


class Problem(APIException):
    """An error with a reason word that programs can rely on."""

    def __init__(self, *, status: int, reason: str, detail: str) -> None:
        super().__init__(detail, reason)
        self.status_code = status


class ProblemRenderer(JSONRenderer):
    media_type = MEDIA_TYPE


def as_problem(error: Exception, context: dict[str, Any]) -> Response:
    error = _known(error)
    response = exception_handler(error, context)
    if response is None or not isinstance(error, APIException):
        return _broken(error)
    codes = error.get_codes()
    response.data = body(
        response.status_code, reason=codes if isinstance(codes, str) else "invalid", detail=_detail(error)
    )
    if isinstance(error, ValidationError) and isinstance(error.detail, dict):
        response.data["errors"] = [{"field": name, "detail": _flat(told)} for name, told in error.detail.items()]
    response.content_type = MEDIA_TYPE
    return response


def body(status: int, *, reason: str, detail: str) -> dict[str, Any]:
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "reason": reason,
        "detail": detail,
    }


def problem(status: int, *, reason: str, detail: str) -> HttpResponse:
    """The same for a view that isn't one of the framework's."""
    return JsonResponse(body(status, reason=reason, detail=detail), status=status, content_type=MEDIA_TYPE)


@csrf_exempt
def unknown(request: HttpRequest, rest: str = "") -> HttpResponse:
    """No endpoint has this address. One without the slash at its end is led to the one with it."""
    if not request.path.endswith("/"):
        try:
            if resolve(f"{request.path}/").url_name != "api_unknown":
                query = request.META.get("QUERY_STRING", "")
                return HttpResponsePermanentRedirect(
                    f"{request.path}/" + (f"?{query}" if query else ""), preserve_request=True
                )
        except Resolver404:
            pass
    return problem(404, reason="not_found", detail="no endpoint has this address: see /api/v1/openapi.json")


def _known(error: Exception) -> Exception:
    if isinstance(error, Http404):
        return NotFound()
    return NoPermission() if isinstance(error, PermissionDenied) else error


def _broken(error: Exception) -> Response:
    """Something broke on our side. Its text may hold personal data; where it came from does not."""
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("the API could not answer: %s\n%s", type(error).__name__, where)
    set_rollback()
    said = body(500, reason="error", detail="something broke on our side: please try again")
    return Response(said, status=500, content_type=MEDIA_TYPE)


def _detail(error: APIException) -> str:
    if isinstance(error.detail, dict):
        return "; ".join(f"{name}: {_flat(told)}" for name, told in error.detail.items())
    return _flat(error.detail)


def _flat(told: Any) -> str:
    if isinstance(told, dict):
        return "; ".join(f"{name}: {_flat(one)}" for name, one in told.items())
    return "; ".join(filter(None, map(_flat, told))) if isinstance(told, list) else str(told)
