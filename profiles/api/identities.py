"""Takes an identifier in any notation, gives the profile that holds it, with all its identifiers."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api import answers, asking, samples
from profiles.api.endpoint import Answer, described, endpoint, text
from profiles.api.problems import Problem
from profiles.identities import members_of, profile_of
from profiles.ids import public_id

MOST_IDENTIFIERS = 10_000


@described(
    name="read_identity",
    tag="Look-up",
    summary="Who is this, with all identifiers?",
    answer=Answer(answers.IdentityAnswer, sample=samples.IDENTITY),
    parameters=[
        text("kind", "The kind of the identifier.", required=True, example="email"),
        text("value", "Its value, in any notation.", required=True, example="Ada@Example.com"),
    ],
    problems={400: "The value can't be one of its kind, or something is missing.", 404: "No profile holds it."},
)
@endpoint("GET")
def identities(request: Request) -> Response:
    """The profile that holds an identifier, and all its identifiers, strongest first."""
    kind, value = request.query_params.get("kind", ""), request.query_params.get("value", "")
    if not kind or not value:
        raise Problem(status=400, reason="incomplete", detail="both kind and value are needed")
    wanted = asking.identifier(kind, value)
    profile_id = profile_of(kind=wanted.kind, value=wanted.value)
    if profile_id is None:
        raise Problem(status=404, reason="not_found", detail="no profile holds this identifier")
    return Response({"kind": wanted.kind, "value": wanted.value, **_profile(profile_id)})


def _profile(profile_id: int) -> dict[str, Any]:
    members = members_of([profile_id], limit=MOST_IDENTIFIERS)
    return {
        "profile_id": public_id(profile_id),
        "identifiers": [{"kind": member.kind, "value": member.value} for member in members],
    }
