"""Splink's levels and weights of pairs → what each pair weighs, guards and answers included; in batches, so that millions
of pairs never are in memory together."""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from profiles.matching import guards
from profiles.matching.model import Model

BATCH = 20_000
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Scored:
    """A batch of pairs with the weight of each part: prior, comparisons, guard, answers."""

    def __init__(self, model: Model, batch: pa.RecordBatch, size: int) -> None:
        def column(name: str) -> NDArray[np.generic]:
            return np.asarray(batch.column(name).to_numpy(zero_copy_only=False))

        count = len(model.m)
        self.left, self.right = column("number_l").astype(np.int64), column("number_r").astype(np.int64)
        self.levels = np.column_stack([column(f"level_{i}") for i in range(count)]).astype(np.int64)
        fields = [c.field for c in model.compared]
        weights = np.column_stack([column(f"w{i}") for i in range(count)]).astype(float)
        self.weights = guards.without_echo(fields, weights, self.levels, np.array(model.m[fields.index("e-mail")]))
        self.guard, self.kind = guards.guard_weights(fields, self.weights, self.levels, model.rates)
        self.bearers, again = column("bearers").astype(float), model.rates["match"] * model.trained_on
        self.namesakes = guards.namesake_weights(fields, self.weights, self.levels, self.bearers, again, float(size))
        self.prior = float(np.log2(model.rates["match"] / (1 - min(model.rates["match"], 0.5))))
        self.bits = self.prior + self.weights.sum(axis=1) + self.namesakes + self.guard
        self.own = model.slope * self.bits + model.shift


@dataclass(frozen=True)
class Weighed:
    """Pairs of records, by their numbers, and what the two alone weigh; in the order of the pairs."""

    left: Ints
    right: Ints
    own: Floats

    def sorted(self) -> "Weighed":
        order = np.lexsort((self.right, self.left))
        return Weighed(self.left[order], self.right[order], self.own[order])

    def __add__(self, other: "Weighed") -> "Weighed":
        both = ((getattr(self, name), getattr(other, name)) for name in ("left", "right", "own"))
        return Weighed(*(np.concatenate(pair) for pair in both)).sorted()


def scored(
    connection: duckdb.DuckDBPyConnection, model: Model, table: str, *, more: str = "", order: str = ""
) -> Iterator[tuple[Scored, pa.RecordBatch]]:
    """The pairs of a table; `more` are further columns of the batches."""
    size = int(connection.execute("SELECT count(*) FROM people").fetchall()[0][0])
    columns = [
        "t.number_l",
        "t.number_r",
        "greatest(coalesce(a.name_bearers, 1), coalesce(b.name_bearers, 1)) AS bearers",
    ]
    columns += [f"level_{i}, w{i}" for i in range(len(model.m))]
    reader = connection.sql(
        f"SELECT {', '.join(columns)}{more} FROM {table} t JOIN people a ON a.number = t.number_l"
        f" JOIN people b ON b.number = t.number_r {order}"
    ).to_arrow_reader(BATCH)
    for batch in reader:
        if batch.num_rows:
            yield Scored(model, batch, size), batch


def weigh(connection: duckdb.DuckDBPyConnection, model: Model, table: str) -> Weighed:
    lefts, rights, owns = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0)]
    for batch, _ in scored(connection, model, table):
        lefts.append(batch.left)
        rights.append(batch.right)
        owns.append(batch.own)
    return Weighed(np.concatenate(lefts), np.concatenate(rights), np.concatenate(owns)).sorted()
