"""Takes candidates above the second threshold, gives decisions that no person made; each can be taken back."""

from collections import Counter
from dataclasses import dataclass, field
from math import log2
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from profiles.deciding.decisions import merge_profiles
from profiles.matches.engine import cluster
from profiles.matches.runs import Progress
from profiles.models import Identifier, MatchCandidate, MatchModel

if TYPE_CHECKING:
    import pyarrow as pa

ALL_BUT_SURE = 2.0**-60
LOOSE = "not sure enough as a whole"
WAITS = "changes so much that a person must approve it"


@dataclass(frozen=True)
class Joined:
    joined: int = 0
    skipped: dict[str, int] = field(default_factory=dict)  # what stands against it, to how many


@dataclass(frozen=True)
class Pair:
    a_id: int
    b_id: int
    probability: float

    @property
    def bits(self) -> float:
        return log2(self.probability / max(1 - self.probability, ALL_BUT_SURE))


def sure_candidates(model: MatchModel) -> list[Pair]:
    """Those above the model's second threshold, the surest first; none where it has none."""
    if model.automatic_threshold is None:
        return []
    sure = MatchCandidate.objects.filter(model=model, probability__gte=model.automatic_threshold)
    return [
        Pair(*row) for row in sure.order_by("-probability", "candidate_id").values_list("a_id", "b_id", "probability")
    ]


def that_hold_together(pairs: list[Pair], records: "pa.Table", *, threshold: float) -> list[Pair]:
    """Without those that a look at all of them takes apart: too large, contradictory, held by one weak bridge."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pairs:
        return []
    ids = pa.array(sorted({i for pair in pairs for i in (pair.a_id, pair.b_id)}), pa.int64())
    matches = pa.table({
        "record_id_1": [pair.a_id for pair in pairs],
        "record_id_2": [pair.b_id for pair in pairs],
        "probability": [pair.probability for pair in pairs],
        "match_weight": [pair.bits for pair in pairs],
    })  # fmt: skip
    clusters = cluster(records.filter(pc.is_in(records["record_id"], value_set=ids)), matches, threshold=threshold)
    of = dict(zip(clusters["record_id"].to_pylist(), clusters["cluster_id"].to_pylist(), strict=True))
    return [pair for pair in pairs if pair.a_id in of and of[pair.a_id] == of.get(pair.b_id)]


def join_sure(model: MatchModel, records: "pa.Table", *, progress: Progress) -> Joined:
    """Safe to break off: what is joined stays so, and the next run goes on with the rest."""
    pairs = sure_candidates(model)
    if model.automatic_threshold is None or not pairs:
        return Joined()
    holding = that_hold_together(pairs, records, threshold=model.automatic_threshold)
    skipped = Counter({LOOSE: len(pairs) - len(holding)})
    progress.step("joining", total=len(holding))
    joined = 0
    for number, pair in enumerate(holding):
        progress(number)
        against = join(pair, model=model)
        joined += not against
        skipped[against] += bool(against)
    return Joined(joined, {reason: count for reason, count in sorted(skipped.items()) if count})


@transaction.atomic
def join(pair: Pair, *, model: MatchModel) -> str:
    """What stands against it, or "" where they are one profile now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT engine_lock()")
        cursor.execute("SELECT obstacle_to_match(%s, %s)", [pair.a_id, pair.b_id])
        (against,) = cursor.fetchone()
    ids = set(Identifier.objects.filter(pk__in=(pair.a_id, pair.b_id)).values_list("profile_id", flat=True))
    if against or len(ids) < 2:
        return str(against or "")
    try:
        reason = f"probability {pair.probability:.4f}"
        decided = merge_profiles(a_profile_id=min(ids), b_profile_id=max(ids), author=model.author, reason=reason)
    except ValidationError as error:
        return str(getattr(error, "code", None) or "refused")
    return WAITS if decided.pending else ""
