"""Takes a program's request to erase a person, gives what it would delete, carries it out once confirmed."""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ingest.announcement import announce_erasure
from profiles.api import answers, asking, samples
from profiles.api.clients import MayAll, MayErase
from profiles.api.endpoint import Answer, Body, described, endpoint
from profiles.api.idempotency import once
from profiles.api.problems import Problem
from profiles.identities import profile_of
from profiles.ids import public_id
from profiles.models import Erasure
from profiles.privacy import erasure as requests

PROBLEMS = {400: "The request makes no sense.", 404: "No request, or nobody, is known by this."}


class ErasureRequest(serializers.Serializer[Any]):
    kind = serializers.CharField(max_length=40)
    value = serializers.CharField(max_length=1000, trim_whitespace=False)
    others_too = serializers.BooleanField(
        default=False, help_text="Also events of other profiles that carry an identifier which names this person."
    )


class Confirmation(serializers.Serializer[Any]):
    confirm = serializers.CharField(max_length=20, help_text="The word ERASE.")


class ErasureAnswer(serializers.Serializer[Any]):
    erasure_id = serializers.IntegerField()
    profile_id = serializers.UUIDField()
    state = serializers.ChoiceField(Erasure.State.values)
    step = serializers.ChoiceField([*Erasure.Step.values, ""])
    counts = answers.AnyField(help_text="Of the dry run: what would be deleted.")
    certificate = answers.AnyField(help_text="Once it is done: times and counts, no personal data.")


SAMPLE = {
    "erasure_id": 7, "profile_id": samples.ADA, "state": "counted", "step": "",
    "counts": {"events": 240, "identifiers": 5, "staying": 1, "traits": 9}, "certificate": None,
}  # fmt: skip


@described(
    name="ask_erasure",
    tag="Privacy",
    summary="Ask for a person to be erased",
    answer=Answer(ErasureAnswer, sample=SAMPLE | {"state": "counting", "counts": {}}, status=202),
    takes=Body(ErasureRequest, {**samples.EMAIL, "others_too": False}),
    problems={
        **PROBLEMS,
        409: "There is an open request for this profile, or this key is at work.",
        422: "The key was used for another request.",
    },
)
@endpoint("POST", may=MayErase)
@once
def ask_erasure(request: Request) -> Response:
    """By any identifier. Nothing is deleted yet: read the request until it is `counted`, then confirm it."""
    said = asking.valid(ErasureRequest, request)
    wanted = asking.identifier(said["kind"], said["value"])
    profile_id = profile_of(kind=wanted.kind, value=wanted.value)
    if profile_id is None:
        raise Problem(status=404, reason="not_found", detail="no profile holds this identifier")
    try:
        asked = requests.ask(profile_id=profile_id, author=asking.author(request), others_too=said["others_too"])
    except ValidationError as error:
        raise Problem(status=409, reason="open", detail=" ".join(error.messages)) from None
    announce_erasure()
    return Response(_shown(asked), status=202)


@described(
    name="read_erasure",
    tag="Privacy",
    summary="Read a request to erase, and its certificate",
    answer=Answer(ErasureAnswer, sample=SAMPLE),
    problems=PROBLEMS,
)
@endpoint("GET", may=MayErase)
def read_erasure(request: Request, erasure_id: str) -> Response:
    """How far it is; what it would delete; and what it has deleted."""
    return Response(_shown(_found(erasure_id)))


@described(
    name="confirm_erasure",
    tag="Privacy",
    summary="Confirm that a person is erased",
    answer=Answer(ErasureAnswer, sample=SAMPLE | {"state": "running", "step": "suppress"}, status=202),
    takes=Body(Confirmation, {"confirm": requests.CONFIRMATION}),
    problems={
        **PROBLEMS,
        409: "This key is at work.",
        422: "The word is not the one, or the request does not wait for it.",
    },
)
@endpoint("POST", may=MayAll)
@once
def confirm_erasure(request: Request, erasure_id: str) -> Response:
    """The second step; it takes the scope `admin`. There is no way back."""
    said = asking.valid(Confirmation, request)
    asked = _found(erasure_id)
    try:
        requests.confirm(asked, author=asking.author(request), typed=said["confirm"])
    except ValidationError as error:
        raise Problem(status=422, reason="refused", detail=" ".join(error.messages)) from None
    finally:
        announce_erasure()
    return Response(_shown(asked), status=202)


def _found(erasure_id: str) -> Erasure:
    found = Erasure.objects.filter(pk=asking.number(erasure_id)).first()
    if found is None:
        raise Problem(status=404, reason="not_found", detail="no erasure has this number")
    return found


def _shown(erasure: Erasure) -> dict[str, Any]:
    done = erasure.state == Erasure.State.DONE
    return {
        "erasure_id": erasure.pk,
        "profile_id": public_id(erasure.profile_id),
        "state": erasure.state,
        "step": erasure.step if erasure.state == Erasure.State.RUNNING else "",
        "counts": erasure.counts,
        "certificate": requests.certificate(erasure) if done else None,
    }
