"""Takes identifiers in any notation, gives who holds each: one at a time from memory, or up to a thousand in a call."""

import hashlib
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import orjson
import redis
from django.http import HttpRequest, HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ingest.privacy.hashed import asked_identifier, hashed_kinds_lately
from lambdas.transform.normalise import Normalised, Unusable
from profiles.api import answers, asking, samples
from profiles.api.clients import READ, token_of
from profiles.api.endpoint import Answer, Body, described, endpoint, text
from profiles.api.limits import WINDOW, Allowance, left_in_window
from profiles.api.problems import Problem
from profiles.api.usage import CALLS
from profiles.identities import profile_of
from profiles.ids import public_ids
from profiles.lookup_cache import CHANGING, EPOCH, GENERATION, digest, remember
from profiles.memory import Wire, memory
from profiles.models import ApiClient
from profiles.privacy.consent import agreed
from profiles.reading import read

MOST = 1_000
CLIENT_SECONDS = 5  # for so long a token that was revoked may still look up
# KEYS: client, calls, generation, epoch. ARGV: the minute, the day, the identifier.
# Gives the client's limit, its requests this minute, the generation, and the answer, or nothing for an unknown client.
LOOK_UP = """
local client = redis.call('GET', KEYS[1])
if not client then return {} end
local id, limit = string.match(client, '(%d+):(%d+)')
local rate = 'idportal:rate:' .. id .. ':' .. ARGV[1]
local n = redis.call('INCR', rate)
if n == 1 then redis.call('EXPIRE', rate, 120) end
local over = n > tonumber(limit)
if not over then redis.call('HINCRBY', KEYS[2], id .. ':' .. ARGV[2] .. ':200:lookup/', 1) end
local generation = redis.call('GET', KEYS[3]) or ''
local answer = '~'
if redis.call('EXISTS', 'idportal:changing:' .. ARGV[3]) == 0 then
    answer = redis.call('GET', 'idportal:lookup:' .. (redis.call('GET', KEYS[4]) or '') .. ':' .. ARGV[3])
end
return {tonumber(limit), n, generation, answer}
"""
LOOK_UP_SHA = hashlib.sha1(LOOK_UP.encode(), usedforsecurity=False).hexdigest()
JSON = "application/json"
NO_CONSENT = "no_consent"
PATH = "/api/v1/lookup/"
NOTHING = "default-src 'none'; frame-ancestors 'none'"  # a browser may do with the answer
Ask = Callable[[HttpRequest], HttpResponse]
wire = Wire()


@described(
    name="look_up",
    tag="Look-up",
    summary="Who is this?",
    answer=Answer(answers.Found, sample=samples.FOUND),
    parameters=[
        text("kind", "The kind of the identifier.", required=True, example="email"),
        text("value", "Its value, in any notation.", required=True, example="Ada@Example.com"),
        text("purpose", "Answer only for a person who agreed to this purpose.", example="analytics"),
    ],
    problems={400: "The value can't be one of its kind, or something is missing."},
)
@endpoint("GET")
def look_up(request: Request) -> Response:
    """The profile that holds an identifier. Nobody holding it is an answer, not an error: `found` is false.
    Answers come from memory, and are never older than the last committed change."""
    if isinstance(request.auth, ApiClient):
        _remember_client(token_of(request._request), request.auth)
    wanted = _wanted(request.query_params.get("kind", ""), request.query_params.get("value", ""))
    if purpose := asking.text(request, "purpose"):
        return Response(_ask_for(wanted, purpose))
    return Response(orjson.loads(_ask(wanted, generation=None)))


class BatchIdentifier(serializers.Serializer[Any]):
    kind = serializers.CharField(max_length=100, trim_whitespace=False)
    value = serializers.CharField(max_length=1000, trim_whitespace=False, allow_blank=True)


class Batch(serializers.Serializer[Any]):
    identifiers = serializers.ListField(child=BatchIdentifier(), max_length=MOST)
    purpose = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)


@described(
    name="look_up_batch",
    tag="Look-up",
    summary="Who are these? Up to 1,000 in one call",
    answer=Answer(answers.BatchFound, sample=samples.BATCH_FOUND),
    takes=Body(Batch, samples.BATCH),
    problems={400: "The request makes no sense, or asks for more than 1,000."},
)
@endpoint("POST")
def look_up_batch(request: Request) -> Response:
    """An answer for each, in order. A value that can't be one of its kind is not found, with the `reason`."""
    asked = Batch(data=request.data)
    asked.is_valid(raise_exception=True)
    wanted = [_try(one["kind"], one["value"]) for one in asked.validated_data["identifiers"]]
    usable = [one for one in wanted if isinstance(one, Normalised)]
    rows = read(
        "find_by_value", dict[str, Any], values=[one.value for one in usable], kinds=[one.kind for one in usable],
        limit=len(usable),
    )  # fmt: skip
    holders = {(row["kind"], row["value"]): row["profile_id"] for row in rows}
    ids = public_ids(holders.values())
    results = [_entry(one, holders, ids) for one in wanted]
    if purpose := asked.validated_data["purpose"]:
        agreeing = {ids[one] for one in agreed(set(holders.values()), purpose=purpose)}
        results = [_withheld(one) if one["found"] and one["profile_id"] not in agreeing else one for one in results]
    return Response({"results": results})


def look_ups_from_memory(get_response: Ask) -> Ask:
    """Middleware: `look_up`, from memory where it is there, by one question to Redis; the unusual goes the long way.

    Nothing that pages need (sessions, forms, policies) is made for it.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        remembered = _remembered(request) if request.path_info == PATH else None
        return remembered or get_response(request)

    return answer


def _remembered(request: HttpRequest) -> HttpResponse | None:
    token, query = token_of(request), request.GET
    if request.method != "GET" or not token or not query.get("kind") or not query.get("value") or "purpose" in query:
        return None
    wanted = _normalised(query["kind"], query["value"], hashed_kinds_lately())
    if wanted is None:
        return None
    now = time.time()
    try:
        said = _quick(token, int(now), digest(wanted.kind, wanted.value))
    except redis.RedisError:
        return None
    if len(said) < 2 or said[1] > said[0]:
        return None
    limit, used, generation, *rest = said
    found = rest[0] if rest else None
    if found == CHANGING:
        found = _ask(wanted, generation=None)
    found = found or _ask(wanted, generation=generation.decode())
    headers = {"Content-Length": len(found), "Content-Security-Policy": NOTHING}
    response = HttpResponse(found, content_type=JSON, headers=headers)
    Allowance(limit, used, left_in_window(now)).say(response)
    return response


def _quick(token: str, now: int, name: str) -> list[Any]:
    keys = (f"idportal:client:{token}", CALLS, GENERATION, EPOCH)
    arguments = (4, *keys, now // WINDOW, now // 86_400, name)
    try:
        answer: list[Any] = wire.ask("EVALSHA", LOOK_UP_SHA, *arguments)
    except redis.ResponseError:  # Redis was started again, and knows no script any more
        answer = wire.ask("EVAL", LOOK_UP, *arguments)
    return answer


def _remember_client(token: str, client: ApiClient) -> None:
    """Not for longer than it is valid; one with little time left is asked for in the database each time."""
    ends = min((t.timestamp() for t in (client.expires_at, client.old_token_until) if t), default=float("inf"))
    if client.may(READ) and ends - time.time() > CLIENT_SECONDS:
        try:
            memory().set(f"idportal:client:{token}", f"{client.pk}:{client.rate_limit}", ex=CLIENT_SECONDS)
        except redis.RedisError:
            return


def _ask(wanted: Normalised, *, generation: str | None) -> bytes:
    """From the database; remembered where that is safe (see `lookup_cache`)."""
    profile_id = profile_of(kind=wanted.kind, value=wanted.value)
    public = public_ids([profile_id])[profile_id] if profile_id else None
    said = {"kind": wanted.kind, "value": wanted.value, "found": public is not None, "profile_id": public}
    answer = orjson.dumps(said)
    if public and generation is not None:
        remember(digest(wanted.kind, wanted.value), generation=generation, answer=answer)
    return answer


def _ask_for(wanted: Normalised, purpose: str) -> dict[str, Any]:
    """Never from memory: consent may change without the partition."""
    profile_id = profile_of(kind=wanted.kind, value=wanted.value)
    said = {"kind": wanted.kind, "value": wanted.value, "found": profile_id is not None, "profile_id": None}
    if profile_id is None:
        return said
    said["profile_id"] = public_ids([profile_id])[profile_id]
    return said if agreed([profile_id], purpose=purpose) else _withheld(said)


def _withheld(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "found": False, "profile_id": None, "reason": NO_CONSENT}


def _wanted(kind: str, value: str) -> Normalised:
    if not kind or not value:
        raise Problem(status=400, reason="incomplete", detail="both kind and value are needed")
    return asking.identifier(kind, value)


def _try(kind: str, value: str) -> Normalised | Unusable:
    try:
        return asked_identifier(kind, value)
    except Unusable as error:
        return error


@lru_cache(maxsize=20_000)
def _normalised(kind: str, value: str, hashed: frozenset[str]) -> Normalised | None:
    """`hashed` is what else the answer depends on."""
    wanted = _try(kind, value)
    return wanted if isinstance(wanted, Normalised) else None


def _entry(one: Normalised | Unusable, holders: dict[tuple[str, str], int], ids: dict[int, str]) -> dict[str, Any]:
    if isinstance(one, Unusable):
        return {"kind": None, "value": None, "found": False, "profile_id": None, "reason": one.reason}
    holder = holders.get((one.kind, one.value))
    public = ids[holder] if holder is not None else None
    return {"kind": one.kind, "value": one.value, "found": public is not None, "profile_id": public, "reason": None}
