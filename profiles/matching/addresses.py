"""An address in parts or in one line → street, house number, postcode and city, folded."""

import re
from dataclasses import dataclass
from functools import lru_cache

from profiles.matching.names import fold

SHORT = {
    "street": "st", "str": "st", "strasse": "st", "saint": "st", "road": "rd", "avenue": "ave", "av": "ave", "lane": "ln", "drive": "dr",
    "court": "ct", "crt": "ct", "place": "pl", "square": "sq", "boulevard": "blvd", "terrace": "tce", "ter": "tce", "crescent": "cres",
    "circuit": "cct", "highway": "hwy", "parade": "pde", "north": "n", "south": "s", "east": "e", "west": "w", "close": "cl",
    "apartment": "apt", "unit": "apt", "flat": "apt", "suite": "apt", "ulitsa": "ul", "ulica": "ul", "calle": "c", "rue": "r",
}  # fmt: skip
NO_PLACE = frozenset(["unknown", "none", "null", "na", "nan", "test", "xxx", "asdf", "undefined"])


@dataclass(frozen=True)
class Address:
    street: str | None = None
    house: str | None = None
    postcode: str | None = None
    city: str | None = None


def _place(text: str | None) -> str | None:
    folded = fold(text or "")
    return None if not folded or folded in NO_PLACE or set(folded) <= set("x0 ") else folded


@lru_cache(200_000)
def address(street: str | None, postcode: str | None, city: str | None, line: str | None) -> Address:
    code = (_place(postcode) or "").replace(" ", "") or None
    town = _place(city)
    text = street
    if not street and line:
        text, code, town = _from_line(line, code, town)
    name, house = _street(text)
    if code and (len(set(code)) == 1 or code in ("12345", "99999")):
        code = None
    return Address(name, house, code, town)


def _from_line(line: str, code: str | None, town: str | None) -> tuple[str, str | None, str | None]:
    first, *rest = [p.strip() for p in line.split(",")]
    tail = " ".join(rest) or (first if code is None else "")
    if code is None and (m := re.search(r"\b([A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4,6})\b(?!.*\b\d{4,6}\b)", tail)):
        code = fold(m[1]).replace(" ", "")
    if town is None and rest:
        words = [w for w in re.findall(r"[^\W\d_]+", rest[0]) if not (len(w) == 2 and w.isupper())]
        town = fold(" ".join(words)) or None
    return first, code, town


def _street(text: str | None) -> tuple[str | None, str | None]:
    folded = _place(text)
    if folded is None:
        return None, None
    folded = re.sub(r"([a-z]{3,})(strasse|str)\b", r"\1 st", folded)
    words = [SHORT.get(w, w) for w in folded.split()]
    numbers = [w for w in words if w[0].isdigit()]
    name = " ".join(w for w in words if not w[0].isdigit())
    return name or None, numbers[0] if numbers else None
