"""Takes what stands in a request's address, gives numbers, times and cursors; what makes no sense is a problem."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from rest_framework import serializers
from rest_framework.request import Request

from ingest.privacy.hashed import asked_identifier
from lambdas.transform.normalise import Normalised, Unusable
from profiles.api.problems import Problem
from profiles.identities import profile_holding
from profiles.ids import profile_id_from
from profiles.models import ApiClient
from profiles.privacy.erased import erased

BIGGEST = 2**63 - 1


def text(request: Request, name: str, otherwise: str = "") -> str:
    return str(request.query_params.get(name, otherwise)).replace("\0", "")


def flag(request: Request, name: str) -> bool:
    said = text(request, name).lower()
    if said not in ("", "true", "false", "1", "0"):
        raise bad(name, "true or false")
    return said in ("true", "1")


def limit(request: Request, *, most: int, usual: int) -> int:
    said = request.query_params.get("limit")
    if said is None:
        return usual
    if not (said.isascii() and said.isdigit() and len(said) < 10 and 1 <= int(said) <= most):
        raise bad("limit", f"a number from 1 to {most}")
    return int(said)


def moment(request: Request, name: str) -> datetime | None:
    said = request.query_params.get(name)
    if said is None:
        return None
    try:
        at = parse_datetime(said.replace(" ", "+"))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise bad(name, "a time with its zone, like 2026-01-31T12:00:00Z")
    return at


def number(text: str) -> int:
    """Of a path; 0, which nothing has, for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def valid(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """What was sent, in its shape."""
    asked = shape(data=request.data)
    asked.is_valid(raise_exception=True)
    said: dict[str, Any] = asked.validated_data
    return said


def author(request: Request) -> str:
    """In whose name the client decides: no person can be called so, for it has a colon."""
    return f"API: {request.auth.name}" if isinstance(request.auth, ApiClient) else ""


def cursor(*parts: int | str) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def after(request: Request, *otherwise: Any) -> list[Any]:
    """The parts of the cursor, of the same types as `otherwise`, which stand where none is given."""
    said = request.query_params.get("after")
    if said is None:
        return list(otherwise)
    try:
        padded = said.encode() + b"=" * (-len(said) % 4)
        parts = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, binascii.Error, RecursionError):
        parts = None
    fits = isinstance(parts, list) and [type(p) for p in parts] == [type(p) for p in otherwise]
    if not fits or any(isinstance(p, int) and not -1 <= p <= BIGGEST for p in parts):
        raise bad("after", "`next` of the page before, as it stands")
    return list(parts)


def one_of(request: Request, name: str, *allowed: str) -> str:
    said = text(request, name)
    if said and said not in allowed:
        raise bad(name, " or ".join(allowed))
    return said


def identifier(kind: str, value: str) -> Normalised:
    try:
        return asked_identifier(kind, value)
    except Unusable as error:
        detail = f"this can't be a value of {error.kind}: {error.reason}"
        raise Problem(status=400, reason=error.reason, detail=detail) from None


def profile(public: str) -> tuple[int, bool]:
    """The profile that a public id leads to, and whether the id was merged away."""
    asked = profile_id_from(public)
    held_by = profile_holding(asked) if asked else None
    if held_by is None:
        if asked and erased(asked):
            raise gone()
        raise Problem(status=404, reason="not_found", detail="no profile ever had this id")
    return held_by, held_by != asked


def gone() -> Problem:
    return Problem(status=410, reason="erased", detail="the person behind this id was erased: forget what you hold")


def bad(name: str, wanted: str) -> Problem:
    return Problem(status=400, reason="bad_parameter", detail=f"{name} must be {wanted}")
