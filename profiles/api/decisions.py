"""Takes a program's word on identifiers or profiles, gives what came of it, or would come of it."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api import answers, asking, samples, shown
from profiles.api.clients import MayDecide
from profiles.api.endpoint import Answer, Body, described, endpoint
from profiles.api.idempotency import once
from profiles.api.problems import Problem
from profiles.deciding.decisions import (
    Decided,
    Named,
    decide_by_name,
    merge_profiles,
    named,
    seen_of,
    take_back,
    unmerge,
)
from profiles.deciding.effect import Shown
from profiles.deciding.preview import (
    DecisionPreview,
    preview_by_name,
    preview_merge,
    preview_unmerge,
    preview_withdrawal,
)
from profiles.ids import public_ids
from profiles.models import Decision

MOST = 10_000
STATUS = {"busy": 503}
REASON = {"required": False, "default": "", "max_length": 2000, "allow_blank": True}
PROBLEMS = {
    400: "The request makes no sense.", 404: "No profile ever had this id.", 422: "It can't be decided, and why.",
    410: "The person behind this id was erased.",
    409: "The first request with this key is still at work.", 503: "The engine is busy: try again in a moment.",
}  # fmt: skip


class Side(serializers.Serializer[Any]):
    kind = serializers.CharField(max_length=40)
    value = serializers.CharField(max_length=1000, trim_whitespace=False)


class Assertion(serializers.Serializer[Any]):
    a = Side()
    b = Side()
    reason = serializers.CharField(**REASON)  # type: ignore[arg-type]
    dry_run = serializers.BooleanField(default=False)


class Separation(serializers.Serializer[Any]):
    a = serializers.ListField(child=Side(), min_length=1, max_length=MOST)
    b = serializers.ListField(child=Side(), min_length=1, max_length=MOST)
    reason = serializers.CharField(**REASON)  # type: ignore[arg-type]
    dry_run = serializers.BooleanField(default=False)


class Merge(serializers.Serializer[Any]):
    a = serializers.UUIDField()
    b = serializers.UUIDField()
    reason = serializers.CharField(**REASON)  # type: ignore[arg-type]
    dry_run = serializers.BooleanField(default=False)


class Unmerge(serializers.Serializer[Any]):
    identifiers = serializers.ListField(child=Side(), min_length=1, max_length=MOST)
    reason = serializers.CharField(max_length=2000)
    dry_run = serializers.BooleanField(default=False)


class Withdrawal(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)
    dry_run = serializers.BooleanField(default=False)


class EffectProfile(serializers.Serializer[Any]):
    profile_id = serializers.UUIDField()
    fate = serializers.CharField()
    identifiers_total = serializers.IntegerField()
    identifiers = answers.Identifier(many=True)


class Effect(serializers.Serializer[Any]):
    before = EffectProfile(many=True)
    after = EffectProfile(many=True)


class DecisionAnswer(serializers.Serializer[Any]):
    decision_id = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(["decided", "waits_for_second_person", "dry_run"])
    profiles = serializers.ListField(child=serializers.UUIDField(), help_text="That hold what was decided on, now.")
    effect = answers.AnyField(help_text="Of a dry run: the profiles `before` and `after`, each with its `fate`.")


SAMPLE = {"decision_id": 7, "state": "decided", "profiles": [samples.ADA], "effect": None}


@described(
    name="assert_same",
    tag="Decide",
    summary="Two identifiers are the same person",
    answer=Answer(DecisionAnswer, sample=SAMPLE),
    takes=Body(Assertion, {"a": samples.EMAIL, "b": samples.PHONE, "reason": "called us"}),
    problems=PROBLEMS,
)
@endpoint("POST", may=MayDecide)
@once
def assert_same(request: Request) -> Response:
    """Outranks every rule and link, until it is withdrawn. Neither needs to have been seen yet."""
    said = asking.valid(Assertion, request)
    return _decide(request, Decision.Action.ASSERT, {**said, "a": [said["a"]], "b": [said["b"]]})


@described(
    name="separate",
    tag="Decide",
    summary="Two sides are not the same person",
    answer=Answer(DecisionAnswer, sample=SAMPLE),
    takes=Body(Separation, {"a": [samples.EMAIL], "b": [samples.PHONE], "reason": "father and son"}),
    problems=PROBLEMS,
)
@endpoint("POST", may=MayDecide)
@once
def separate(request: Request) -> Response:
    """No profile will hold an identifier of both, whatever arrives, until it is withdrawn."""
    said = asking.valid(Separation, request)
    return _decide(request, Decision.Action.SEPARATE, said)


@described(
    name="merge_profiles",
    tag="Decide",
    summary="Merge two profiles",
    answer=Answer(DecisionAnswer, sample=samples.MERGE_TRIED),
    takes=Body(Merge, {"a": samples.ADA, "b": samples.BEN, "reason": "the same customer", "dry_run": True}),
    problems=PROBLEMS,
)
@endpoint("POST", may=MayDecide)
@once
def merge(request: Request) -> Response:
    """With `dry_run` nothing is decided, and `effect` tells exactly what would become of every profile it touches."""
    said = asking.valid(Merge, request)
    a, b = (asking.profile(str(said[side]))[0] for side in ("a", "b"))
    if said["dry_run"]:
        return _preview(preview_merge(a, b))
    return _decided(
        lambda: merge_profiles(a_profile_id=a, b_profile_id=b, author=asking.author(request), reason=said["reason"])
    )


@described(
    name="unmerge_profile",
    tag="Decide",
    summary="Move identifiers out of a profile",
    answer=Answer(DecisionAnswer, sample=samples.UNMERGE_TRIED),
    takes=Body(Unmerge, {"identifiers": [samples.PHONE], "reason": "her son's", "dry_run": True}),
    problems=PROBLEMS,
)
@endpoint("POST", may=MayDecide)
@once
def unmerge_profile(request: Request, public: str) -> Response:
    """They are kept out, whatever arrives, until the decision is withdrawn."""
    said = asking.valid(Unmerge, request)
    profile_id, _ = asking.profile(public)
    picked = _numbers(_sides(said["identifiers"]))
    if said["dry_run"]:
        return _preview(preview_unmerge(profile_id, picked))
    return _decided(
        lambda: unmerge(
            profile_id=profile_id, identifier_ids=picked, author=asking.author(request), reason=said["reason"]
        )
    )


@described(
    name="withdraw_decision",
    tag="Decide",
    summary="Withdraw a decision",
    answer=Answer(DecisionAnswer, sample=SAMPLE),
    takes=Body(Withdrawal, {"reason": "a mistake"}),
    problems=PROBLEMS,
)
@endpoint("POST", may=MayDecide)
@once
def withdraw(request: Request, decision_id: str) -> Response:
    """The partition is what it would be without it, ids included."""
    said = asking.valid(Withdrawal, request)
    decision = Decision.objects.filter(pk=asking.number(decision_id)).first()
    if decision is None:
        raise Problem(status=404, reason="not_found", detail="no decision has this number")
    if said["dry_run"]:
        return _preview(preview_withdrawal(decision))
    return _decided(lambda: take_back(decision=decision, author=asking.author(request), reason=said["reason"]))


def _decide(request: Request, action: str, said: dict[str, Any]) -> Response:
    a, b = _sides(said["a"]), _sides(said["b"])
    if said["dry_run"]:
        return _preview(preview_by_name(action=action, a=a, b=b))
    who, reason = asking.author(request), said["reason"]
    return _decided(lambda: decide_by_name(action=action, a=a, b=b, author=who, reason=reason))


def _decided(carry_out: Callable[[], Decided]) -> Response:
    try:
        done = carry_out()
    except ValidationError as error:
        raise _refused(error) from None
    if done.decision is None:
        return Response({"decision_id": None, "state": "waits_for_second_person", "profiles": [], "effect": None})
    return Response(
        {"decision_id": done.decision.pk, "state": "decided", "profiles": _holders(done.decision), "effect": None}
    )


def _preview(found: DecisionPreview) -> Response:
    effect = effect_of(found)
    profiles = [one["profile_id"] for one in effect["after"]]
    return Response({"decision_id": None, "state": "dry_run", "profiles": profiles, "effect": effect})


def effect_of(found: DecisionPreview) -> dict[str, Any]:
    """The profiles before and after; a problem, where it can't be decided or looked at."""
    if found.outcome == "refused":
        raise Problem(status=422, reason="refused", detail=" ".join(found.errors))
    if found.outcome != "whole":
        raise Problem(status=503, reason=found.outcome, detail="the engine is busy, or this is too large to look at")
    return {
        "before": [_shown(one) for one in found.before],
        "after": [_shown(one) for one in found.after],
        "waits_for_second_person": found.waits,
    }


def _shown(one: Shown) -> dict[str, Any]:
    return {
        "profile_id": one.public_id,
        "fate": one.fate,
        "identifiers_total": one.size,
        "identifiers": [shown.identifier(member) for member in one.members],
    }


def _holders(decision: Decision) -> list[str]:
    sides = [Named(kind, value) for kind, value in decision.identifiers.values_list("kind", "value")]
    return sorted(public_ids({one.profile_id for one in seen_of(sides)}).values())


def _refused(error: ValidationError) -> Problem:
    code = getattr(error, "code", None) or "refused"
    return Problem(status=STATUS.get(code, 422), reason=code, detail=" ".join(error.messages))


def _sides(sides: list[dict[str, str]]) -> list[Named]:
    try:
        return named((one["kind"], one["value"]) for one in sides)
    except ValidationError as error:
        raise Problem(status=422, reason="unusable", detail=" ".join(error.messages)) from None


def _numbers(sides: list[Named]) -> list[int]:
    found = {(one.kind.name, one.value): one.pk for one in seen_of(sides)}
    if not all((one.kind, one.value) in found for one in sides):
        raise Problem(status=422, reason="not_found", detail="no profile holds one of the identifiers")
    return [found[one.kind, one.value] for one in sides]
