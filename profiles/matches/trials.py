"""Takes a draft's trial, gives what the draft would do: candidates and joinings that appear, that go, and which."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction

from profiles.matches.candidates import fill_work
from profiles.matches.joining import Pair, that_hold_together
from profiles.models import MatchModel, MatchRun
from profiles.reading import read, read_one

if TYPE_CHECKING:
    import pyarrow as pa

EXAMPLES = 8
APPEARS, GOES, JOINS = "appears", "goes", "joins"
_STORE = """
INSERT INTO match_trial_pairs (run_id, a_id, b_id, probability, joins)
SELECT %s, w.a_id, w.b_id, w.probability, false FROM found_matches w
WHERE NOT EXISTS (SELECT FROM separated_profiles() s WHERE (s.a_id, s.b_id) = (w.a_id, w.b_id))
"""
_JOINS = """
UPDATE match_trial_pairs SET joins = true
WHERE run_id = %s AND (a_id, b_id) IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[]))
  AND obstacle_to_match(a_id, b_id) IS NULL
"""


@dataclass(frozen=True)
class Example:
    """Two profiles, by their numbers now, and how sure it is that they are one."""

    what: str
    a_profile_id: int
    b_profile_id: int
    probability: float


@dataclass(frozen=True)
class TrialEffect:
    """`before` candidates there are now, `after` there would be; `joins` would be joined without a person."""

    before: int
    after: int
    appears: int
    goes: int
    joins: int
    examples: dict[str, list[Example]]

    @property
    def profile_ids(self) -> set[int]:
        return {i for rows in self.examples.values() for e in rows for i in (e.a_profile_id, e.b_profile_id)}


@transaction.atomic
def store_trial(run: MatchRun, model: MatchModel, matches: "pa.Table", records: "pa.Table") -> int:
    """What would be candidates, and which of them would be joined. Gives how many; changes nothing else."""
    run.pairs.all().delete()
    with connection.cursor() as cursor:
        fill_work(cursor, matches)
        cursor.execute(_STORE, [run.pk])
        stored: int = cursor.rowcount
    if model.automatic_threshold is not None:
        _mark_joins(run, records, model.automatic_threshold)
    return stored


def _mark_joins(run: MatchRun, records: "pa.Table", threshold: float) -> None:
    sure = run.pairs.filter(probability__gte=threshold).order_by("-probability", "a_id", "b_id")
    pairs = [Pair(*row) for row in sure.values_list("a_id", "b_id", "probability")]
    holding = that_hold_together(pairs, records, threshold=threshold)
    with connection.cursor() as cursor:
        cursor.execute(_JOINS, [run.pk, [pair.a_id for pair in holding], [pair.b_id for pair in holding]])


def effect_of_trial(run: MatchRun) -> TrialEffect:
    """Compared with the candidates as they are at this moment."""
    counts = read_one("match_trial_counts", run_id=run.pk)
    rows = read("match_trial_examples", Example, run_id=run.pk, examples=EXAMPLES)
    return TrialEffect(
        **counts, examples={what: [row for row in rows if row.what == what] for what in (APPEARS, GOES, JOINS)}
    )
