"""A few changed records among many → what a full comparison would have found of them, without comparing all with all.

Third records speak in a pair's weight: so besides the changed records' pairs, those of the records tied to them by at most
HOPS pairs that speak for one person are compared. What two records say of themselves is the same as in a full run, as
frequencies are of all records; what third records add may differ where a group reaches farther than that."""

from collections.abc import Callable

import duckdb
import numpy as np
import pyarrow as pa

from profiles.matching import blocking
from profiles.matching.model import Model
from profiles.matching.weighing import Ints, weigh

Compare = Callable[..., str]  # scoring.compare, with what is the same for all of a run's comparisons
HOPS = 3  # with 3, 1 % of 100,000 dirty records gave exactly what a full run gave; with 2, 3 pairs of 17,026 weighed otherwise
MOST = 0.2  # of the records; if more are reached, comparing all is no dearer


def compare_around(connection: duckdb.DuckDBPyConnection, model: Model, changed: Ints, compare: Compare) -> str:
    """The name of a table like scoring.compare's, with the pairs of the changed records and of those tied to them."""
    size = int(connection.execute("SELECT count(*) FROM people").fetchall()[0][0])
    reached, frontier = np.unique(changed), np.unique(changed)
    tables: list[str] = []
    for _ in range(HOPS + 1):
        if size <= blocking.ALL_PAIRS or len(reached) > MOST * size:
            return compare(connection, model)
        pairs = _pairs_of(connection, model, frontier, reached)
        tables.append(compare(connection, model, pairs=pairs))
        found = weigh(connection, model, tables[-1])
        strong = found.own >= 0
        tied = np.unique(np.concatenate([found.left[strong], found.right[strong]]))
        frontier = np.setdiff1d(tied, reached)
        reached = np.union1d(reached, frontier)
        if not len(frontier):
            break
    connection.execute(f"CREATE TABLE around AS {' UNION ALL BY NAME '.join(f'FROM {t}' for t in tables)}")
    return "around"


def _pairs_of(connection: duckdb.DuckDBPyConnection, model: Model, frontier: Ints, reached: Ints) -> pa.Table:
    """What blocking proposes for the records of the frontier, but for pairs that are compared already."""
    before = np.setdiff1d(reached, frontier)
    connection.register("new_arrow", pa.table({"number": pa.array(frontier, pa.int32())}))
    connection.register("before_arrow", pa.table({"number": pa.array(before, pa.int32())}))
    proposed = " UNION ".join(
        f"SELECT least(l.number, r.number) AS join_key_l, greatest(l.number, r.number) AS join_key_r"
        f" FROM frontier l JOIN others r ON {rule} WHERE l.number <> r.number"
        for rule in blocking.blocking_rules(size=blocking.ALL_PAIRS + 1, id_columns=model.id_columns)
    )
    connection.execute(
        "CREATE OR REPLACE TABLE frontier AS SELECT people.* FROM people SEMI JOIN new_arrow USING (number)"
    )
    connection.execute(
        "CREATE OR REPLACE TABLE others AS SELECT people.* FROM people ANTI JOIN before_arrow USING (number)"
    )
    return connection.sql(proposed).to_arrow_table()
