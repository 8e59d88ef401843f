"""Takes an identifier in any notation, gives the profile that holds it, with all its identifiers."""

from typing import Any

from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from lambdas.transform.normalise import Unusable, normalise_identifier
from profiles.api.clients import BearerToken, MayRead
from profiles.api.problems import Problem
from profiles.identities import members_of, profile_of
from profiles.ids import public_id

MOST_IDENTIFIERS = 10_000


@api_view(["GET"])
@authentication_classes([BearerToken])
@permission_classes([MayRead])
def identities(request: Request) -> Response:
    """`?kind=email&value=…` → profile id and identifiers, strongest first."""
    kind, value = request.query_params.get("kind", ""), request.query_params.get("value", "")
    if not kind or not value:
        raise Problem(status=400, reason="incomplete", detail="both kind and value are needed")
    try:
        wanted = normalise_identifier(kind, value)
    except Unusable as error:
        detail = f"this can't be a value of {error.kind}: {error.reason}"
        raise Problem(status=400, reason=error.reason, detail=detail) from None
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
