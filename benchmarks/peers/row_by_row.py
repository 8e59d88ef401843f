"""Stored procedures that take the events one by one: for the partition alone, and with less or more of the facts behind it."""

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


CREATE_FACTS = """
    CREATE SCHEMA row_by_row_facts;
    SET search_path = row_by_row_facts, public;
    CREATE TABLE identifiers (identifier text COLLATE "C" PRIMARY KEY, person_id bigint NOT NULL, vouched boolean NOT NULL);
    CREATE INDEX ON identifiers (person_id);
    CREATE SEQUENCE person;
    CREATE TABLE links (
        a text COLLATE "C", b text COLLATE "C", first_seen timestamptz, event_id bigint, vouched boolean, PRIMARY KEY (a, b)
    );
    CREATE INDEX ON links (b);
    CREATE TABLE combinations (
        combination_id uuid PRIMARY KEY, identifiers text[], owner text COLLATE "C", first_seen timestamptz, first_vouched timestamptz
    );
    CREATE INDEX ON combinations (owner);
    CREATE TABLE traits (
        combination_id uuid, name text COLLATE "C", source_id int, value jsonb, first_time timestamptz, first_message uuid,
        last_time timestamptz, last_message uuid, events bigint, PRIMARY KEY (combination_id, name, source_id, value)
    );
    CREATE INDEX ON traits (lower(left(value #>> '{}', 100)) text_pattern_ops);
    CREATE TABLE merges (from_person bigint, to_person bigint, event_id bigint)
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


def run_with_all_facts(connection, events: int, sample: int) -> Found:
    clean(connection)
    try:
        connection.execute(CREATE_FACTS)  # from here on its tables are the first found
        connection.execute(Path(__file__).with_name("row_by_row_facts.sql").read_text())
        taken = cost(connection.info.backend_pid, lambda: connection.execute("CALL row_by_row_facts.resolve()"))
        groups = connection.execute("SELECT identifier, person_id FROM row_by_row_facts.identifiers").fetchall()
    finally:
        clean(connection)
    return Found(events, taken.seconds, taken.cpu_seconds, groups)


def clean(connection) -> None:
    connection.execute("RESET search_path; SET client_min_messages = warning")
    connection.execute("DROP SCHEMA IF EXISTS row_by_row_facts CASCADE")
    connection.execute("DROP PROCEDURE IF EXISTS row_by_row; DROP SEQUENCE IF EXISTS row_by_row_person")
    connection.execute("DROP TABLE IF EXISTS row_by_row_identifiers, row_by_row_links, row_by_row_merges")


PEERS = [
    Peer("row by row in PL/pgSQL, with all facts that the engine keeps", run_with_all_facts),
    Peer("row by row in PL/pgSQL, with links and history", partial(run, with_facts=True)),
    Peer("row by row in PL/pgSQL, the partition alone", partial(run, with_facts=False)),
]
