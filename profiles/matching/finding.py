"""Records and a model → the pairs that may be one person, each with its probability and the waterfall that explains it."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Literal

import duckdb
import numpy as np
import pyarrow as pa

from profiles.matching import changes, neighbours, scoring, training
from profiles.matching.cleaning import UnusableRecords, clean, id_column, id_columns
from profiles.matching.comparisons import comparisons
from profiles.matching.contradictions import Facts, facts
from profiles.matching.explaining import SCHEMA, explained
from profiles.matching.model import Model
from profiles.matching.spark import Spark
from profiles.matching.weighing import Floats, Ints, Weighed, scored, weigh

Answers = Iterable[tuple[str, str, bool]]
Told = list[tuple[str, str, bool]]
LEAST_BITS = -6.0  # pairs below this weight are nobody's business
FEW_RECORDS = 1_000  # what is learned from fewer is not trusted to merge as easily
RANDOM_PAIRS = 600_000
RATE_STEPS = 2


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
    model = _with_rate_of_pairs(connection, model, size * (size - 1) / 2)
    model = replace(model, automatic_threshold=0.999 if size >= FEW_RECORDS else 0.9995)
    return _calibrated(connection, model, told, cleaned) if told else model


def _with_rate_of_pairs(connection: duckdb.DuckDBPyConnection, model: Model, all_pairs: float) -> Model:
    """The rate of matches at which as many are expected of the pairs as it says. Patterns of levels alone make it too
    high where people are many: they know neither how common a value is nor which other kinds of pairs there are."""
    for _ in range(RATE_STEPS):
        own = weigh(connection, model, scoring.compare(connection, model, least_bits=LEAST_BITS)).own
        shift = training.settle(own, model.rates["match"] * all_pairs)
        model = replace(model, rates=training.bounded({**model.rates, "match": model.rates["match"] * 2.0**shift}))
        if abs(shift) < 0.25:
            break
    return model


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
            pairs = scoring.numbered_pairs(connection, [(a, b) for a, b, _ in chosen])
            found = _patterns(connection, model, pairs)
            levels.append(found.levels)
            counts.append(found.counts * training.ANSWER_PAIRS)
            answered.append(np.full(len(found.counts), float(same)))
    return training.Patterns(np.concatenate(levels), np.concatenate(counts), np.concatenate(answered))


def _calibrated(connection: duckdb.DuckDBPyConnection, model: Model, told: Told, cleaned: pa.Table) -> Model:
    """By each answered pair of which third records say nothing. People are asked where a group speaks against what two
    records show, so those answers say how right the group is, and nothing of what the two alone weigh."""
    moved = _moved_by_others(connection, model, cleaned)
    pairs = scoring.numbered_pairs(connection, [(a, b) for a, b, _ in told])
    ordered = zip(pairs.column("join_key_l").to_pylist(), pairs.column("join_key_r").to_pylist(), strict=True)
    same = {frozenset(pair): value for pair, (_, _, value) in zip(ordered, told, strict=True)}
    table = scoring.compare(connection, model, pairs=pairs)
    bits, labels = [], []
    for batch, _ in scored(connection, model, table, order="ORDER BY 1, 2"):
        for left, right, weight in zip(batch.left.tolist(), batch.right.tolist(), batch.bits.tolist(), strict=True):
            if (left, right) not in moved:
                bits.append(weight)
                labels.append(float(same[frozenset((left, right))]))
    slope, shift = training.calibrate(np.array(bits), np.array(labels))
    return replace(model, slope=slope, shift=shift, answers=len(told))


def _moved_by_others(connection: duckdb.DuckDBPyConnection, model: Model, cleaned: pa.Table) -> set[tuple[int, int]]:
    """The pairs that third records make likelier or less likely than the two alone show, by their numbers."""
    alone = weigh(connection, model, scoring.compare(connection, model, least_bits=LEAST_BITS))
    chains, refused = neighbours.groups(alone, _facts(connection, cleaned))
    apart = np.abs(neighbours.heard(alone, chains, refused) - alone.own) >= 1.0
    return set(zip(alone.left[apart].tolist(), alone.right[apart].tolist(), strict=True)) | refused


def find_matches(
    records: pa.Table, model: Model, *, changed: set[str] | None = None, backend: Literal["duckdb"] | Spark = "duckdb"
) -> pa.Table:
    """All pairs worth a look; with `changed`, those with a record in it, at a part of the cost (see changes.py).

    With Spark, it compares what blocking proposes among all; the same settings give the same pairs and weights."""
    compare = partial(scoring.compare, least_bits=LEAST_BITS, backend=backend if isinstance(backend, Spark) else None)
    cleaned = clean(records)
    if cleaned.num_rows < 2:
        return SCHEMA.empty_table()
    connection = scoring.open_people(cleaned, model.id_columns)
    only = None if changed is None else scoring.numbers(connection, sorted(changed))
    table = compare(connection, model) if only is None else changes.compare_around(connection, model, only, compare)
    alone = weigh(connection, model, table)
    chains, refused = neighbours.groups(alone, _facts(connection, cleaned))
    more = neighbours.missing(chains, alone)
    if len(more):
        pairs = scoring.pair_table(more[:, 0], more[:, 1])
        added = scoring.compare(connection, model, pairs=pairs)
        alone += weigh(connection, model, added)
        table = f"(FROM {table} UNION ALL BY NAME FROM {added})"
    final = neighbours.heard(alone, chains, refused)
    return explained(connection, model, table, _kept(alone, final, only))


def _facts(connection: duckdb.DuckDBPyConnection, cleaned: pa.Table) -> dict[int, Facts]:
    known = facts(cleaned)
    return {n: known[r] for n, r in connection.execute("SELECT number, record_id FROM people").fetchall()}


def _kept(pairs: Weighed, final: Floats, changed: Ints | None) -> pa.Table:
    keep = final >= LEAST_BITS
    if changed is not None:
        keep &= np.isin(pairs.left, changed) | np.isin(pairs.right, changed)
    return pa.table({"number_l": pairs.left[keep], "number_r": pairs.right[keep], "final": final[keep]})
