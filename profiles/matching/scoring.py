"""Cleaned records and a model → Splink's levels and weights of pairs, in a DuckDB table."""

import logging
import math
import tempfile

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from splink import DuckDBAPI, Linker

from profiles.matching import blocking
from profiles.matching.comparisons import settings
from profiles.matching.model import Model

NUDGE = 1e-7
FREQUENT = ("given", "surname", "dob", "email", "phone", "postcode", "city", "company")
# What doesn't fit into this goes to disk for the while: the process as a whole stays below 4 GB.
LIMITS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "memory_limit": "2GB",
    "temp_directory": f"{tempfile.gettempdir()}/idportal-matching",
}
logging.getLogger("splink").setLevel(logging.WARNING)


def open_people(cleaned: pa.Table, id_columns: list[str]) -> duckdb.DuckDBPyConnection:
    """A database in memory with the table people: the cleaned records, numbered by their ids' order, and their blocking keys."""
    connection = duckdb.connect(":memory:", config=LIMITS)
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
) -> str:
    """The name of a table with level_N (0 the best, -1 missing) and the weights wN of the given pairs, or of all that blocking proposes."""
    size = _count(connection, "people")
    api = DuckDBAPI(connection)
    rules = blocking.blocking_rules(size, model.id_columns)
    m, u = _told_apart(model)
    made = settings(model.compared, rules, m, u, prior=min(max(model.rates.get("match", 1e-4), 1e-12), 0.5))
    linker = Linker(api.register("people"), made, log_level=logging.WARNING, validate_settings=False)
    for index, column in enumerate([*FREQUENT, *model.id_columns]):
        frequencies = _frequencies(connection, model, column, size, index)
        linker.table_management.register_term_frequency_lookup(api.register(frequencies), column)
    if pairs is not None:
        connection.register("given_pairs", pairs)
        connection.execute("CREATE OR REPLACE TABLE pairs_to_compare AS SELECT '0' AS match_key, * FROM given_pairs")
        linker.table_management.register_blocked_pairs_for_predict(api.register("pairs_to_compare"))
    predicted = linker.inference.predict(threshold_match_weight=least_bits, warning_mode="never").physical_name
    return _slim(connection, predicted, m, u)


def _told_apart(model: Model) -> tuple[list[list[float]], list[list[float]]]:
    """The m and u of each level, such that no two levels of a comparison weigh exactly the same."""
    u = model.u or [[share / 2.0 ** (k + 1) for k, share in enumerate(levels)] for levels in model.m]
    return [[share * (1 + (k + 1) * NUDGE) for k, share in enumerate(levels)] for levels in model.m], u


def _slim(connection: duckdb.DuckDBPyConnection, predicted: str, m: list[list[float]], u: list[list[float]]) -> str:
    """Levels and weights only. Splink keeps levels together with all compared values or not at all, and the values of
    millions of pairs don't fit into memory: so the level is read off its weight."""
    present = {row[0] for row in connection.execute(f"DESCRIBE {predicted}").fetchall()}
    columns = ["number_l", "number_r"]
    for i, (m_levels, u_levels) in enumerate(zip(m, u, strict=True)):
        bits = [math.log2(a / b) for a, b in zip(m_levels, u_levels, strict=True)]
        cases = " ".join(f"WHEN abs(mw_c{i} - ({b!r})) < {NUDGE / 4!r} THEN {k}" for k, b in enumerate(bits))
        columns += [f"(CASE {cases} ELSE -1 END)::TINYINT AS level_{i}"]
        tf = f" + mw_tf_adj_c{i}" if f"mw_tf_adj_c{i}" in present else ""
        columns.append(f"coalesce(mw_c{i}{tf}, 0.0)::DOUBLE AS w{i}")
    slim = f"slim_{predicted}"
    connection.execute(f"CREATE OR REPLACE TABLE {slim} AS SELECT {', '.join(columns)} FROM {predicted}")
    connection.execute(f"DROP TABLE {predicted}")
    return slim


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])


def _frequencies(connection: duckdb.DuckDBPyConnection, model: Model, column: str, size: int, index: int) -> str:
    """How often a stranger has the value: the records with it, less those that are the same person again."""
    again = 1 + model.rates.get("match", 0.0) * max(size - 1, 1)
    exact = next((u[0] for c, u in zip(model.compared, model.u, strict=False) if c.levels[0].tf == column), 1.0)
    table = f"frequencies_{index}"
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE {table} AS
        SELECT {column}, greatest(count(*) - {again}, {min(exact * size, 0.4)}) / {size}::DOUBLE AS tf_{column}
        FROM people WHERE {column} IS NOT NULL GROUP BY {column}
        """
    )
    return table


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
