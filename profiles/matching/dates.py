"""A birth date in any of the usual notations → ISO, its day and month swapped, or nothing."""

import datetime
import re
from functools import lru_cache

from profiles.matching.names import fold

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero gennaio janeiro ene", "feb february februar fevrier febrero febbraio fev",
            "mar march maerz mars marzo mrz marco", "apr april avril abril aprile abr avr", "may mai mayo maggio maio mag",
            "jun june juni juin junio giugno junho giu", "jul july juli juillet julio luglio julho lug",
            "aug august aout agosto ago", "sep sept september septembre septiembre settembre setembro set",
            "oct october oktober octobre octubre ottobre outubro okt ott out", "nov november novembre noviembre novembro",
            "dec december dezember decembre diciembre dicembre dezembro dez dic",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
NO_DATE = frozenset({"1900-01-01", "1901-01-01", "1970-01-01", "1899-12-31", "1899-12-30", "1800-01-01", "9999-12-31"})
MONTH_FIRST = frozenset({"mdy", "month_first", "us"})


def _iso(year: int, month: int, day: int) -> str | None:
    if month > 12 and day <= 12:
        month, day = day, month
    try:
        found = datetime.date(year, month, day)
    except ValueError:
        return None
    return found.isoformat() if 1850 < year <= datetime.date.today().year else None


def _year(text: str) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    return 1900 + year if year > datetime.date.today().year % 100 else 2000 + year


@lru_cache(200_000)
def birth_date(text: str | None, month_first: bool = False) -> str | None:
    text = (text or "").strip()
    if not text:
        return None
    folded = fold(text.split("T")[0] if re.match(r"\d{4}-\d\d-\d\dT", text) else text)
    words = [w for w in re.findall(r"[a-z]+|\d+", folded) if w not in ("st", "nd", "rd", "th", "de", "of")]
    found = _from_words(words, month_first)
    return None if found in NO_DATE else found


def _from_words(words: list[str], month_first: bool) -> str | None:
    named = [w for w in words if w in MONTHS]
    numbers = [w for w in words if w.isdigit()]
    if named and len(numbers) >= 2:
        long = [n for n in numbers if len(n) == 4]
        year = long[0] if long else numbers[1]
        day = next(n for n in numbers if n is not year)
        return _iso(_year(year), MONTHS[named[0]], int(day))
    if len(numbers) == 1 and len(numbers[0]) == 8:
        n = numbers[0]
        return _iso(int(n[:4]), int(n[4:6]), int(n[6:])) or _iso(int(n[4:]), int(n[2:4]), int(n[:2]))
    if len(numbers) < 3:
        return None
    a, b, c = numbers[:3]
    if len(a) == 4:
        return _iso(int(a), int(b), int(c))
    first, second = (int(a), int(b)) if month_first else (int(b), int(a))
    return _iso(_year(c), first, second) if len(c) in (2, 4) else None


def swapped(iso: str | None) -> str | None:
    """Day and month the other way round, where that is a date too."""
    if iso is None or int(iso[8:]) > 12:
        return None
    return f"{iso[:5]}{iso[8:]}-{iso[5:7]}"


def looks_month_first(texts: list[str]) -> bool:
    """Whether a source writes the month first: told by days above twelve."""
    pairs = [
        (int(m[1]), int(m[2]))
        for t in texts
        if (m := re.match(r"\s*(\d{1,2})[/.\- ](\d{1,2})[/.\- ]\d{2,4}\b", t or ""))
    ]
    return sum(b > 12 >= a for a, b in pairs) > sum(a > 12 >= b for a, b in pairs)
