"""Takes records and a model, gives matches: the one place that calls profiles.matching.

Its libraries are large and only workers need them, so they are imported when they are used.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

Answer = tuple[int, int, bool]
OnProgress = Callable[[int, int], None]


def train(records: "pa.Table", *, answers: Iterable[Answer] = ()) -> dict[str, Any]:
    """The parameters of a model: learned from the records alone, and from people's answers where there are any."""
    from profiles import match_interim as matching

    return dict(matching.train(records, answers=list(answers)))


def find_matches(
    records: "pa.Table", parameters: dict[str, Any], *, changed: set[int] | None, on_progress: OnProgress
) -> "pa.Table":
    """record_id_1, record_id_2, probability, match_weight, parts. An exception out of `on_progress` stops the work."""
    from profiles import match_interim as matching

    on_progress(0, 0)
    return matching.find_matches(records, parameters, changed=changed)


def cluster(records: "pa.Table", matches: "pa.Table", *, threshold: float) -> "pa.Table":
    """record_id, cluster_id: the matches that hold together when looked at as a whole."""
    from profiles import match_interim as matching

    return matching.cluster(records, matches, threshold=threshold)
