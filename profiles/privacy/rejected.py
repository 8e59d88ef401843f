"""Takes the identifiers of a person, gives the rejected records that carry one: some at a time, in order."""

from collections.abc import Iterable
from dataclasses import dataclass

from ingest.models import RejectedRecord
from ingest.privacy.suppression import pairs_of_rejected

RECORDS_AT_ONCE = 1_000
SHORTEST_TEXT = 6  # what is shorter stands in other people's records by chance

Pair = tuple[str, str]


@dataclass(frozen=True)
class Searched:
    """`last` is the last record looked at; None: there are no more."""

    last: int | None
    found: list[int]


def search_rejected(wanted: Iterable[Pair], *, after: int, limit: int = RECORDS_AT_ONCE) -> Searched:
    pairs = set(wanted)
    texts = [value.encode() for _, value in pairs if len(value) >= SHORTEST_TEXT]
    rows = list(RejectedRecord.objects.filter(pk__gt=after).order_by("pk").values_list("pk", "data")[:limit])
    found = [pk for pk, data in rows if _carries(bytes(data), pairs, texts)]
    return Searched(rows[-1][0] if len(rows) == limit else None, found)


def _carries(data: bytes, pairs: set[Pair], texts: list[bytes]) -> bool:
    """What can't be read as an event is searched for the values as they stand."""
    if not data:
        return False
    return bool(pairs & pairs_of_rejected(data)) or any(text in data for text in texts)
