"""Takes the endpoints, gives their description as OpenAPI 3.1."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from profiles.api import introduction

ADDRESS = "/api/v1/openapi.json"


class ApiSchema(AutoSchema):
    """Every endpoint asks for a token, and says of which scope."""

    def get_auth(self) -> list[dict[str, list[str]]]:
        asked = getattr(self.view, "permission_classes", [])
        return [{"token": [str(may.scope) for may in asked if hasattr(may, "scope")]}]


def description() -> dict[str, Any]:
    """Made anew: the addresses and shapes are code, so it costs a moment and is always true."""
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    document["info"]["description"] = introduction.TEXT
    return document


@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """Open to all: it holds no data."""
    answer = JsonResponse(document(), json_dumps_params={"indent": 1})
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


_made: list[dict[str, Any]] = []


def document() -> dict[str, Any]:
    """The description, made once."""
    if not _made:
        _made.append(description())
    return _made[0]
