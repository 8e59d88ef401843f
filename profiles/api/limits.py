"""Takes a client's request, gives whether it may go on now."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import redis
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from profiles.memory import memory
from profiles.models import ApiClient

Answer = Callable[[HttpRequest], HttpResponse]
WINDOW = 60
# KEYS: this window's count. Gives how many there were in the window.
COUNT = """
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('EXPIRE', KEYS[1], 120) end
return n
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


def left_in_window(now: float) -> int:
    return WINDOW - int(now) % WINDOW


def count_request(client: ApiClient) -> Allowance | None:
    """None where nobody can count: then nobody is kept out."""
    now = time.time()
    try:
        used = memory().eval(COUNT, 1, window_key(client.pk, now))
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
