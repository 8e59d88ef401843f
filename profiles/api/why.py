"""Takes two identifiers, two profiles or one, gives why they are one, why they are two, how it was built."""

from typing import Any

from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from lambdas.transform.normalise import Unusable
from profiles.api import answers, asking
from profiles.api.endpoint import Answer, described, endpoint, text
from profiles.api.problems import Problem
from profiles.explaining.apart import HeldAcross, why_apart
from profiles.explaining.asked import identifier_asked, profile_asked
from profiles.explaining.evidence import SeenEvent
from profiles.explaining.nodes import Node
from profiles.explaining.together import STEPS, Step, how_built, why_together
from profiles.ids import profile_id_from, public_id
from profiles.privacy.erased import erased

MOST_STEPS = 500
EITHER = "A profile id, or an identifier as kind:value."
ERASED = "The person behind this id was erased."


@described(
    name="why_together",
    tag="Why",
    summary="Why are two identifiers one person?",
    answer=Answer(answers.TogetherAnswer),
    parameters=[
        text("a", "An identifier as kind:value.", required=True, example="email:ada@example.com"),
        text("b", "An identifier as kind:value.", required=True, example="phone:+442079460958"),
    ],
    problems={400: "An identifier can't be read.", 404: "Unknown, or not in one profile."},
)
@endpoint("GET")
def together(request: Request) -> Response:
    """The strongest path from one to the other, step by step."""
    a_id, b_id = _identifier(request, "a"), _identifier(request, "b")
    found = why_together(a_id, b_id)
    if found is None:
        detail = "these two are in different profiles: ask /api/v1/why-not/ why"
        raise Problem(status=404, reason="not_together", detail=detail)
    return Response(
        {
            "profile_id": public_id(found.profile_id),
            "a": _node(found.a),
            "b": _node(found.b),
            "summary": found.summary,
            "steps": [_step(step) for step in found.steps],
            "weakest_step": found.weakest,
            "closing": found.closing,
            "complete": not (found.capped or found.left_out),
        }
    )


@described(
    name="why_not",
    tag="Why",
    summary="Why are two profiles not one?",
    answer=Answer(answers.ApartAnswer),
    parameters=[
        text("a", EITHER, required=True, example="email:ada@example.com"),
        text("b", EITHER, required=True, example="email:ben@example.com"),
    ],
    problems={400: "An identifier can't be read.", 404: "It leads to no profile.", 410: ERASED},
)
@endpoint("GET")
def apart(request: Request) -> Response:
    """What keeps the two profiles apart."""
    p, q = asked_profile(request, "a"), asked_profile(request, "b")
    found = why_apart(p, q)
    return Response(
        {
            "a": public_id(p),
            "b": public_id(q),
            "together": found.together,
            "verdict": found.verdict,
            "reasons": [{"reason": reason.kind, "words": reason.words} for reason in found.reasons],
            "decisions": [
                {
                    "decision_id": one.decision_id, "action": one.action, "author": one.author, "at": one.at,
                    "reason": one.reason, "words": one.words,
                }
                for one in found.decisions
            ],
            "held_links": [_held(link) for link in found.links],
            "limits": [
                {"kind": one.kind, "limit": one.limit, "in_a": one.in_p, "in_b": one.in_q, "words": one.words}
                for one in found.limits
            ],
            "shared": [{**_node(one.node), "words": one.words} for one in found.shared],
            "likeness": found.likeness
            and {
                "probability": found.likeness.probability, "match_weight": found.likeness.match_weight,
                "parts": found.likeness.parts, "words": found.likeness.words,
            },
            "complete": not (found.capped or found.more_links),
        }
    )  # fmt: skip


@described(
    name="how_built",
    tag="Why",
    summary="How was a profile built, step by step?",
    answer=Answer(answers.BuiltAnswer),
    parameters=[
        text("profile", EITHER, required=True, example="email:ada@example.com"),
        text("start", "The number of steps to pass over."),
        text("limit", "How many steps, at most 500."),
    ],
    problems={400: "An identifier can't be read.", 404: "It leads to no profile.", 410: ERASED},
)
@endpoint("GET")
def built(request: Request) -> Response:
    """The steps that made it, strongest first."""
    profile_id = asked_profile(request, "profile")
    found = how_built(profile_id, start=_number(request, "start", 0), limit=_number(request, "limit", STEPS))
    said = Response(
        {
            "profile_id": public_id(profile_id),
            "summary": found.summary,
            "identifiers": found.identifiers,
            "joined": found.joined,
            "joined_by": {"decisions": found.decided, "vouched_links": found.vouched, "public_links": found.public},
            "confirming": found.confirming,
            "steps": [_step(step) | {"joins": list(step.sizes), "joining": step.joining} for step in found.steps],
            "next": found.next,
            "complete": not found.capped,
        }
    )  # fmt: skip
    return canonical(request, said, profile_id)


def _step(step: Step) -> dict[str, Any]:
    said = step.said
    return {
        "number": step.number,
        "a": _node(step.a),
        "b": _node(step.b),
        "how": "assertion" if said else "link",
        "vouched": step.vouched,
        "words": step.words,
        "nothing_else_connects_its_sides": step.only,
        "decision": said
        and {"decision_id": said.decision_id, "author": said.author, "at": said.at, "reason": said.reason},
        "first": _event(step.first),
        "last": _event(step.last),
    }


def _held(link: HeldAcross) -> dict[str, Any]:
    return {
        "a": _node(link.p), "b": _node(link.q), "held": link.held, "words": link.words, "vouched": link.vouched,
        "first": _event(link.first), "last": _event(link.last),
    }  # fmt: skip


def _node(node: Node) -> dict[str, str]:
    return {"kind": node.kind, "value": node.value}


def _event(event: SeenEvent | None) -> dict[str, Any] | None:
    """`event_id` is null for an event that is no longer kept."""
    if event is None:
        return None
    if event.event_id is None:
        return {"event_id": None, "time": event.time}
    return {
        "event_id": event.event_id, "time": event.time, "source": event.source, "trusted": event.trusted,
        "type": event.type, "name": event.name,
    }  # fmt: skip


def _identifier(request: Request, name: str) -> int:
    text = asked_text(request, name)
    try:
        found = identifier_asked(text)
    except Unusable as error:
        raise _unusable(name, error) from None
    return _known(found, f"no profile holds {name}")


def asked_profile(request: Request, name: str) -> int:
    text = asked_text(request, name)
    try:
        found = profile_asked(text)
    except Unusable as error:
        raise _unusable(name, error) from None
    if found is None and (number := profile_id_from(text.strip())) and erased(number):
        raise asking.gone()
    return _known(found, f"{name} leads to no profile")


def canonical(request: Request, response: Response, profile_id: int) -> Response:
    """Says whether the id that was asked for was merged away, and into which."""
    asked = profile_id_from(asked_text(request, "profile").strip())
    response.data["merged"] = asked is not None and asked != profile_id
    if response.data["merged"]:
        response["Link"] = f'<{reverse("api_profile", args=[public_id(profile_id)])}>; rel="canonical"'
    return response


def asked_text(request: Request, name: str) -> str:
    text: str = request.query_params.get(name, "").replace("\0", "")
    if not text:
        raise Problem(status=400, reason="incomplete", detail=f"{name} is needed")
    return text


def _number(request: Request, name: str, otherwise: int) -> int:
    text = request.query_params.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return otherwise
    return min(int(text), MOST_STEPS) if name == "limit" else int(text)


def _known(found: int | None, detail: str) -> int:
    if found is None:
        raise Problem(status=404, reason="not_found", detail=detail)
    return found


def _unusable(name: str, error: Unusable) -> Problem:
    detail = f"{name} can't be used: {error.reason}; write it as kind:value, like email:ann@example.com"
    return Problem(status=400, reason=error.reason, detail=detail)
