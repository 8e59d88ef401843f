"""Takes events as posted and what only the server knows, gives the envelope that becomes a Firehose record.

Used by the collect handler and, through `make_envelope` and `content_id`, by imports: the same checks in both.
"""

import hashlib
import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from lambdas import strict_json
from lambdas.clock import event_time, write_time
from lambdas.event import (
    HASH,
    KIND,
    MAX_IDENTIFIERS,
    MAX_KIND,
    MAX_MESSAGE_ID,
    MAX_POSTED_IDENTIFIERS,
    TYPES,
    NoText,
    event_type,
    plain_text,
    posted_identifiers,
)

MAX_EVENT_BYTES = 250_000
# The transformation adds to a record, at most doubling it, and Firehose takes 1,024,000 bytes a record.
MAX_RECORD_BYTES = 400_000

Event = dict[str, Any]


class Unfit(ValueError):
    """An event that can't be taken: a reason word, and a sentence for whoever sent it."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


def new_message_id(_event: Mapping[str, Any]) -> str:
    """A UUIDv7 (time-ordered), for an event that came without an id."""
    stamp = time.time_ns() // 1_000_000
    number = (stamp << 80) | (int.from_bytes(os.urandom(10), "big") & ((1 << 80) - 1))
    number = number & ~(0xF000 << 64) & ~(0xC000 << 48) | (0x7000 << 64) | (0x8000 << 48)
    return str(uuid.UUID(int=number))


def content_id(event: Mapping[str, Any]) -> str:
    """`sha256:…` over the event's canonical JSON: the same line imported twice is the same event."""
    return "sha256:" + hashlib.sha256(strict_json.canonical(event)).hexdigest()


def make_envelope(
    *,
    posted: Sequence[object],
    source_id: int,
    region: str,
    received_at: datetime,
    sent_at: object = None,
    request_id: str = "",
    authenticated: bool = False,
    client: Mapping[str, str] | None = None,
    origin: str = "",
    message_id: Callable[[Event], str] = new_message_id,
) -> dict[str, Any]:
    """The envelope (version 1) of the events that can be taken. Those that can't stand in its `rejected`, a list of
    {"index", "event", "reason", "detail"}, which is absent when there are none.

    `posted` are parsed JSON values; read them with `strict_json.parse`. `message_id` makes the id of an event that
    has none: `new_message_id` at the front door, `content_id` for imports.
    """
    events: list[Event] = []
    rejected: list[dict[str, Any]] = []
    for index, event in enumerate(posted):
        try:
            taken = _take(event, message_id)
        except Unfit as unfit:
            rejected.append({"index": index, "event": event, "reason": unfit.reason, "detail": unfit.detail})
            continue
        at = event_time(
            received_at=received_at,
            sent_at=taken.get("sentAt") if sent_at is None else sent_at,
            timestamp=taken.get("timestamp"),
        )
        events.append({**taken, "time": write_time(at)})
    return {
        "v": 1,
        "received_at": write_time(received_at),
        "request_id": request_id,
        "source": {"id": source_id, "region": region},
        "authenticated": authenticated,
        "client": dict(client or {}),
        **({"origin": origin} if origin else {}),
        "events": events,
        **({"rejected": rejected} if rejected else {}),
    }


def pack(envelope: dict[str, Any]) -> list[bytes]:
    """One line, or as few as hold every event: Firehose bills each record as if it had 5 KB at least."""
    line = _line(envelope, envelope["events"])
    if len(line) <= MAX_RECORD_BYTES:
        return [line]
    return [_line(envelope, share) for share in _shares(envelope)]


def _line(envelope: dict[str, Any], events: list[Event]) -> bytes:
    return strict_json.dump({**envelope, "events": events}) + b"\n"


def _shares(envelope: dict[str, Any]) -> Iterator[list[Event]]:
    head = len(_line(envelope, []))
    share: list[Event] = []
    size = head
    for event in envelope["events"]:
        more = len(strict_json.dump(event)) + 1
        if share and size + more > MAX_RECORD_BYTES:
            yield share
            share, size = [], head
        share.append(event)
        size += more
    yield share


def _take(posted: object, message_id: Callable[[Event], str]) -> Event:
    if not isinstance(posted, dict):
        raise Unfit("not_an_object", "an event is a JSON object")
    event = _scrubbed(posted)
    if not event_type(event):
        raise Unfit("unknown_type", f"type is one of {', '.join(TYPES)}")
    _check_identifiers(event)
    if len(strict_json.dump(event)) > MAX_EVENT_BYTES:
        raise Unfit("too_large", f"an event of more than {MAX_EVENT_BYTES} bytes")
    return {**event, "messageId": _message_id(event) or message_id(event)}


def _scrubbed(posted: Event) -> Event:
    try:
        event: Event = strict_json.scrub(posted)
    except strict_json.TooDeep as error:
        raise Unfit("too_deep", str(error)) from None
    except strict_json.TooLong as error:
        raise Unfit("too_long", str(error)) from None
    except strict_json.NotJson as error:
        raise Unfit("not_json", str(error)) from None
    return event


def _message_id(event: Event) -> str:
    given = event.get("messageId")
    if given is None or given == "":
        return ""
    if isinstance(given, bool) or not isinstance(given, str | int) or len(str(given)) > MAX_MESSAGE_ID:
        raise Unfit("bad_message_id", f"messageId is a text of at most {MAX_MESSAGE_ID} characters")
    return str(given)


def _check_identifiers(event: Event) -> None:
    """What is surely wrong without a phone book; the normaliser has the last word, after Firehose."""
    posted = list(posted_identifiers(event))
    if not posted:
        raise Unfit("no_identifiers", "an event needs an identifier: email, phone_number, user_id, anonymous_id, …")
    if len(posted) > MAX_POSTED_IDENTIFIERS:
        raise Unfit("too_many_identifiers", f"{len(posted)} values as identifiers, at most {MAX_POSTED_IDENTIFIERS}")
    usable = {_folded(kind, value) for kind, value in posted if _may_be_usable(kind, value)}
    if not usable:
        kinds = ", ".join(sorted({kind[:MAX_KIND] for kind, _ in posted}))
        raise Unfit("unusable_identifier", f"no usable value: {kinds}")
    if len(usable) > MAX_IDENTIFIERS:
        raise Unfit("too_many_identifiers", f"{len(usable)} identifiers, at most {MAX_IDENTIFIERS}")


def _may_be_usable(kind: str, value: object) -> bool:
    """False only for what the normaliser refuses too."""
    try:
        text = plain_text(value)
    except NoText:
        return False
    if kind == "phone":
        return sum(map(str.isnumeric, text)) >= 4
    if kind == "email":
        return "@" in text[1:-1] or HASH.fullmatch(text) is not None
    return KIND.fullmatch(kind) is not None


def _folded(kind: str, value: object) -> tuple[str, str]:
    """Ways of writing that are surely one value count once."""
    text = plain_text(value)
    if kind == "phone":
        return kind, "".join(filter(str.isnumeric, text))
    return kind, text.lower() if kind == "email" else text
