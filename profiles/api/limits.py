"""Takes a client's request, gives whether it may go on now; counts what each client asked, day by day."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import redis
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from profiles.memory import memory
from profiles.models import ApiClient

Answer = Callable[[HttpRequest], HttpResponse]
WINDOW = 60
USAGE = "idportal:usage"
# KEYS: this window's count, usage. ARGV: the limit, the field of usage. Gives how many there were in the window.
COUNT = """
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('EXPIRE', KEYS[1], 120) end
redis.call('HINCRBY', KEYS[2], ARGV[2] .. (n > tonumber(ARGV[1]) and ':limited' or ':requests'), 1)
return n
"""
TAKE = "local all = redis.call('HGETALL', KEYS[1]) redis.call('DEL', KEYS[1]) return all"
STORE = """
INSERT INTO api_usage (client_id, day, requests, limited)
SELECT %s, %s, %s, %s WHERE EXISTS (SELECT FROM api_clients WHERE id = %s)
ON CONFLICT (client_id, day) DO UPDATE
SET requests = api_usage.requests + excluded.requests, limited = api_usage.limited + excluded.limited
"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a client's requests in this minute."""

    limit: int
    used: int
    reset: int  # seconds until the next minute

    @property
    def over(self) -> bool:
        return self.used > self.limit

    def say(self, response: HttpResponseBase) -> None:
        headers = response.headers
        headers["RateLimit-Limit"] = str(self.limit)
        headers["RateLimit-Remaining"] = str(max(self.limit - self.used, 0))
        headers["RateLimit-Reset"] = str(self.reset)
        headers["RateLimit-Policy"] = f"{self.limit};w={WINDOW}"


def window_key(client_id: int, now: float) -> str:
    return f"idportal:rate:{client_id}:{int(now) // WINDOW}"


def usage_field(client_id: int, now: float) -> str:
    return f"{client_id}:{int(now) // 86_400}"


def left_in_window(now: float) -> int:
    return WINDOW - int(now) % WINDOW


def count_request(client: ApiClient) -> Allowance | None:
    """None where nobody can count: then nobody is kept out."""
    now = time.time()
    try:
        used = _count(keys=[window_key(client.pk, now), USAGE], args=[client.rate_limit, usage_field(client.pk, now)])
    except redis.RedisError:
        return None
    return Allowance(client.rate_limit, int(used), left_in_window(now))


class ClientLimit(BaseThrottle):
    """So many requests a minute for each client; `request.allowance` says how many are left."""

    def allow_request(self, request: Request, view: object) -> bool:
        if not isinstance(request.auth, ApiClient):
            return True
        allowance = count_request(request.auth)
        request._request.allowance = allowance  # type: ignore[attr-defined]
        if allowance and allowance.over:
            raise Throttled(wait=allowance.reset, detail=f"at most {allowance.limit} requests a minute")
        return True


def say_allowance(get_response: Answer) -> Answer:
    """Middleware: what is left of the client's requests stands in the header of every answer, of problems too."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        allowance: Allowance | None = getattr(request, "allowance", None)
        if allowance:
            allowance.say(response)
        return response

    return answer


def store_usage() -> int:
    """Move what was counted since the last time into the database; gives how many lines."""
    flat = memory().eval(TAKE, 1, USAGE)
    counts: dict[tuple[int, date], dict[str, int]] = {}
    for field, number in zip(flat[::2], flat[1::2], strict=True):
        client, day, what = field.decode().split(":")
        at = datetime.fromtimestamp(int(day) * 86_400, UTC).date()
        counts.setdefault((int(client), at), {})[what] = int(number)
    with connection.cursor() as cursor:
        for (client_id, day), said in sorted(counts.items()):
            cursor.execute(STORE, [client_id, day, said.get("requests", 0), said.get("limited", 0), client_id])
    return len(counts)


def _count(*, keys: list[str], args: list[str | int]) -> int:
    return int(memory().eval(COUNT, len(keys), *keys, *args))
