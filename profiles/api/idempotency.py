"""Takes a write with an `Idempotency-Key`, gives its answer: the first time by doing it, after that as it was then."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from profiles.api.problems import Problem
from profiles.models import IdempotencyKey

KEPT = timedelta(days=2)
LONGEST = 200
TAKES_KEY = "takes_idempotency_key"
GIVEN_UP = timedelta(minutes=5)  # a request that has not ended by then never will


def once(view: Callable[..., Response]) -> Callable[..., Response]:
    """The view is carried out once for each key of a client; an error is not kept, so it may be tried again."""

    @wraps(view)
    def answer(request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key", "").replace("\0", "")
        if not key:
            return view(request, *args, **kwargs)
        if len(key) > LONGEST:
            raise Problem(status=400, reason="bad_key", detail=f"an Idempotency-Key has at most {LONGEST} characters")
        return _once(view, key, request, args, kwargs)

    setattr(answer, TAKES_KEY, True)
    return answer


def forget_old_keys() -> None:
    IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT).delete()


def _once(
    view: Callable[..., Response], key: str, request: Request, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Response:
    said = json.dumps([request.method, request.get_full_path(), request.data], sort_keys=True)
    sha256 = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
    kept = _claim(request.auth, key, sha256)
    if kept is None:
        return _repeat(request.auth, key, sha256)
    try:
        response = view(request, *args, **kwargs)
    except BaseException:
        kept.delete()
        raise
    kept.status, kept.answer = response.status_code, json.loads(JSONRenderer().render(response.data))
    kept.save(update_fields=["status", "answer"])
    return response


def _claim(client: Any, key: str, sha256: str) -> IdempotencyKey | None:
    """None: somebody has it already."""
    IdempotencyKey.objects.filter(
        client=client, key=key, status=None, created_at__lt=timezone.now() - GIVEN_UP
    ).delete()
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(client=client, key=key, request_sha256=sha256)
    except IntegrityError:
        return None


def _repeat(client: Any, key: str, sha256: str) -> Response:
    kept = IdempotencyKey.objects.filter(client=client, key=key).first()
    if kept is None or kept.status is None:
        raise Problem(status=409, reason="in_progress", detail="the first request with this key is still at work")
    if kept.request_sha256 != sha256:
        raise Problem(status=422, reason="key_reused", detail="this key was used for another request")
    return Response(kept.answer, status=kept.status, headers={"Idempotency-Replayed": "true"})
