"""What is known of how a source writes, applied to its records: dates by their format, full names by their order."""

import datetime
import re
from typing import Any

import pyarrow as pa

LETTERS = {"YYYY": "%Y", "YY": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%m", "DD": "%d", "D": "%d"}
SHORT = {
    "iso": "%Y-%m-%d",
    "ymd": "%Y/%m/%d",
    "dmy": "%d/%m/%Y",
    "mdy": "%m/%d/%Y",
    "us": "%m/%d/%Y",
    "eu": "%d/%m/%Y",
    "compact": "%Y%m%d",
}
SURNAME_FIRST = re.compile(r"^(last|family|surname|eastern|lf)", re.IGNORECASE)


def read_by_source(records: pa.Table, sources: dict[str, dict[str, Any]]) -> pa.Table:
    """The same records, birth dates of a source with a known date format as ISO, full names with the given name first."""
    if "source" not in records.column_names:
        return records
    origin = [sources.get(str(s), {}) for s in records.column("source").to_pylist()]
    for column, read in (("dob", _date), ("full_name", _name)):
        if column in records.column_names:
            texts = records.column(column).to_pylist()
            made = [read(text, known) if text else text for text, known in zip(texts, origin, strict=True)]
            records = records.set_column(records.column_names.index(column), column, pa.array(made, pa.string()))
    return records


def _setting(known: dict[str, Any], *words: str) -> str:
    return next((str(v) for k, v in known.items() if all(w in k.lower() for w in words)), "")


def _date(text: str, known: dict[str, Any]) -> str:
    written = _setting(known, "date") or _setting(known, "dob")
    formatted = SHORT.get(written.lower(), written)
    if "%" not in formatted:
        formatted = re.sub("Y+|M+|D+", lambda m: LETTERS.get(m[0], m[0]), formatted.upper())
    try:
        found = datetime.datetime.strptime(text.strip(), formatted)
    except ValueError:
        return text
    year = found.year - 100 if found.year > datetime.date.today().year else found.year
    return f"{year:04}-{found.month:02}-{found.day:02}"


def _name(text: str, known: dict[str, Any]) -> str:
    style = _setting(known, "name")
    if "," in text or not SURNAME_FIRST.match(style):
        return text
    surname, _, given = text.strip().partition(" ")
    return f"{surname}, {given}" if given else text
