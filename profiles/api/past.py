"""Takes a profile and a time, gives who we thought it was then."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api import answers
from profiles.api.endpoint import Answer, described, endpoint, text
from profiles.api.problems import Problem
from profiles.api.why import EITHER, ERASED, asked_profile, asked_text, canonical
from profiles.explaining.as_of import Then, as_of
from profiles.ids import public_ids
from profiles.moments import moment_of


@described(
    name="as_of",
    tag="Why",
    summary="Who did we think this was, at a time?",
    answer=Answer(answers.AsOfAnswer),
    parameters=[
        text("profile", EITHER, required=True, example="email:ada@example.com"),
        text("at", "A date, which stands for its end, or a time.", required=True, example="2026-05-03T12:00:00Z"),
    ],
    problems={400: "A parameter can't be read.", 404: "It leads to no profile.", 410: ERASED},
)
@endpoint("GET")
def profile_as_of(request: Request) -> Response:
    """Identifiers and golden record of that time.

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
    said = Response(
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
    return canonical(request, said, profile_id)


def _then(then: Then, ids: dict[int, str]) -> dict[str, Any]:
    return {
        "profile_id": ids[then.profile_id],
        "size": then.size,
        "identifiers": [{"kind": node.kind, "value": node.value} for node in then.nodes],
    }
