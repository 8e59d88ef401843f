"""Takes records and a model, gives matches: the one place that calls profiles.matching.

Its libraries are large and only workers need them, so they are imported when they are used. To it, a record's id is a
text; to the rest of us, the number of a profile.
"""

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

Answer = tuple[int, int, bool]
OnProgress = Callable[[int, int], None]


def train(records: "pa.Table", *, answers: Iterable[Answer] = ()) -> dict[str, Any]:
    """The parameters of a model: learned from the records alone, and from people's answers where there are any.

    {"model": what profiles.matching reads again, "one_in": so many pairs there are for each of one person,
    "charts": [{"field", "levels": [{"words", "m", "u"}]}]}: m is how often a level is seen of one person's records, u
    how often of two people's.
    """
    model = _matching().train(_texts(records), answers=[(str(a), str(b), same) for a, b, same in answers] or None)
    charts = [
        {
            "field": compared.field,
            "levels": [
                {"words": level.words, "m": m, "u": u} for level, m, u in zip(compared.levels, ms, us, strict=True)
            ],
        }
        for compared, ms, us in zip(model.compared, model.m, model.u, strict=True)
    ]
    return {"model": json.loads(model.to_json()), "one_in": 1 / model.rates["match"], "charts": charts}


def find_matches(
    records: "pa.Table", parameters: dict[str, Any], *, changed: set[int] | None, on_progress: OnProgress
) -> "pa.Table":
    """record_id_1, record_id_2, probability, match_weight, parts. An exception out of `on_progress` stops the work."""
    on_progress(0, 0)
    model = _matching().Model.from_json(json.dumps(parameters["model"]))
    texts = None if changed is None else {str(number) for number in changed}
    return _numbers(_matching().find_matches(_texts(records), model, changed=texts), "record_id_1", "record_id_2")


def cluster(records: "pa.Table", matches: "pa.Table", *, threshold: float) -> "pa.Table":
    """record_id, cluster_id: the matches that hold together when looked at as a whole."""
    return _numbers(_matching().cluster(_texts(records), _texts(matches), threshold=threshold), "record_id")


def _matching() -> Any:
    from profiles import matching

    return matching


def _texts(table: "pa.Table") -> "pa.Table":
    return _cast(table, "string", *(name for name in table.column_names if name.startswith("record_id")))


def _numbers(table: "pa.Table", *names: str) -> "pa.Table":
    return _cast(table, "int64", *names)


def _cast(table: "pa.Table", to: str, *names: str) -> "pa.Table":
    for name in names:
        table = table.set_column(table.column_names.index(name), name, table.column(name).cast(to))
    return table
