"""Takes an envelope of events as posted, gives the same envelope with its events normalised and enriched."""

from collections.abc import Mapping
from typing import Any

from crawlerdetect import CrawlerDetect

from lambdas import strict_json
from lambdas.clock import read_time, write_time
from lambdas.event import (
    MAX_IDENTIFIERS,
    MAX_KIND,
    MAX_MESSAGE_ID,
    MAX_POSTED_IDENTIFIERS,
    MAX_TRAIT_NAME,
    TRAITS,
    TYPES,
    event_type,
    posted_identifiers,
)
from lambdas.transform.normalise import Normalised, Unusable, normalise_identifier, phone_country

Event = dict[str, Any]

MAX_NAME = 255
MAX_SIGNATURE = 128
MAX_SHOWN = 512
LONG_TRAIT_NAME = "long_trait_name"

_CRAWLERS = CrawlerDetect()


class Unreadable(ValueError):
    """A record that is no envelope. The message says why and holds none of its content."""


class _Rejected(ValueError):
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


def read_record(data: bytes) -> dict[str, Any]:
    """The envelope in one Firehose record."""
    try:
        envelope = strict_json.parse(data)
        # Only an escape can spell what PostgreSQL can't hold; collect writes none of these.
        return _checked(strict_json.scrub(envelope, depth=strict_json.MAX_DEPTH + 3) if b"\\u" in data else envelope)
    except (strict_json.NotJson, strict_json.TooDeep, strict_json.TooLong) as error:
        raise Unreadable(str(error)) from None


def normalise_record(envelope: dict[str, Any]) -> dict[str, Any]:
    """The transformed envelope. Events that can't be used stand in `rejected` with their reason, and so do those that
    `make_envelope` has already rejected; every other event stands in `events`. A rejected event keeps its corrected
    time, for its replay. An envelope that was normalised before comes back as it is."""
    if envelope.get("normalised") is True:
        return envelope
    events: list[Event] = []
    rejected = [_kept(one) for one in envelope.get("rejected", ())]
    for event in envelope["events"]:
        try:
            events.append(_normalised(event, envelope))
        except _Rejected as no:
            rejected.append({"event": event, "reason": no.reason, "detail": no.detail})
    head = {key: value for key, value in envelope.items() if key not in ("events", "rejected")}
    return {
        **head,
        "normalised": True,
        "events": events,
        **({"rejected": rejected} if rejected else {}),
    }


def is_bot(user_agent: str) -> bool:
    return bool(_CRAWLERS.is_crawler(user_agent))


def _checked(envelope: Any) -> dict[str, Any]:
    if not isinstance(envelope, dict) or envelope.get("v") != 1:
        raise Unreadable("not an envelope of version 1")
    source = envelope.get("source")
    if not isinstance(source, dict) or type(source.get("id")) is not int:
        raise Unreadable("no source")
    if not isinstance(envelope.get("events"), list):
        raise Unreadable("no list of events")
    if read_time(envelope.get("received_at")) is None:
        raise Unreadable("no time of receipt")
    return envelope


def _kept(rejected: Mapping[str, Any]) -> dict[str, Any]:
    return {key: rejected.get(key) for key in ("event", "reason", "detail")}


def _as_posted(event: Any) -> Any:
    return {key: value for key, value in event.items() if key != "time"} if isinstance(event, dict) else event


def _normalised(event: Any, envelope: dict[str, Any]) -> Event:
    if not isinstance(event, dict):
        raise _Rejected("not_an_object", "an event is a JSON object")
    found, unusable = _identifiers(event, envelope["source"].get("region") or "")
    kind = _type(event)
    told = _object(event, "traits")
    traits = {key: value for key, value in told.items() if key not in TRAITS and len(key) <= MAX_TRAIT_NAME}
    marks = {one.mark for one in found if one.mark}
    if any(len(key) > MAX_TRAIT_NAME for key in told):  # it stays in the payload
        marks.add(LONG_TRAIT_NAME)
    return {
        "message_id": _message_id(event),
        "type": kind,
        "time": _time(event, envelope),
        "name": _name(event, kind)[:MAX_NAME],
        "identifiers": [[one.kind, one.value] for one in found],
        "unusable": unusable,
        "marks": sorted(marks),
        "traits": traits,
        "bot": is_bot(_user_agent(event, envelope)),
        **_known(country=_country(found), signature=_signature(event), user_id=_user_id(event)),
        "payload": _as_posted(event),
    }


def _identifiers(event: Event, region: str) -> tuple[list[Normalised], list[dict[str, str]]]:
    found: set[Normalised] = set()
    unusable: list[dict[str, str]] = []
    posted = list(posted_identifiers(event))
    if len(posted) > MAX_POSTED_IDENTIFIERS:  # each that can't be used is told, with its kind
        raise _Rejected(
            "too_many_identifiers", f"{len(posted)} values as identifiers, at most {MAX_POSTED_IDENTIFIERS}"
        )
    for kind, value in posted:
        try:
            found.add(normalise_identifier(kind, value, region=region))
        except Unusable as no:
            unusable.append({"kind": no.kind[:MAX_KIND], "value": _shown(value), "reason": no.reason})
    if not found:
        raise _Rejected(*_no_identifier(unusable))
    if len(found) > MAX_IDENTIFIERS:
        raise _Rejected("too_many_identifiers", f"{len(found)} identifiers, at most {MAX_IDENTIFIERS}")
    # Code points and UTF-8 bytes have one order.
    return sorted(found, key=lambda one: (one.kind, one.value)), unusable


def _no_identifier(unusable: list[dict[str, str]]) -> tuple[str, str]:
    if not unusable:
        return "no_identifiers", "an event needs an identifier"
    return "unusable_identifier", ", ".join(sorted({f"{one['kind']}: {one['reason']}" for one in unusable}))


def _shown(value: object) -> str:
    return (value if isinstance(value, str) else strict_json.dump(value).decode())[:MAX_SHOWN]


def _type(event: Event) -> str:
    found = event_type(event)
    if not found:
        raise _Rejected("unknown_type", f"type is one of {', '.join(TYPES)}")
    return found


def _message_id(event: Event) -> str:
    given = event.get("messageId")
    if not isinstance(given, str) or not 0 < len(given) <= MAX_MESSAGE_ID:
        raise _Rejected("bad_message_id", f"messageId is a text of at most {MAX_MESSAGE_ID} characters")
    return given


def _time(event: Event, envelope: dict[str, Any]) -> str:
    moment = read_time(event.get("time"))
    return write_time(moment) if moment else str(envelope["received_at"])


def _name(event: Event, kind: str) -> str:
    """What a person would call the event: its name, for a page its title or where it is."""
    if kind == "track":
        return _text(event.get("event"))
    if kind != "page":
        return ""
    properties, page = _object(event, "properties"), _object(_object(event, "context"), "page")
    named = (event.get("name"), *(holder.get(key) for key in ("title", "path", "url") for holder in (properties, page)))
    return next(filter(None, map(_text, named)), "")


def _user_agent(event: Event, envelope: dict[str, Any]) -> str:
    """The visitor's. A server's own says nothing about the people it speaks of."""
    stated = _text(_object(event, "context").get("userAgent"))
    if stated or envelope.get("authenticated"):
        return stated
    return _text(_object(envelope, "client").get("user_agent"))


def _country(found: list[Normalised]) -> str:
    return next(filter(None, (phone_country(one.value) for one in found if one.kind == "phone")), "")


def _signature(event: Event) -> str:
    signature = _text(event.get("signature"))
    return signature if len(signature) <= MAX_SIGNATURE else ""


def _user_id(event: Event) -> str:
    """As given, not normalised: the site's server signed these characters."""
    given = event.get("userId", event.get("user_id"))
    return given if isinstance(given, str) else str(given) if type(given) is int else ""


def _known(**fields: str) -> dict[str, str]:
    return {key: value for key, value in fields.items() if value}


def _object(holder: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
