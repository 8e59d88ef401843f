"""Takes the bytes of one delivered record, gives it normalised; what can't be read is set aside whole."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from lambdas.transform import record as transform


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that gives no events, as it came, and why."""

    data: bytes
    detail: str
    reason: str = "unreadable"


Record = dict[str, Any] | Unreadable

# What orjson reads without complaint and PostgreSQL can't hold, or what it makes less exact: NUL, and whole numbers
# beyond 64 bits, which become floats. Both are rare, and the strict reader is several times slower.
_ESCAPED_NUL = b"\\u0000"
_DIGITS_AS_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)
_LONG_NUMBER = b"0" * 19


def _as_it_is(envelope: dict[str, Any]) -> dict[str, Any]:
    return envelope


def read_record(data: bytes, *, revise: Callable[[dict[str, Any]], dict[str, Any]] = _as_it_is) -> Record:
    """The record, transformed before or not. Never raises: a bug too costs one record a replay, not its neighbours.

    `revise` gets the envelope of a record that was never transformed, before it is.
    """
    record = _read_normalised(data)
    if record is not None:
        return record
    if not data.strip():
        return Unreadable(data, "empty")
    try:
        envelope = transform.read_record(data)
        record = envelope if envelope.get("normalised") is True else transform.normalise_record(revise(envelope))
        return record if _is_envelope(record) else Unreadable(data, "not a normalised record")
    except transform.Unreadable as error:
        return Unreadable(data, str(error))
    except Exception as error:
        return Unreadable(data, f"the normaliser failed: {type(error).__name__}")


def _read_normalised(data: bytes) -> dict[str, Any] | None:
    if _ESCAPED_NUL in data or _LONG_NUMBER in data.translate(_DIGITS_AS_ZEROS):
        return None
    try:
        record = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return record if isinstance(record, dict) and record.get("normalised") is True and _is_envelope(record) else None


def _is_envelope(record: dict[str, Any]) -> bool:
    source, rejected = record.get("source"), record.get("rejected", [])
    return (
        record.get("v") == 1
        and isinstance(source, dict)
        and type(source.get("id")) is int
        and isinstance(record.get("events"), list)
        and isinstance(rejected, list)
        and (not rejected or all(isinstance(one, dict) for one in rejected))
    )
