"""Records and a model → the pairs that may be one person, each with its probability and the waterfall that explains it."""

import json
from collections.abc import Iterable
from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa

from profiles.matching import guards, neighbours, scoring, training
from profiles.matching.cleaning import TEXTS, UnusableRecords, clean, id_column, id_columns
from profiles.matching.comparisons import comparisons
from profiles.matching.contradictions import facts
from profiles.matching.model import Model

Answers = Iterable[tuple[str, str, bool]]
Told = list[tuple[str, str, bool]]
LEAST_BITS = -6.0  # pairs below this weight are nobody's business
FEW_RECORDS = 1_000  # what is learned from fewer is not trusted to merge as easily
RANDOM_PAIRS = 600_000
SHOWN = {
    "given name": "given", "middle name": "middle", "generation": "suffix", "birth date": "dob", "e-mail": "email",
    "address": "coalesce({0}.house || ' ', '') || coalesce({0}.street || ', ', '') || coalesce({0}.postcode || ' ', '') || coalesce({0}.city, '')",
}  # fmt: skip


def train(records: pa.Table, *, answers: Answers | None = None) -> Model:
    """Learns from the records alone; answers (record_id_1, record_id_2, same) make it better."""
    cleaned = clean(records)
    size = cleaned.num_rows
    if size < 2:
        raise UnusableRecords("At least two records are needed to train a model.")
    kinds = sorted(id_column(kind) for kind in id_columns(records.column_names))
    model = Model(kinds, [[level.m for level in c.levels] for c in comparisons(kinds)], [], {}, trained_on=size)
    connection = scoring.open_people(cleaned, kinds)
    known = set(cleaned.column("record_id").to_pylist())
    told = [(a, b, same) for a, b, same in answers or () if a in known and b in known and a != b]
    random = _patterns(connection, model, scoring.random_pairs(connection, RANDOM_PAIRS))
    blocked = _patterns(connection, model, None)
    if told:
        blocked = _with_answers(connection, model, blocked, told)
    model = training.learn(model, blocked, random, size * (size - 1) / 2)
    model = replace(model, automatic_threshold=0.999 if size >= FEW_RECORDS else 0.9995)
    return _calibrated(connection, model, told) if told else model


def _patterns(connection: duckdb.DuckDBPyConnection, model: Model, pairs: pa.Table | None) -> training.Patterns:
    return training.Patterns(
        *scoring.level_patterns(connection, model, scoring.compare(connection, model, pairs=pairs))
    )


def _with_answers(
    connection: duckdb.DuckDBPyConnection, model: Model, blocked: training.Patterns, told: Told
) -> training.Patterns:
    levels, counts, answered = [blocked.levels], [blocked.counts], [blocked.answered]
    for same in (True, False):
        if chosen := [pair for pair in told if pair[2] is same]:
            pairs = scoring.pair_table([a for a, _, _ in chosen], [b for _, b, _ in chosen])
            found = _patterns(connection, model, pairs)
            levels.append(found.levels)
            counts.append(found.counts * training.ANSWER_PAIRS)
            answered.append(np.full(len(found.counts), float(same)))
    return training.Patterns(np.concatenate(levels), np.concatenate(counts), np.concatenate(answered))


def _calibrated(connection: duckdb.DuckDBPyConnection, model: Model, told: Told) -> Model:
    pairs = scoring.pair_table([a for a, _, _ in told], [b for _, b, _ in told])
    same = {frozenset((a, b)): value for a, b, value in told}
    scored = _weighed(connection, model, scoring.compare(connection, model, pairs=pairs))
    labels = np.array([float(same[frozenset(pair)]) for pair in zip(scored.left, scored.right, strict=True)])
    slope, shift = training.calibrate(scored.bits, labels)
    return replace(model, slope=slope, shift=shift, answers=len(told))


def find_matches(records: pa.Table, model: Model, *, changed: set[str] | None = None) -> pa.Table:
    """All pairs worth a look; with `changed`, those with a record in it."""
    cleaned = clean(records)
    if cleaned.num_rows < 2:
        return _empty()
    connection = scoring.open_people(cleaned, model.id_columns)
    table = scoring.compare(connection, model, least_bits=LEAST_BITS)
    alone = _weighed(connection, model, table)
    chains, refused = neighbours.groups(dict(zip(alone.pairs, alone.final.tolist(), strict=True)), facts(cleaned))
    table = _with_pairs(connection, model, table, sorted(chains.keys() - set(alone.pairs)))
    if changed is not None:
        connection.execute("CREATE TABLE changed AS SELECT unnest(?::VARCHAR[]) AS record_id", [sorted(changed)])
        connection.execute(
            f"CREATE TABLE changed_pairs AS SELECT * FROM {table} WHERE record_id_l IN (FROM changed) OR record_id_r IN (FROM changed)"
        )
        table = "changed_pairs"
    scored = _weighed(connection, model, table)
    scored.hear(chains, refused)
    return _matches(connection, model, scored)


def _with_pairs(connection: duckdb.DuckDBPyConnection, model: Model, table: str, more: list[tuple[str, str]]) -> str:
    """The table, and the pairs that no blocking pass proposed."""
    if not more:
        return table
    connection.execute(f"CREATE TABLE proposed AS FROM {table}")
    pairs = scoring.pair_table([a for a, _ in more], [b for _, b in more])
    connection.execute(f"INSERT INTO proposed BY NAME FROM {scoring.compare(connection, model, pairs=pairs)}")
    return "proposed"


class _Scored:
    """Pairs with the weight of each part: prior, comparisons, guard, answers."""

    def __init__(self, model: Model, found: dict[str, np.ndarray]) -> None:
        size = len(model.m)
        self.left, self.right = found["record_id_l"].tolist(), found["record_id_r"].tolist()
        self.levels = np.column_stack([found[f"level_{i}"] for i in range(size)]).astype(np.int64)
        fields = [c.field for c in model.compared]
        weights = np.column_stack([found[f"w{i}"] for i in range(size)]).astype(float)
        self.weights = guards.without_echo(fields, weights, self.levels, np.array(model.m[fields.index("e-mail")]))
        self.guard, self.kind = guards.guard_weights(fields, self.weights, model.rates)
        bearers, again = found["bearers"].astype(float), model.rates["match"] * model.trained_on
        self.bearers = bearers
        self.namesakes = guards.namesake_weights(
            fields, self.weights, self.levels, bearers, again, float(found["size"][0]) if len(bearers) else 1.0
        )
        self.prior = float(np.log2(model.rates["match"] / (1 - min(model.rates["match"], 0.5))))
        self.bits = self.prior + self.weights.sum(axis=1) + self.namesakes + self.guard
        self.own = model.slope * self.bits + model.shift
        self.final = self.own
        self.pairs = list(zip(self.left, self.right, strict=True))

    def hear(self, chains: dict[tuple[str, str], float], refused: set[tuple[str, str]]) -> None:
        """Lets third records speak."""
        heard = [
            neighbours.correction(p, w, chains, refused) for p, w in zip(self.pairs, self.own.tolist(), strict=True)
        ]
        self.final = self.own + np.array(heard)


def _weighed(connection: duckdb.DuckDBPyConnection, model: Model, table: str) -> _Scored:
    columns = ["record_id_l", "record_id_r"]
    for i in range(len(model.m)):
        columns += [f"level_{i}", f"w{i}"]
    columns += [
        "greatest(coalesce(a.name_bearers, 1), coalesce(b.name_bearers, 1)) AS bearers",
        "(SELECT count(*) FROM people) AS size",
    ]
    return _Scored(
        model,
        connection.execute(
            f"SELECT {', '.join(columns)} FROM {table} t JOIN people a ON a.record_id = t.record_id_l"
            " JOIN people b ON b.record_id = t.record_id_r ORDER BY 1, 2"
        ).fetchnumpy(),
    )


def _matches(connection: duckdb.DuckDBPyConnection, model: Model, scored: _Scored) -> pa.Table:
    keep = np.flatnonzero(scored.final >= LEAST_BITS)
    left, right = [scored.left[i] for i in keep], [scored.right[i] for i in keep]
    shown = _shown(connection, model, left, right)
    parts = [json.dumps(_waterfall(model, scored, int(i), shown, n), ensure_ascii=False) for n, i in enumerate(keep)]
    bits = scored.final[keep]
    return pa.table(
        {
            "record_id_1": pa.array(left, pa.string()),
            "record_id_2": pa.array(right, pa.string()),
            "probability": pa.array(1 / (1 + np.exp2(-np.clip(bits, -200, 200))), pa.float64()),
            "match_weight": pa.array(bits, pa.float64()),
            "parts": pa.array(parts, pa.string()),
        }
    )


def _empty() -> pa.Table:
    texts = pa.array([], pa.string())
    numbers = pa.array([], pa.float64())
    return pa.table(
        {"record_id_1": texts, "record_id_2": texts, "probability": numbers, "match_weight": numbers, "parts": texts}
    )


def _shown(
    connection: duckdb.DuckDBPyConnection, model: Model, left: list[str], right: list[str]
) -> list[list[tuple[str | None, str | None]]]:
    """For each comparison, the two values of each pair."""
    connection.register("kept", scoring.pair_table(left, right))
    found = []
    for c in model.compared:
        sql = SHOWN.get(c.field) or (c.field if c.field in TEXTS else c.levels[0].tf or c.field)
        a, b = (sql.format(t) if "{0}" in sql else f"{t}.{sql}" for t in "ab")
        rows = connection.execute(
            f"SELECT {a}, {b} FROM kept JOIN people a ON a.record_id = join_key_l JOIN people b ON b.record_id = join_key_r ORDER BY join_key_l, join_key_r"
        ).fetchall()
        found.append([(row[0], row[1]) for row in rows])
    return found


def _waterfall(
    model: Model, scored: _Scored, i: int, shown: list[list[tuple[str | None, str | None]]], n: int
) -> list[dict[str, object]]:
    parts = [_part("prior", None, None, "prior", scored.prior, "before anything is compared: two records at random")]
    for c, comparison in enumerate(model.compared):
        level = scored.levels[i, c]
        if level >= 0:
            a, b = shown[c][n]
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
    if abs(heard := scored.final[i] - scored.own[i]) > 0.005:
        words = "other records tie them together" if heard > 0 else "other records of the two contradict each other"
        parts.append(_part("other records", None, None, "chain" if heard > 0 else "contradiction", heard, words))
    return parts


def _part(field: str, a: str | None, b: str | None, level: str, weight: float, words: str) -> dict[str, object]:
    return {"field": field, "a": a, "b": b, "level": level, "weight": round(float(weight), 3), "words": words}
