"""Takes a function that answers a request, gives the endpoint: who may ask, how often, and how it is described."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
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

from profiles.api.answers import ProblemDetails
from profiles.api.clients import BearerToken, MayRead
from profiles.api.idempotency import LONGEST, TAKES_KEY
from profiles.api.limits import ClientLimit

View = Callable[..., Any]
Shape = type[serializers.BaseSerializer[Any]] | serializers.BaseSerializer[Any]
JSON = "application/json"
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


KEY = OpenApiParameter(
    "Idempotency-Key", {"type": "string", "maxLength": LONGEST}, OpenApiParameter.HEADER,
    description="Any text of your own, new for each write, for example a UUID: sent again with the same key within two "
    "days, it gets the same answer and does nothing twice. So send the same key when no answer came.",
)  # fmt: skip
RETRY_AFTER = OpenApiParameter(
    "Retry-After", int, OpenApiParameter.HEADER, response=[429], description="Ask again after so many seconds."
)
AFTER = text("after", "Where the page starts: `next` of the page before.")


def limit(most: int, usual: int) -> OpenApiParameter:
    kind = {"type": "integer", "minimum": 1, "maximum": most, "default": usual}
    return OpenApiParameter("limit", kind, description=f"Results a page, 1 to {most}.")


@dataclass(frozen=True)
class Body:
    """What is sent: its shape and an example."""

    shape: Shape
    example: object = None


@dataclass(frozen=True)
class Answer:
    """What comes back: its shape, an example, its status, and by status what may come instead, in words and shape."""

    shape: Shape | OpenApiTypes
    sample: object = None
    status: int = 200
    media: Sequence[str] = ()  # unless it is JSON
    also: Mapping[int, tuple[str, Shape]] = field(default_factory=dict)


def endpoint(method: str, *, may: type[BasePermission] = MayRead) -> Callable[[View], View]:
    """Who may ask, and how often; `described` stands above it."""

    def guarded(view: View) -> View:
        for guard in (
            throttle_classes([ClientLimit]),
            permission_classes([may]),
            authentication_classes([BearerToken]),
            renderer_classes([JSONRenderer]),
        ):
            view = guard(view)
        made: View = api_view([method])(view)
        setattr(made, TAKES_KEY, getattr(view, TAKES_KEY, False))
        return made

    return guarded


def described(
    *,
    name: str,
    tag: str,
    summary: str,
    answer: Answer,
    takes: Body | None = None,
    parameters: Sequence[OpenApiParameter] = (),
    problems: Mapping[int, str] | None = None,
) -> Callable[[View], View]:
    """How the endpoint stands in the document; the docstring is its description."""

    def told(view: View) -> View:
        return extend_schema(
            operation_id=name,
            tags=[tag],
            summary=summary,
            description=view.__doc__,
            request=takes and takes.shape,
            parameters=[*parameters, RETRY_AFTER, *([KEY] if getattr(view, TAKES_KEY, False) else [])],
            responses={
                **{(answer.status, media): answer.shape for media in answer.media or [JSON]},
                **_others(answer),
                **_problems(problems or {}),
            },
            examples=_examples(answer, takes),
        )(view)

    return told


def _examples(answer: Answer, takes: Body | None) -> list[OpenApiExample]:
    examples = []
    if answer.sample is not None:
        status = [str(answer.status)]
        examples.append(OpenApiExample("answer", value=answer.sample, response_only=True, status_codes=status))
    if takes and takes.example is not None:
        examples.append(OpenApiExample("request", value=takes.example, request_only=True))
    return examples


def _others(answer: Answer) -> dict[int, Any]:
    return {code: OpenApiResponse(shape, description=words) for code, (words, shape) in answer.also.items()}


def _problems(own: Mapping[int, str]) -> dict[tuple[int, str], Any]:
    return {
        (code, "application/problem+json"): OpenApiResponse(ProblemDetails, description=words)
        for code, words in sorted({**ALWAYS, **own}.items())
    }
