"""DuckDB, in memory: a full recompute by label propagation with jumps, from the identifiers as text."""

import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from benchmarks.peers import Found, Peer

EVENTS_AS_TEXT = "COPY (SELECT array_to_string(identifiers, chr(31)) FROM raw_events) TO STDOUT"
# Each round a node takes the least label next to it, then the label of its label.
SPREAD = """
    CREATE OR REPLACE TABLE spread AS
    SELECT l.node, least(l.label, coalesce(min(o.label), l.label)) AS label
    FROM labels l LEFT JOIN links k ON k.x = l.node LEFT JOIN labels o ON o.node = k.y
    GROUP BY l.node, l.label
"""
JUMP = "CREATE OR REPLACE TABLE jumped AS SELECT s.node, t.label FROM spread s JOIN spread t ON t.node = s.label"
CHANGED = "SELECT count(*) FROM jumped j JOIN labels l USING (node) WHERE j.label <> l.label"
TAKE_OVER = "CREATE OR REPLACE TABLE labels AS FROM jumped"


def run(connection, events: int, sample: int) -> Found:
    import duckdb

    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "events.txt"
        with file.open("wb") as target, connection.cursor() as cursor, cursor.copy(EVENTS_AS_TEXT) as copy:
            target.writelines(bytes(part) for part in copy)
        start = time.perf_counter()
        database = duckdb.connect()
        database.execute("SET enable_progress_bar = false")
        script = Path(__file__).with_suffix(".sql").read_text().replace("$file", f"'{file}'")
        database.execute(script)
        propagate(database)
        seconds = time.perf_counter() - start
        groups = database.execute("SELECT identifier, label FROM nodes JOIN labels USING (node)").fetchall()
        database.close()
    return Found(events, seconds, None, groups)


def propagate(database) -> None:
    while True:
        database.execute(SPREAD)
        database.execute(JUMP)
        (changed,) = database.execute(CHANGED).fetchone()
        database.execute(TAKE_OVER)
        if not changed:
            return


def available() -> list[Peer]:
    """Where DuckDB is installed."""
    return [Peer("DuckDB, full recompute in memory", run)] if find_spec("duckdb") else []
