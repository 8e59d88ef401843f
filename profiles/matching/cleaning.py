"""Records as delivered → one row a record, cleaned, in the columns that blocking and comparisons read."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from profiles.matching import addresses, dates, emails, names, phones

KNOWN = (
    "record_id source created_at title first_name middle_name last_name suffix full_name gender dob email "
    "phone phone2 street unit city postcode region country address_line company"
).split()
GENDERS = {"m": "m", "male": "m", "man": "m", "herr": "m", "mr": "m", "f": "f", "female": "f", "w": "f", "woman": "f", "frau": "f",
           "mrs": "f", "ms": "f", "miss": "f"}  # fmt: skip
TEXTS = (
    "given short_name given_sound given_initial middle whole surname surname_sound suffix gender dob dob_swapped "
    "email email_local email_number phone phone2 phone_end street house postcode city company"
).split()
LISTS = ("given_keys", "surname_keys")
JUNK_IDS = frozenset(["none", "null", "na", "nan", "undefined", "unknown", "test", "0", "1", "xxx"])
MOST_SURNAMES = 6  # a mailbox or a phone of more surnames than this is nobody's


class UnusableRecords(ValueError):
    """The records can't be matched; the message says why."""


def id_columns(columns: Iterable[str]) -> list[str]:
    """Every column that isn't a known one is a kind of identifier."""
    return sorted(c for c in columns if c not in KNOWN)


def id_column(kind: str) -> str:
    return "id_" + re.sub(r"\W", "_", kind.lower())


def clean(records: pa.Table) -> pa.Table:
    if "record_id" not in records.column_names:
        raise UnusableRecords("The records need a column record_id.")
    raw = {c: _texts(records.column(c)) for c in records.column_names}
    ids = raw["record_id"]
    if len(set(ids)) != len(ids) or None in ids:
        raise UnusableRecords("Every record needs a record_id of its own.")
    cleaned = _columns(raw, len(ids))
    _drop_values_of_many(cleaned)
    arrays: dict[str, Any] = {"record_id": pa.array(ids, pa.string())}
    arrays |= {c: pa.array(cleaned[c], pa.string()) for c in TEXTS}
    arrays |= {c: pa.array(cleaned[c], pa.list_(pa.string())) for c in LISTS}
    for kind in id_columns(raw):
        arrays[id_column(kind)] = pa.array([_identifier(v) for v in raw[kind]], pa.string())
    return pa.table(arrays)


def _texts(column: pa.ChunkedArray) -> list[str | None]:
    return [str(v).strip() or None if v is not None else None for v in column.to_pylist()]


def _identifier(value: str | None) -> str | None:
    key = re.sub(r"[\s\-./]", "", (value or "").lower())
    return None if not key or key in JUNK_IDS or len(set(key)) == 1 else key


def _columns(raw: dict[str, list[str | None]], size: int) -> dict[str, list[Any]]:
    nothing: list[str | None] = [None] * size
    out: dict[str, list[Any]] = defaultdict(list)
    month_first = _month_first(raw.get("dob", nothing), raw.get("source", nothing))
    column = [raw.get(c, nothing) for c in KNOWN[1:]]
    for row in zip(*column, strict=True):
        value = dict(zip(KNOWN[1:], row, strict=True))
        _person(out, value)
        _contact(out, value, month_first)
    return out


def _month_first(dobs: Sequence[str | None], sources: Sequence[str | None]) -> dict[str | None, bool]:
    texts = defaultdict(list)
    for source, text in zip(sources, dobs, strict=True):
        if text:
            texts[source].append(text)
    return {source: dates.looks_month_first(found) for source, found in texts.items()}


def _person(out: dict[str, list[Any]], value: dict[str, str | None]) -> None:
    name = names.person_name(
        value["first_name"], value["middle_name"], value["last_name"], value["suffix"], value["full_name"]
    )
    given, surname = names.fold(name.given or "") or None, names.fold(name.surname or "") or None
    out["given"].append(given)
    out["surname"].append(surname)
    out["given_keys"].append(list(names.name_keys(name.given, given=True)) if given and name.given else None)
    out["short_name"].append(next((k for k in out["given_keys"][-1] or () if k.startswith("~")), None))
    out["surname_keys"].append(list(names.name_keys(name.surname, given=False)) if surname and name.surname else None)
    out["given_sound"].append(names.sound(given.replace(" ", "")) if given else None)
    out["surname_sound"].append(names.sound(surname.replace(" ", "")) if surname else None)
    out["given_initial"].append(given[0] if given else None)
    out["middle"].append(names.fold(name.middle or "") or None)
    out["whole"].append(_whole(given, name.middle, surname))
    out["suffix"].append(name.suffix)
    out["gender"].append(GENDERS.get(names.fold(value["gender"] or value["title"] or "")))
    out["company"].append(names.fold(value["company"] or "") or None)


def _whole(*parts: str | None) -> str | None:
    """All words of a name, in one order, however it is parted into given name and surname."""
    words = sorted(names.fold(" ".join(part for part in parts if part)).split())
    return "".join(words) if len(words) > 1 else None


def _contact(out: dict[str, list[Any]], value: dict[str, str | None], month_first: dict[str | None, bool]) -> None:
    dob = dates.birth_date(value["dob"], month_first.get(value["source"], False))
    email = emails.email_address(value["email"])
    first, second = (phones.phone_digits(value[c], value["country"]) for c in ("phone", "phone2"))
    place = addresses.address(value["street"], value["postcode"], value["city"], value["address_line"])
    phone = first or second
    found = {
        "dob": dob, "dob_swapped": dates.swapped(dob), "email": email, "email_local": emails.local_key(email),
        "email_number": emails.number(email), "phone": phone,
        "phone2": second if second != phone else None, "phone_end": phone[-7:] if phone else None,
        "street": place.street, "house": place.house, "postcode": place.postcode, "city": place.city,
    }  # fmt: skip
    for name, text in found.items():
        out[name].append(text)


def _drop_values_of_many(out: dict[str, list[Any]]) -> None:
    """A mailbox or phone under many surnames, or a birth date that half the world shares, tells nothing."""
    for column, also in (("email", ("email_local",)), ("phone", ("phone_end",)), ("phone2", ())):
        people: dict[str, set[str]] = defaultdict(set)
        for text, sound in zip(out[column], out["surname_sound"], strict=True):
            if text and sound:
                people[text].add(sound[:3])
        many = {text for text, sounds in people.items() if len(sounds) > MOST_SURNAMES}
        _blank(out, column, many, also)
    days = Counter(d for d in out["dob"] if d)
    usual = sum(days.values()) / max(len(days), 1)
    common = {d for d, n in days.items() if n > max(10 * usual, 20) and d[5:] in ("01-01", "12-31", "11-11", "12-25")}
    _blank(out, "dob", common, ("dob_swapped",))


def _blank(out: dict[str, list[Any]], column: str, values: set[str], also: tuple[str, ...]) -> None:
    for i, text in enumerate(out[column]):
        if text in values:
            for name in (column, *also):
                out[name][i] = None
