"""Takes an error of the API, gives it as application/problem+json (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler


class Problem(APIException):
    """An error with a reason word that programs can rely on."""

    def __init__(self, *, status: int, reason: str, detail: str) -> None:
        super().__init__(detail, reason)
        self.status_code = status


class ProblemRenderer(JSONRenderer):
    media_type = "application/problem+json"


def as_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    response = exception_handler(error, context)
    if response is None or not isinstance(error, APIException):
        return response
    codes = error.get_codes()
    response.data = {
        "type": "about:blank",
        "title": HTTPStatus(response.status_code).phrase,
        "status": response.status_code,
        "reason": codes if isinstance(codes, str) else "invalid",
        "detail": str(error.detail),
    }
    response.content_type = ProblemRenderer.media_type
    return response
