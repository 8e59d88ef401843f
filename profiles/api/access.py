"""Takes an identifier, gives everything held on the person behind it."""

import logging

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from profiles.api import asking
from profiles.api.clients import MayErase
from profiles.api.endpoint import Answer, described, endpoint, text
from profiles.api.problems import Problem
from profiles.identities import profile_of
from profiles.ids import public_id
from profiles.privacy.access import MEDIA_TYPE, person_answer

logger = logging.getLogger(__name__)


@described(
    name="export_person",
    tag="Privacy",
    summary="Export everything held on a person",
    answer=Answer(OpenApiTypes.BINARY, media=[MEDIA_TYPE]),
    parameters=[
        text("kind", "The kind of any identifier of the person.", required=True, example="email"),
        text("value", "Its value, in any notation.", required=True, example="Ada@Example.com"),
    ],
    problems={400: "The value can't be one of its kind, or something is missing.", 404: "Nothing is held."},
)
@endpoint("GET", may=MayErase)
def access(request: Request) -> StreamingHttpResponse:
    """A zip of JSON lines: identifiers, all values of traits, events as they were sent, links, history, decisions,
    rejected records. Its README says what is in which file."""
    kind, value = asking.text(request, "kind"), asking.text(request, "value")
    if not kind or not value:
        raise Problem(status=400, reason="incomplete", detail="both kind and value are needed")
    wanted = asking.identifier(kind, value)
    profile_id = profile_of(kind=wanted.kind, value=wanted.value)
    if profile_id is None:
        raise Problem(status=404, reason="not_found", detail="no profile holds this identifier: nothing is held")
    logger.info("everything held on %s was exported by %s", public_id(profile_id), request.auth)
    return person_answer(profile_id)
