"""Takes the matches that were found, gives stored candidates; and of a profile, those that stand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from profiles.models import MatchModel
from profiles.reading import read

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 500_000  # the surest; more than people can look at means that a threshold is wrong
ROWS_A_BATCH = 10_000
_WORK = """
CREATE TEMP TABLE IF NOT EXISTS found_matches (
    a_id bigint, b_id bigint, probability float8, match_weight float8, parts jsonb
) ON COMMIT DELETE ROWS
"""


@dataclass(frozen=True)
class Stored:
    """`stale`: found, but changed while they were compared: the next run looks at them again."""

    appeared: int = 0
    stayed: int = 0
    gone: int = 0
    stale: int = 0
    separated: int = 0


@dataclass(frozen=True)
class Standing:
    """A candidate as it is now: its two profiles are two, and nobody has said that they are."""

    candidate_id: int
    profile_id: int
    other_profile_id: int
    probability: float
    match_weight: float


@transaction.atomic
def store_matches(matches: "pa.Table", *, model: MatchModel, changed: Iterable[int] | None) -> Stored:
    """Make the candidates of these profiles (None: of all) what was found."""
    with connection.cursor() as cursor:
        fill_work(cursor, matches)
        cursor.execute(
            "SELECT * FROM store_candidates(%s, %s::bigint[])", [model.pk, None if changed is None else list(changed)]
        )
        return Stored(*cursor.fetchall()[0])


def fill_work(cursor: Any, matches: "pa.Table | None") -> None:
    """The session's work table, with these matches in it until the transaction ends."""
    cursor.execute(_WORK)
    cursor.execute("TRUNCATE found_matches")
    if matches is None:
        return
    with connection.wrap_database_errors, cursor.cursor.copy("COPY found_matches FROM STDIN") as copy:
        for row in _rows(matches):
            copy.write_row(row)


def _rows(matches: "pa.Table") -> Iterator[tuple[Any, ...]]:
    names = ("record_id_1", "record_id_2", "probability", "match_weight", "parts")
    for batch in matches.select(names).to_batches(max_chunksize=ROWS_A_BATCH):
        for one, other, *rest in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield min(one, other), max(one, other), *rest


def above(matches: "pa.Table", threshold: float) -> "tuple[pa.Table, int]":
    """Those that are sure enough to ask about, at most so many as people could look at, and how many that cut off."""
    import pyarrow.compute as pc

    enough = matches.filter(pc.greater_equal(matches["probability"], threshold))
    if enough.num_rows <= MOST:
        return enough, 0
    surest = enough.sort_by([("probability", "descending"), ("record_id_1", "ascending"), ("record_id_2", "ascending")])
    return surest.slice(0, MOST), enough.num_rows - MOST


def standing_candidates_of(profile_id: int, *, limit: int = 20) -> list[Standing]:
    return read("match_candidates_of", Standing, profile_id=profile_id, limit=limit)
