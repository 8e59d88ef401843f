"""What two records of one person can't both say."""

from dataclasses import dataclass

import pyarrow as pa
from rapidfuzz.distance import OSA, JaroWinkler

GENERATION = 12  # years, at least, between father and son


@dataclass(frozen=True, slots=True)
class Facts:
    given: str | None
    given_keys: frozenset[str]
    surname: str | None
    dob: str | None
    dob_swapped: str | None
    suffix: str | None
    gender: str | None


def facts(cleaned: pa.Table) -> dict[str, Facts]:
    columns = ("record_id", "given", "given_keys", "surname", "dob", "dob_swapped", "suffix", "gender")
    rows = zip(*(cleaned.column(c).to_pylist() for c in columns), strict=True)
    return {r: Facts(g, frozenset(k or ()), s, d, x, f, n) for r, g, k, s, d, x, f, n in rows}


def contradict(a: Facts, b: Facts) -> bool:
    if a.suffix and b.suffix and a.suffix != b.suffix:
        return True
    against = 2 * given_names_clash(a, b) + birth_dates_clash(a, b)
    against += bool(a.gender and b.gender and a.gender != b.gender)
    return against >= 2


def given_names_clash(a: Facts, b: Facts) -> bool:
    if not a.given or not b.given or a.given_keys & b.given_keys:
        return False
    if len(a.given) == 1 or len(b.given) == 1:
        return a.given[0] != b.given[0]
    return a.given != b.surname and b.given != a.surname and JaroWinkler.similarity(a.given, b.given) < 0.8


def birth_dates_clash(a: Facts, b: Facts) -> int:
    """2: nobody is born then and then; 1: somebody may have put it down wrong."""
    if not a.dob or not b.dob or a.dob == b.dob or a.dob == b.dob_swapped:
        return 0
    same_parts = sum(a.dob[i:j] == b.dob[i:j] for i, j in ((0, 4), (5, 7), (8, 10)))
    if same_parts >= 2 or OSA.distance(a.dob, b.dob) <= 2:
        return 0
    return 1 if abs(int(a.dob[:4]) - int(b.dob[:4])) <= GENERATION else 2
