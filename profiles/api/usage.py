"""Takes each answer to a client, counts it in Redis; gives the counts to the database, and bulk reads to the audit log.

Nothing of what was asked or answered is kept: only the client, the endpoint, the status, and how many rows.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import redis
from django.db import connection
from django.http import HttpRequest, HttpResponse

from ingest.audit.log import note
from profiles.memory import memory
from profiles.models import ApiClient

Ask = Callable[[HttpRequest], HttpResponse]
DAY, HOUR = 86_400, 3_600
CALLS = "idportal:calls"  # client:day:status:endpoint → requests
BULK = "idportal:bulk"  # client:hour:endpoint → rows
BULK_ROWS = 100  # of people, by one endpoint within an hour: more is a read in bulk
OF_ONE_PERSON = "profiles/{public}/"
PREFIX = "api/v1/"
TAKE = "local all = redis.call('HGETALL', KEYS[1]) redis.call('DEL', KEYS[1]) return all"


@dataclass(frozen=True)
class Call:
    client_id: int
    day: date
    status: int
    endpoint: str
    requests: int


def counted(get_response: Ask) -> Ask:
    """Middleware: every answer to a client is counted by endpoint and status, but for those from memory, which count
    themselves in the one question that they ask Redis."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        client = getattr(request, "auth", None)
        # where even the limit could not be counted, nobody waits for Redis once more
        if isinstance(client, ApiClient) and getattr(request, "allowance", "") is not None:
            _count(client, endpoint_of(request), response)
        return response

    return answer


def endpoint_of(request: HttpRequest) -> str:
    """As in the description: `profiles/{public}/events/`."""
    return _endpoint(request.resolver_match.route if request.resolver_match else "")


@cache
def _endpoint(route: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route).removeprefix(PREFIX)


def _count(client: ApiClient, endpoint: str, response: HttpResponse) -> None:
    now = int(time.time())
    rows = 0 if endpoint.startswith(OF_ONE_PERSON) else rows_of(getattr(response, "data", None))
    try:
        pipe = memory().pipeline(transaction=False)
        pipe.hincrby(CALLS, f"{client.pk}:{now // DAY}:{response.status_code}:{endpoint}", 1)
        if rows:
            pipe.hincrby(BULK, f"{client.pk}:{now // HOUR}:{endpoint}", rows)
        said = pipe.execute()
    except redis.RedisError:
        return
    if rows and said[1] - rows <= BULK_ROWS < said[1]:
        hour = _hour(now // HOUR)
        note(actor=f"api {client.name}", action="bulk_read_begun", subject=endpoint, detail={"hour": hour})


def rows_of(said: Any) -> int:
    """How many people (or what is theirs) an answer tells of."""
    results = said.get("results") if isinstance(said, Mapping) else None
    return sum(1 for one in results if not isinstance(one, Mapping) or one.get("found", True)) if results else 0


def store_usage() -> int:
    """Move what was counted since the last time into the database; gives how many lines."""
    calls = _taken()
    columns: list[list[Any]] = [
        [one.client_id for one in calls], [one.day for one in calls], [one.endpoint for one in calls],
        [one.status for one in calls], [one.requests for one in calls],
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT store_calls(%s, %s, %s, %s, %s)", columns)
    return len(calls)


def note_bulk_reads() -> int:
    """What each client read in bulk in hours that are over, a line for each endpoint; gives how many lines."""
    ended = int(time.time()) // HOUR
    said: dict[bytes, bytes] = memory().hgetall(BULK)  # type: ignore[assignment]
    names = dict(ApiClient.objects.values_list("pk", "name"))
    noted = 0
    for field, rows in sorted(said.items()):
        client, hour, endpoint = field.decode().split(":", 2)
        if int(hour) >= ended or not memory().hdel(BULK, field):  # or another process has it
            continue
        if int(rows) > BULK_ROWS and int(client) in names:
            detail = {"hour": _hour(int(hour)), "rows": int(rows)}
            note(actor=f"api {names[int(client)]}", action="bulk_read", subject=endpoint, detail=detail)
            noted += 1
    return noted


def _taken() -> list[Call]:
    flat = memory().eval(TAKE, 1, CALLS)
    found = []
    for field, number in zip(flat[::2], flat[1::2], strict=True):
        client, day, status, endpoint = field.decode().split(":", 3)
        at = datetime.fromtimestamp(int(day) * DAY, UTC).date()
        found.append(Call(int(client), at, int(status), endpoint, int(number)))
    return found


def _hour(number: int) -> str:
    return f"{datetime.fromtimestamp(number * HOUR, UTC):%Y-%m-%dT%H:00Z}"
