"""Takes columns' names and some of their values, gives what each column means, and of each row the event it tells."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from dateutil import parser as dates

from lambdas.event import KIND, kind_name
from lambdas.transform.normalise import Unusable, normalise_identifier

SKIP, IDENTIFIER, TRAIT, TIME, MESSAGE_ID, EVENT = "skip", "identifier", "trait", "time", "message_id", "event"
USES = {
    IDENTIFIER: "Identifier",
    TRAIT: "Trait",
    TIME: "Time of the event",
    MESSAGE_ID: "Id of the event",
    EVENT: "Name of the event",
    SKIP: "Leave out",
}
ENOUGH = 0.8  # of a column's values
# What a text leaves out is taken from these: a date that is whole comes out the same with both.
_DEFAULTS = (datetime(2000, 1, 1), datetime(2001, 2, 2))
_BY_NAME = (
    (re.compile(r"(?:e_?mail|mail)(?:_?address|_?adresse)?_?\d*"), IDENTIFIER, "email"),
    (re.compile(r"(?:tele)?(?:phone|fon|mobile|handy|cell|tel)(?:_?(?:number|no|nr))?_?\d*"), IDENTIFIER, "phone"),
    (re.compile(r"(?:user|customer|client|member|kunden)_?(?:id|no|nr|number|nummer|key)"), IDENTIFIER, "user_id"),
    (re.compile(r"(?:anonymous|cookie|visitor|browser)_?id"), IDENTIFIER, "anonymous_id"),
    (re.compile(r"(?:loyalty|device|crm|card|account|contact|external)_?(?:id|no|nr|number|key)"), IDENTIFIER, ""),
    (re.compile(r"(?:message|event)_?id"), MESSAGE_ID, ""),
    (re.compile(r"event(?:_?name)?"), EVENT, ""),
    (re.compile(r"(?:event_?)?(?:time|timestamp|time_?stamp|occurred_?at|created_?at|updated_?at)"), TIME, ""),
)  # fmt: skip


class UnusableMapping(ValueError):
    """The message says what is missing."""


class UnusableRow(ValueError):
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True)
class Column:
    """What a column of the file is: its use, and for an identifier its kind, for a trait its name."""

    name: str
    use: str
    target: str = ""


@dataclass(frozen=True)
class ColumnMapping:
    columns: list[Column]
    day_first: bool = False  # 03/04/2026 is the third of April

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def mapping_from(stored: Mapping[str, Any]) -> ColumnMapping:
    return ColumnMapping([Column(**column) for column in stored["columns"]], bool(stored.get("day_first")))


def guess(names: Sequence[str], rows: Sequence[Sequence[str]], *, region: str = "") -> ColumnMapping:
    """By a column's name first, then by what most of its values can be."""
    values = [[row[place] for row in rows if place < len(row) and row[place].strip()] for place in range(len(names))]
    columns = [_guessed(name, values[place], region) for place, name in enumerate(names)]
    return ColumnMapping(columns, _day_first(columns, values))


def check(mapping: ColumnMapping) -> None:
    """Raises UnusableMapping."""
    if not any(column.use == IDENTIFIER for column in mapping.columns):
        raise UnusableMapping(
            "Say of at least one column that it is an identifier: without one, no row belongs to anyone."
        )
    for column in mapping.columns:
        if column.use == IDENTIFIER and not KIND.fullmatch(column.target):
            raise UnusableMapping(f"“{column.name}”: a kind is named by a-z, 0-9 and _, starting with a letter.")
        if column.use == TRAIT and not column.target.strip():
            raise UnusableMapping(f"“{column.name}”: a trait needs a name.")
    for use in (TIME, MESSAGE_ID, EVENT):
        if sum(column.use == use for column in mapping.columns) > 1:
            raise UnusableMapping(f"More than one column is “{USES[use]}”.")


def event_of(values: Sequence[str], mapping: ColumnMapping) -> dict[str, Any]:
    """The event that a row tells, as if it had been posted. Raises UnusableRow."""
    identifiers: dict[str, list[str]] = {}
    event: dict[str, Any] = {"type": "identify", "traits": {}, "identifiers": identifiers}
    for column, value in zip(mapping.columns, values, strict=False):
        text = value.strip()
        if not text or column.use == SKIP:
            continue
        if column.use == IDENTIFIER:
            identifiers.setdefault(column.target, []).append(text)
        elif column.use == TRAIT:
            event["traits"][column.target] = text
        elif column.use == TIME:
            event["timestamp"] = _moment(text, mapping.day_first)
        elif column.use == MESSAGE_ID:
            event["messageId"] = text
        else:
            event |= {"type": "track", "event": text}
    return event


def _guessed(name: str, values: Sequence[str], region: str) -> Column:
    plain = re.sub(r"\W+", "_", kind_name(name)).strip("_")
    for pattern, use, target in _BY_NAME:
        if pattern.fullmatch(plain) and (use != TIME or _share(values, _is_time) >= ENOUGH):
            return Column(name, use, (target or plain) if use == IDENTIFIER else "")
    if _share(values, lambda value: "@" in value and _is("email", value, region)) >= ENOUGH:
        return Column(name, IDENTIFIER, "email")
    if _share(values, lambda value: value.startswith("+") and _is("phone", value, region)) >= ENOUGH:
        return Column(name, IDENTIFIER, "phone")
    return Column(name, TRAIT, plain or name)


def _share(values: Iterable[str], fits: Callable[[str], bool]) -> float:
    verdicts = [fits(value.strip()) for value in values]
    return sum(verdicts) / len(verdicts) if verdicts else 0.0


def _is(kind: str, value: str, region: str) -> bool:
    try:
        normalise_identifier(kind, value, region=region)
    except Unusable:
        return False
    return True


def _is_time(value: str) -> bool:
    try:
        _moment(value, day_first=True)
    except UnusableRow:
        return False
    return True


def _day_first(columns: Sequence[Column], values: Sequence[Sequence[str]]) -> bool:
    """Whether some time begins with a number that is no month."""
    times = [value for column, found in zip(columns, values, strict=True) if column.use == TIME for value in found]
    return any((found := re.match(r"\s*(\d{1,2})[./-]", value)) and int(found[1]) > 12 for value in times)


# Days come again and again in a file; reading one that isn't ISO costs as much as all else of a row.
@lru_cache(maxsize=16_384)
def _moment(text: str, day_first: bool) -> str:
    """ISO 8601 in UTC; a time without a zone is taken as UTC."""
    try:
        moment = _read_time(text, day_first)
    except (ValueError, OverflowError):
        raise UnusableRow("bad_time", f"no time: {text[:40]}") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat().replace("+00:00", "Z")


def _read_time(text: str, day_first: bool) -> datetime:
    if re.fullmatch(r"\d{10}|\d{13}", text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        # A year first is never followed by the day.
        day_first = day_first and not re.match(r"\d{4}", text)
    read: datetime
    again: datetime
    read, again = (dates.parse(text, dayfirst=day_first, default=default) for default in _DEFAULTS)
    if read != again:
        raise ValueError("part of the date is missing")
    return read
