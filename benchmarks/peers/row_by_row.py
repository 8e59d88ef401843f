"""A stored procedure that takes the events one by one: for the partition alone, and with facts behind it."""

from functools import partial
from pathlib import Path

from benchmarks.clock import cost
from benchmarks.peers import Found, Peer

CREATE = """
    CREATE TABLE row_by_row_identifiers (identifier text COLLATE "C" PRIMARY KEY, person_id bigint NOT NULL);
    CREATE INDEX ON row_by_row_identifiers (person_id);
    CREATE SEQUENCE row_by_row_person;
    CREATE TABLE row_by_row_links (
        a text COLLATE "C", b text COLLATE "C", first_seen timestamptz, event_id bigint, PRIMARY KEY (a, b)
    );
    CREATE TABLE row_by_row_merges (from_person bigint, to_person bigint, event_id bigint)
"""


def run(connection, events: int, sample: int, *, with_facts: bool) -> Found:
    clean(connection)
    try:
        connection.execute(CREATE)
        connection.execute(Path(__file__).with_suffix(".sql").read_text())
        call = "CALL row_by_row(%s)"
        taken = cost(connection.info.backend_pid, lambda: connection.execute(call, [with_facts]))
        groups = connection.execute("SELECT identifier, person_id FROM row_by_row_identifiers").fetchall()
    finally:
        clean(connection)
    return Found(events, taken.seconds, taken.cpu_seconds, groups)


def clean(connection) -> None:
    connection.execute("DROP PROCEDURE IF EXISTS row_by_row; DROP SEQUENCE IF EXISTS row_by_row_person")
    connection.execute("DROP TABLE IF EXISTS row_by_row_identifiers, row_by_row_links, row_by_row_merges")


PEERS = [
    Peer("row by row in PL/pgSQL, with links and history", partial(run, with_facts=True)),
    Peer("row by row in PL/pgSQL, the partition alone", partial(run, with_facts=False)),
]
