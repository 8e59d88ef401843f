"""Takes a function that answers a request, gives the endpoint: who may ask, how often, and how it is described."""

from collections.abc import Callable, Sequence
from typing import Any

from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import (
    api_view,
    authentication_classes,
    permission_classes,
    renderer_classes,
    throttle_classes,
)
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api.answers import ProblemDetails
from profiles.api.clients import BearerToken, MayRead
from profiles.api.limits import ClientLimit

View = Callable[..., Any]
Shape = type[serializers.BaseSerializer[Any]] | serializers.BaseSerializer[Any]
PROBLEM = {"application/problem+json": ProblemDetails}
ALWAYS = {401: "No valid token.", 403: "The token lacks the scope.", 429: "Too many requests this minute."}


def text(
    name: str, words: str, *, required: bool = False, enum: Sequence[str] | None = None, example: str = ""
) -> OpenApiParameter:
    examples = [OpenApiExample(name, value=example)] if example else None
    return OpenApiParameter(name, str, required=required, description=words, enum=enum, examples=examples)


def flag(name: str, words: str) -> OpenApiParameter:
    return OpenApiParameter(name, bool, description=words)


def moment(name: str, words: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.DATETIME, description=words)


AFTER = text("after", "Where the page starts: `next` of the page before.")


def limit(most: int, usual: int) -> OpenApiParameter:
    kind = {"type": "integer", "minimum": 1, "maximum": most, "default": usual}
    return OpenApiParameter("limit", kind, description=f"Results a page, 1 to {most}.")


def endpoint(
    method: str,
    *,
    name: str,
    tag: str,
    summary: str,
    answer: Shape,
    may: type[BasePermission] = MayRead,
    takes: Shape | None = None,
    parameters: Sequence[OpenApiParameter] = (),
    sample: object = None,
    posted: object = None,
    problems: dict[int, str] | None = None,
    status: int = 200,
    also: dict[int, tuple[str, Shape]] | None = None,
) -> Callable[[View], View]:
    """`sample` and `posted` are examples of the answer and of what is sent. The docstring is the description."""

    def described(view: View) -> View:
        examples = []
        if sample is not None:
            examples.append(OpenApiExample("answer", value=sample, response_only=True, status_codes=[str(status)]))
        if posted is not None:
            examples.append(OpenApiExample("request", value=posted, request_only=True))
        told = extend_schema(
            operation_id=name,
            tags=[tag],
            summary=summary,
            description=view.__doc__,
            request=takes,
            parameters=list(parameters),
            responses={status: answer, **_others(also), **_problems(problems or {})},
            examples=examples,
        )
        made = api_view([method])(
            renderer_classes([JSONRenderer])(
                authentication_classes([BearerToken])(permission_classes([may])(throttle_classes([ClientLimit])(view)))
            )
        )
        return csrf_exempt(told(made))

    return described


def _others(also: dict[int, tuple[str, Shape]] | None) -> dict[int, Any]:
    from drf_spectacular.utils import OpenApiResponse

    return {code: OpenApiResponse(shape, description=words) for code, (words, shape) in (also or {}).items()}


def _problems(own: dict[int, str]) -> dict[tuple[int, str], Any]:
    from drf_spectacular.utils import OpenApiResponse

    return {
        (code, "application/problem+json"): OpenApiResponse(ProblemDetails, description=words)
        for code, words in sorted({**ALWAYS, **own}.items())
    }


__all__ = ["AFTER", "Request", "Response", "endpoint", "flag", "limit", "moment", "text"]
