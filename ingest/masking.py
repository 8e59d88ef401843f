"""Takes personal data, gives what people see of it who may not see it whole. The one place that decides.

What is masked stays recognisable as the same thing on one page (an address, a number), not as the person.
"""

import re
from dataclasses import dataclass
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied

HIDDEN = "***"
# What a payload says about itself and not about a person. Anything else is masked: new fields are safe by default.
OPEN_FIELDS = {
    "type",
    "event",
    "timestamp",
    "sentAt",
    "time",
    "received_at",
    "locale",
    "timezone",
    "reason",
    "bot",
    "v",
}
OPEN_OBJECTS = {"library", "consent"}
CLOSED_OBJECTS = {"traits", "identifiers", "unusable"}
_PERSONAL_TEXT = re.compile(
    r"[^\s/?&=:,;<>()\"']+(?:@|%40)[^\s/?&=:,;<>()\"']+"  # an address
    r"|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}"  # an id made by a machine
    r"|(?<![-:T\d])\+?\d[\d\s().\-]{5,}\d"  # a number, but not a time
)


class Person(Protocol):
    def has_perm(self, perm: str) -> bool: ...


@dataclass(frozen=True)
class Mask:
    """Shows data whole, or masked when it is on."""

    on: bool

    def identifier(self, kind: str, value: str) -> str:
        return masked_identifier(kind, value) if self.on else value

    def pair(self, text: str) -> tuple[str, str]:
        """("email", what may be seen) of "email:ann@example.com", as a row carries it."""
        kind, _, value = text.partition(":")
        return kind, self.identifier(kind, value)

    def text(self, text: str) -> str:
        return _PERSONAL_TEXT.sub(HIDDEN, text) if self.on else text

    def said(self, words: str) -> str:
        """What somebody wrote of people: any word of it may name one."""
        return HIDDEN if self.on and words else words

    def value(self, value: Any) -> Any:
        return masked_value(value) if self.on else value

    def payload(self, payload: Any) -> Any:
        return masked_payload(payload) if self.on else payload


def mask_for(person: Person, *, whole: str, masked: str) -> Mask:
    """How a person sees data that the permission `whole` shows whole and `masked` masked. Raises PermissionDenied."""
    if person.has_perm(whole):
        return Mask(on=False)
    if person.has_perm(masked):
        return Mask(on=True)
    raise PermissionDenied


def masked_identifier(kind: str, value: str) -> str:
    """a***@example.com, +49***90, and of anything else no more than its first two signs."""
    if kind == "email" and "@" in value:
        local, _, domain = value.rpartition("@")
        return f"{local[:1]}{HIDDEN}@{domain}"
    if kind == "phone" and len(value) > 7:
        return f"{value[:3]}{HIDDEN}{value[-2:]}"
    return f"{value[:2] if len(value) > 5 else ''}{HIDDEN}"


def masked_value(value: Any) -> Any:
    """Every text and number of a value hidden, its shape kept."""
    if isinstance(value, dict):
        return {name: masked_value(item) for name, item in value.items()}
    if isinstance(value, list):
        return [masked_value(item) for item in value]
    return value if value is None or isinstance(value, bool) else HIDDEN


def masked_payload(payload: Any) -> Any:
    """An event or an envelope of events, with only its open fields left readable."""
    if isinstance(payload, list):
        return [masked_payload(item) for item in payload]
    if not isinstance(payload, dict):
        return masked_value(payload)
    return {name: _masked_field(name, item) for name, item in payload.items()}


def _masked_field(name: str, item: Any) -> Any:
    if name in OPEN_OBJECTS:
        return item
    if name in CLOSED_OBJECTS:
        return masked_value(item)
    if name in OPEN_FIELDS and not isinstance(item, dict | list):
        return Mask(on=True).text(item) if isinstance(item, str) and name == "event" else item
    return masked_payload(item)
