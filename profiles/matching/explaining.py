"""Pairs that are worth a look → the table of matches, each with the waterfall that explains its weight."""

import json

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from profiles.matching import guards
from profiles.matching.cleaning import TEXTS
from profiles.matching.model import Model
from profiles.matching.weighing import Scored, scored

SCHEMA = pa.schema(
    [("record_id_1", pa.string()), ("record_id_2", pa.string()), ("probability", pa.float64()), ("match_weight", pa.float64()),
     ("parts", pa.string())]
)  # fmt: skip
SHOWN = {
    "given name": "given", "middle name": "middle", "generation": "suffix", "birth date": "dob", "e-mail": "email",
    "address": "coalesce({0}.house || ' ', '') || coalesce({0}.street || ', ', '') || coalesce({0}.postcode || ' ', '') || coalesce({0}.city, '')",
}  # fmt: skip


def explained(connection: duckdb.DuckDBPyConnection, model: Model, table: str, kept: pa.Table) -> pa.Table:
    """`kept`: number_l, number_r and the final weight of the pairs of the table that are returned."""
    connection.register("kept_pairs", kept)
    connection.execute("CREATE OR REPLACE TABLE kept AS SELECT * FROM kept_pairs")
    connection.unregister("kept_pairs")
    more = ", a.record_id AS record_id_1, b.record_id AS record_id_2, final"
    for i, c in enumerate(model.compared):
        sql = SHOWN.get(c.field) or (c.field if c.field in TEXTS else c.levels[0].tf or c.field)
        a, b = (sql.format(t) if "{0}" in sql else f"{t}.{sql}" for t in "ab")
        more += f", {a} AS a{i}, {b} AS b{i}"
    table = f"(SELECT * FROM {table} JOIN kept USING (number_l, number_r))"
    batches = [_matches(model, *both) for both in scored(connection, model, table, more=more, order="ORDER BY 1, 2")]
    return pa.Table.from_batches(batches, SCHEMA)


def _matches(model: Model, pairs: Scored, batch: pa.RecordBatch) -> pa.RecordBatch:
    final: NDArray[np.float64] = batch.column("final").to_numpy()
    values = [
        list(zip(batch.column(f"a{c}").to_pylist(), batch.column(f"b{c}").to_pylist(), strict=True))
        for c in range(len(model.compared))
    ]
    parts = [
        json.dumps(_waterfall(model, pairs, i, bits, [both[i] for both in values]), ensure_ascii=False)
        for i, bits in enumerate(final.tolist())
    ]
    probability = pa.array(1 / (1 + np.exp2(-np.clip(final, -200, 200))), pa.float64())
    ids = (batch.column(name).cast(pa.string()) for name in ("record_id_1", "record_id_2"))
    columns = [*ids, probability, pa.array(final, pa.float64()), pa.array(parts, pa.string())]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def _waterfall(
    model: Model, scored: Scored, i: int, final: float, shown: list[tuple[str | None, str | None]]
) -> list[dict[str, object]]:
    parts = [_part("prior", None, None, "prior", scored.prior, "before anything is compared: two records at random")]
    for c, comparison in enumerate(model.compared):
        level = scored.levels[i, c]
        if level >= 0:
            a, b = shown[c]
            parts.append(
                _part(comparison.field, a, b, str(level), scored.weights[i, c], comparison.levels[level].words)
            )
    if scored.namesakes[i] < -0.005:
        parts.append(
            _part(
                "name frequency",
                None,
                None,
                "common name",
                scored.namesakes[i],
                f"{int(scored.bearers[i])} records bear this name",
            )
        )
    if scored.guard[i] < -0.005:
        kind = guards.KINDS[scored.kind[i]]
        parts.append(_part("guard", None, None, kind.name, scored.guard[i], kind.words))
    if abs(learned := scored.own[i] - scored.bits[i]) > 0.005:
        parts.append(_part("answers", None, None, "calibration", learned, "what stewards' answers taught"))
    if abs(heard := final - scored.own[i]) > 0.005:
        words = "other records tie them together" if heard > 0 else "other records of the two contradict each other"
        parts.append(_part("other records", None, None, "chain" if heard > 0 else "contradiction", heard, words))
    return parts


def _part(field: str, a: str | None, b: str | None, level: str, weight: float, words: str) -> dict[str, object]:
    return {"field": field, "a": a, "b": b, "level": level, "weight": round(float(weight), 3), "words": words}
