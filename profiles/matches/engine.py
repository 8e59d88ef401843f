"""Takes records and a model, gives matches. To profiles.matching a record's id is a text; to the rest of us, the number
of a profile. Each call is a process of its own (see apart)."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings

from profiles.matches.apart import call

if TYPE_CHECKING:
    import pyarrow as pa

Answer = tuple[int, int, bool]
OnWait = Callable[[], None]


def train(records: "pa.Table", *, answers: Iterable[Answer] = (), on_wait: OnWait = lambda: None) -> dict[str, Any]:
    """The parameters of a model: learned from the records alone, and from people's answers where there are any.

    {"model": what profiles.matching reads again, "one_in": so many pairs there are for each of one person,
    "charts": [{"field", "levels": [{"words", "m", "u"}]}]}: m is how often a level is seen of one person's records, u
    how often of two people's. Here and below: an exception out of `on_wait` stops the work.
    """
    told = [(str(a), str(b), same) for a, b, same in answers] or None
    parameters: dict[str, Any] = call("train", _texts(records), told, on_wait=on_wait)
    return parameters


def find_matches(
    records: "pa.Table",
    parameters: dict[str, Any],
    *,
    changed: set[int] | None,
    on_wait: OnWait = lambda: None,
) -> "pa.Table":
    """record_id_1, record_id_2, probability, match_weight, parts; by the database that MATCH_BACKEND names."""
    texts = None if changed is None else {str(number) for number in changed}
    found = call("find_matches", _texts(records), parameters["model"], texts, _spark(), on_wait=on_wait)
    return _numbers(found, "record_id_1", "record_id_2")


def cluster(
    records: "pa.Table", matches: "pa.Table", *, threshold: float, on_wait: OnWait = lambda: None
) -> "pa.Table":
    """record_id, cluster_id: the matches that hold together when looked at as a whole."""
    return _numbers(call("cluster", _texts(records), _texts(matches), threshold, on_wait=on_wait), "record_id")


def _spark() -> dict[str, str] | None:
    if settings.MATCH_BACKEND != "spark":
        return None
    return {
        "master": settings.MATCH_SPARK_MASTER,
        "memory": settings.MATCH_SPARK_MEMORY,
        "scratch": settings.MATCH_SPARK_SCRATCH,
    }


def _texts(table: "pa.Table") -> "pa.Table":
    return _cast(table, "string", *(name for name in table.column_names if name.startswith("record_id")))


def _numbers(table: "pa.Table", *names: str) -> "pa.Table":
    return _cast(table, "int64", *names)


def _cast(table: "pa.Table", to: str, *names: str) -> "pa.Table":
    for name in names:
        table = table.set_column(table.column_names.index(name), name, table.column(name).cast(to))
    return table
