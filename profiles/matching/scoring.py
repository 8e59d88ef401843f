"""Cleaned records and a model → Splink's levels and weights of pairs, in a DuckDB table."""

import logging
import math
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from splink import DuckDBAPI, Linker

from profiles.matching import blocking, spark, spills
from profiles.matching.comparisons import settings
from profiles.matching.model import Model
from profiles.matching.spark import Spark

NUDGE = 1e-7
FREQUENT = ("given", "surname", "dob", "email", "phone", "postcode", "city", "company")
# What doesn't fit into this goes to disk for the while: the process as a whole stays below 4 GB.
LIMITS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "memory_limit": "2GB",
}
logging.getLogger("splink").setLevel(logging.WARNING)


def open_people(cleaned: pa.Table, id_columns: list[str]) -> duckdb.DuckDBPyConnection:
    """A database in memory with the table people: the cleaned records, numbered by their ids' order, and their blocking keys."""
    connection = duckdb.connect(":memory:", config={**LIMITS, "temp_directory": spills.own_directory()})
    missing = [c for c in id_columns if c not in cleaned.column_names]
    for column in missing:
        cleaned = cleaned.append_column(column, pa.nulls(cleaned.num_rows, pa.string()))
    connection.register("cleaned", cleaned)
    connection.execute(
        "CREATE TABLE people AS SELECT (row_number() OVER (ORDER BY record_id) - 1)::INTEGER AS number, * FROM cleaned"
    )
    connection.unregister("cleaned")
    blocking.add_blocks(connection, "people", id_columns)
    return connection


def compare(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    *,
    pairs: pa.Table | None = None,
    least_bits: float | None = None,
    backend: Spark | None = None,
) -> str:
    """The name of a table with level_N (0 the best, -1 missing) and the weights wN of the given pairs, or of all that
    blocking proposes. Only the latter are ever enough for Spark."""
    predicting = _Predicting(model, _count(connection, "people"), least_bits)
    for table, column in predicting.frequencies.items():
        _count_values(connection, model, column, predicting.size, table)
    if backend and pairs is None:
        return _compare_on_spark(connection, predicting, backend)
    if pairs is not None:
        connection.register("given_pairs", pairs)
        connection.execute("CREATE OR REPLACE TABLE pairs_to_compare AS SELECT '0' AS match_key, * FROM given_pairs")
    predicted = predicting.predict(DuckDBAPI(connection), "duckdb", given="pairs_to_compare" if pairs else "")
    present = {row[0] for row in connection.execute(f"DESCRIBE {predicted}").fetchall()}
    slim = f"slim_{predicted}"
    connection.execute(f"CREATE OR REPLACE TABLE {slim} AS SELECT {predicting.slim(present)} FROM {predicted}")
    connection.execute(f"DROP TABLE {predicted}")
    return slim


def _compare_on_spark(connection: duckdb.DuckDBPyConnection, predicting: "_Predicting", backend: Spark) -> str:
    tables = {name: connection.table(name).to_arrow_table() for name in ("people", *predicting.frequencies)}
    with spark.session(backend) as running:
        from splink.backends.spark import SparkAPI

        spark.read(running, tables)
        predicted = predicting.predict(SparkAPI(spark_session=running), "spark")  # type: ignore[no-untyped-call]
        present = set(running.table(predicted).columns)
        found = running.sql(f"SELECT {predicting.slim(present)} FROM {predicted}").toArrow()
    connection.register("found_on_spark", found)
    connection.execute("CREATE OR REPLACE TABLE slim_of_spark AS SELECT * FROM found_on_spark")
    connection.unregister("found_on_spark")
    return "slim_of_spark"


class _Predicting:
    """One linker's settings, for either database: the table people and its frequencies must be there."""

    def __init__(self, model: Model, size: int, least_bits: float | None) -> None:
        self.model, self.size, self.least_bits = model, size, least_bits
        self.m, self.u = _told_apart(model)
        self.frequencies = {f"frequencies_{i}": c for i, c in enumerate([*FREQUENT, *model.id_columns])}

    def predict(self, api: Any, dialect: str, *, given: str = "") -> str:
        """The name of Splink's table of pairs; `given`: of a table of the only pairs to compare."""
        rules = blocking.blocking_rules(self.size, self.model.id_columns)
        prior = min(max(self.model.rates.get("match", 1e-4), 1e-12), 0.5)
        made = settings(self.model.compared, rules, self.m, self.u, prior=prior, backend=dialect)
        linker = Linker(api.register("people"), made, log_level=logging.WARNING, validate_settings=False)
        for table, column in self.frequencies.items():
            linker.table_management.register_term_frequency_lookup(api.register(table), column)
        if given:
            linker.table_management.register_blocked_pairs_for_predict(api.register(given))
        predicted = linker.inference.predict(threshold_match_weight=self.least_bits, warning_mode="never")
        return str(predicted.physical_name)

    def slim(self, present: set[str]) -> str:
        """Levels and weights only. Splink keeps levels together with all compared values or not at all, and the values
        of millions of pairs don't fit into memory: so the level is read off its weight."""
        columns = ["number_l", "number_r"]
        for i, (m_levels, u_levels) in enumerate(zip(self.m, self.u, strict=True)):
            bits = [math.log2(a / b) for a, b in zip(m_levels, u_levels, strict=True)]
            cases = " ".join(f"WHEN abs(mw_c{i} - ({b!r})) < {NUDGE / 4!r} THEN {k}" for k, b in enumerate(bits))
            columns.append(f"CAST(CASE {cases} ELSE -1 END AS TINYINT) AS level_{i}")
            tf = f" + mw_tf_adj_c{i}" if f"mw_tf_adj_c{i}" in present else ""
            columns.append(f"CAST(coalesce(mw_c{i}{tf}, 0.0) AS DOUBLE) AS w{i}")
        return ", ".join(columns)


def _told_apart(model: Model) -> tuple[list[list[float]], list[list[float]]]:
    """The m and u of each level, such that no two levels of a comparison weigh exactly the same."""
    u = model.u or [[share / 2.0 ** (k + 1) for k, share in enumerate(levels)] for levels in model.m]
    return [[share * (1 + (k + 1) * NUDGE) for k, share in enumerate(levels)] for levels in model.m], u


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])


def _count_values(connection: duckdb.DuckDBPyConnection, model: Model, column: str, size: int, table: str) -> None:
    """How often a stranger has the value: the records with it, less those that are the same person again."""
    again = 1 + model.rates.get("match", 0.0) * max(size - 1, 1)
    exact = next((u[0] for c, u in zip(model.compared, model.u, strict=False) if c.levels[0].tf == column), 1.0)
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE {table} AS
        SELECT {column}, greatest(count(*) - {again}, {min(exact * size, 0.4)}) / {size}::DOUBLE AS tf_{column}
        FROM people WHERE {column} IS NOT NULL GROUP BY {column}
        """
    )


def random_pairs(connection: duckdb.DuckDBPyConnection, most: int) -> pa.Table:
    """All pairs if they are few, else a sample; the same for the same records."""
    size = _count(connection, "people")
    if size * (size - 1) // 2 <= most:
        return pair_table(*np.triu_indices(size, 1))
    dice = np.random.default_rng(20)
    left, right = dice.integers(0, size, most), dice.integers(0, size, most)
    keep = left != right
    return pair_table(left[keep], right[keep])


def pair_table(left: NDArray[np.int64], right: NDArray[np.int64]) -> pa.Table:
    return pa.table({"join_key_l": pa.array(left, pa.int32()), "join_key_r": pa.array(right, pa.int32())})


def numbers(connection: duckdb.DuckDBPyConnection, ids: list[str]) -> NDArray[np.int64]:
    """The numbers of those records that are known, in the order given."""
    known = dict(connection.execute("SELECT record_id, number FROM people").fetchall())
    return np.array([known[i] for i in ids if i in known], dtype=np.int64)


def numbered_pairs(connection: duckdb.DuckDBPyConnection, pairs: list[tuple[str, str]]) -> pa.Table:
    return pair_table(*(numbers(connection, [pair[side] for pair in pairs]) for side in (0, 1)))


def level_patterns(
    connection: duckdb.DuckDBPyConnection, model: Model, table: str
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Each pattern of levels (0 the best, -1 missing) that occurs in the table, and how often."""
    columns = [f"level_{i}" for i in range(len(model.m))]
    found = connection.execute(f"SELECT {', '.join(columns)}, count(*) AS n FROM {table} GROUP BY ALL").fetchnumpy()
    levels = np.column_stack([np.asarray(found[c]) for c in columns]).astype(np.int64)
    return levels, np.asarray(found["n"], dtype=np.float64)
