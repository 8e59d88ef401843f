"""Takes nothing, gives whether this process lives and whether it can do its work. No personal data, open to all."""

from dataclasses import dataclass

import redis
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

BROKER_SECONDS = 2
_UNRESOLVED = """
SELECT count(*), coalesce(extract(epoch FROM now() - min(received_at)), 0)::float8
FROM deliveries d
WHERE resolved_at IS NULL
  AND NOT EXISTS (SELECT FROM parked_deliveries p WHERE p.delivery_id = d.delivery_id AND p.released_at IS NULL)
"""


@dataclass(frozen=True, kw_only=True)
class Lag:
    """Deliveries that have landed and wait to be resolved, and for how long the oldest has."""

    unresolved_deliveries: int
    oldest_seconds: float


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    waiting = lag()
    problems = [*_database_problems(waiting), *_broker_problems()]
    answer = {
        "status": "not ready" if problems else "ready",
        "problems": problems,
        "unresolved_deliveries": waiting.unresolved_deliveries if waiting else None,
        "oldest_seconds": round(waiting.oldest_seconds, 1) if waiting else None,
    }
    return JsonResponse(answer, status=503 if problems else 200)


def lag() -> Lag | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(_UNRESOLVED)
            count, seconds = cursor.fetchone()
    except Error:
        return None
    return Lag(unresolved_deliveries=count, oldest_seconds=seconds)


def _database_problems(lag: Lag | None) -> list[str]:
    if lag is None:
        return ["the database can't be reached, or is not migrated"]
    if lag.oldest_seconds > settings.READY_LAG_SECONDS:
        return [f"the oldest delivery has waited {lag.oldest_seconds:.0f} s to be resolved: is the worker running?"]
    return []


def _broker_problems() -> list[str]:
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=BROKER_SECONDS, socket_connect_timeout=BROKER_SECONDS
        ) as broker:
            broker.ping()
    except redis.RedisError:
        return ["the broker can't be reached"]
    return []
