"""Takes an event as posted, gives its type and every (kind, value) in it: the one list of where identifiers stand."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

TYPES = ("identify", "track", "page", "alias")
MAX_IDENTIFIERS = 10
MAX_POSTED_IDENTIFIERS = 100  # usable or not
MAX_KIND = 40
MAX_TRAIT_NAME = 255  # characters; trait_values is found by it
MAX_VALUE_BYTES = 512
MAX_MESSAGE_ID = 128

HASH = re.compile(r"hmac:[0-9a-f]{64}")  # of a value that is not kept itself
KIND = re.compile(rf"[a-z][a-z0-9_]{{0,{MAX_KIND - 1}}}")
PEOPLE_WRITE = {
    "phone_number": "phone",
    "phonenumber": "phone",
    "email_address": "email",
    "emailaddress": "email",
    "e_mail": "email",
    "userid": "user_id",
    "anonymousid": "anonymous_id",
}
FIELDS = (
    "userId",
    "user_id",
    "anonymousId",
    "anonymous_id",
    "email",
    "phone",
    "phone_number",
    "phoneNumber",
)
TRAITS = ("email", "phone", "phone_number", "phoneNumber")

# Signs that people copy along without seeing them. Joiners stay: they make a difference in several scripts.
_UNSEEN = {"Cc", "Cs", "Cf"}
_JOINERS = "\u200c\u200d"
_WORD_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[\s.\-]+")


class NoText(ValueError):
    """A value that is no text to compare; the message is the reason word: not_text, empty or too_long."""


@lru_cache(maxsize=1024)
def kind_name(name: str) -> str:
    """The kind that a field's name means: userId is user_id, phoneNumber is phone, loyaltyId is loyalty_id."""
    snake = _WORD_BREAK.sub("_", name.strip()).lower()
    return PEOPLE_WRITE.get(snake, snake)


def event_type(event: Mapping[str, Any]) -> str:
    """One of TYPES, or "" for a type that nobody knows. The smallest events state none."""
    stated = event.get("type")
    if stated is None:
        return "track" if "event" in event else "identify"
    return stated if stated in TYPES else ""


def posted_identifiers(event: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Every (kind, value) of an event, unchecked and not distinct; what is absent or null is not there."""
    yield from _values(event, FIELDS)
    stated = event.get("identifiers")
    if isinstance(stated, dict):
        yield from _values(stated, stated)
    elif stated is not None:
        yield "identifiers", [stated]  # no text, so unusable, and visible as such
    traits = event.get("traits")
    if isinstance(traits, dict):
        yield from _values(traits, TRAITS)
    if event.get("type") == "alias":
        yield from _previous(event)


def plain_text(value: object) -> str:
    """The value's text: trimmed, composed (NFC), without control and invisible signs; whole numbers as decimals."""
    if isinstance(value, int) and not isinstance(value, bool):
        if value.bit_length() > 1024:  # str() of a huge number is quadratic, and refused by Python
            raise NoText("too_long")
        return str(value)
    if not isinstance(value, str):
        raise NoText("not_text")
    text = value.strip() if value.isascii() and value.isprintable() else _seen(value)
    if not text:
        raise NoText("empty")
    if len(text.encode()) > MAX_VALUE_BYTES:
        raise NoText("too_long")
    return text


def _seen(value: str) -> str:
    kept = (sign for sign in value if unicodedata.category(sign) not in _UNSEEN or sign in _JOINERS)
    return _trimmed(unicodedata.normalize("NFC", "".join(kept)))


def _trimmed(text: str) -> str:
    while (shorter := text.strip().strip(_JOINERS)) != text:
        text = shorter
    return text


def _values(fields: Mapping[str, Any], names: Any) -> Iterator[tuple[str, object]]:
    for name in names:
        value = fields.get(name)
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                yield kind_name(name), one


def _previous(event: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """An alias ties an old name to a new one. With a userId beside it the old name is an earlier user id, unless it is
    this browser's own anonymous id; without one it is a browser's id from before."""
    previous = event.get("previousId")
    user = event.get("userId", event.get("user_id"))
    anonymous = event.get("anonymousId", event.get("anonymous_id"))
    if previous is not None and previous != anonymous:
        yield ("user_id" if user is not None else "anonymous_id"), previous
