"""Takes the bytes of a POST, gives the events in it as posted, when it was sent, and with which write key."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lambdas import strict_json
from lambdas.collect.refusal import Refused

MAX_EVENTS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    events: list[object]
    sent_at: object = None
    write_key: str = ""


def read_body(data: bytes) -> Posted:
    """One event, or `{"batch": [...]}`; JSON whatever the content type says. Raises Refused."""
    try:
        body = strict_json.parse(data)
    except strict_json.NotJson as error:
        raise Refused(400, "not_json", f"The body is not JSON: {error}.") from None
    except strict_json.TooDeep:
        raise Refused(400, "too_deep", f"The body has more than {strict_json.MAX_DEPTH} levels of nesting.") from None
    if not isinstance(body, dict):
        raise Refused(400, "not_an_object", 'The body is one event or {"batch": [events]}.')
    if "batch" in body:
        return _batch(body)
    return Posted(events=[body], write_key=_write_key([body]))


def _batch(body: dict[str, Any]) -> Posted:
    events = body["batch"]
    if not isinstance(events, list):
        raise Refused(400, "not_a_batch", "`batch` is a list of events.")
    if not events:
        raise Refused(400, "no_events", "The batch is empty.")
    if len(events) > MAX_EVENTS:
        raise Refused(400, "too_many_events", f"{len(events)} events, at most {MAX_EVENTS} at a time.")
    key = _write_key([body]) or _write_key(events)
    return Posted(events=events, sent_at=body.get("sentAt"), write_key=key)


def _write_key(holders: list[Any]) -> str:
    keys = set(_keys(holders))
    if len(keys) > 1:
        raise Refused(400, "mixed_write_keys", "The events of a batch have one write key.")
    return keys.pop() if keys else ""


def _keys(holders: list[Any]) -> Iterator[str]:
    for holder in holders:
        key = holder.get("writeKey") if isinstance(holder, dict) else None
        if key is not None and key != "":
            yield str(key)
