"""Takes a profile and a time, gives who we thought it was then."""

from typing import Any

from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api.clients import BearerToken, MayRead
from profiles.api.problems import Problem
from profiles.api.why import asked_profile, asked_text
from profiles.as_of import Then, as_of
from profiles.ids import public_ids
from profiles.moments import moment_of


@api_view(["GET"])
@authentication_classes([BearerToken])
@permission_classes([MayRead])
def profile_as_of(request: Request) -> Response:
    """`?profile=…` (a profile id or kind:value) `&at=2026-05-03T12:00Z` → identifiers and golden record of that time.

    A date stands for its end. At most 100 identifiers of each profile are listed; `size` counts them all.
    """
    profile_id = asked_profile(request, "profile")
    at = moment_of(asked_text(request, "at"))
    if at is None:
        detail = "at is no time: write it like 2026-05-03 or 2026-05-03T12:00:00Z"
        raise Problem(status=400, reason="not_a_time", detail=detail)
    found = as_of(profile_id, at)
    thens = [*([found.profile] if found.profile else []), *found.others]
    ids = public_ids({profile_id, *(then.profile_id for then in thens)})
    return Response(
        {
            "profile_id": ids[profile_id],
            "at": at,
            "resolved_until": found.cut,
            "profile_then": _then(found.profile, ids) if found.profile else None,
            "others_then": [_then(other, ids) for other in found.others],
            "arrived_later": found.later_size,
            "golden_record": {trait.name: trait.value for trait in found.record},
            "complete": found.whole and not found.more_others,
        }
    )


def _then(then: Then, ids: dict[int, str]) -> dict[str, Any]:
    return {
        "profile_id": ids[then.profile_id],
        "size": then.size,
        "identifiers": [{"kind": node.kind, "value": node.value} for node in then.nodes],
    }
