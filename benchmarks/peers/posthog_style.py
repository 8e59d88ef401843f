"""Statements in the style of PostHog's person store: a client that takes one event in one transaction.

A person is a row with properties; a distinct id is a row that points at one. An event looks its distinct ids up, and
creates the person with them, adds the new ones, or moves those of one person to another and deletes it; traits update
properties. Taken from a sample of the events: a transaction can't be had faster than the disk confirms it.
"""

import json
import uuid

from benchmarks.clock import cost
from benchmarks.peers import Found, Peer

TABLES = """
    CREATE TABLE style_person (
        id bigserial PRIMARY KEY, uuid uuid NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
        team_id int NOT NULL, properties jsonb NOT NULL DEFAULT '{}', is_identified boolean NOT NULL DEFAULT false,
        version bigint NOT NULL DEFAULT 0
    );
    CREATE TABLE style_distinct_id (
        id bigserial PRIMARY KEY, distinct_id varchar(400) NOT NULL, person_id bigint NOT NULL REFERENCES style_person,
        team_id int NOT NULL, version bigint NOT NULL DEFAULT 0, UNIQUE (team_id, distinct_id)
    );
    CREATE INDEX ON style_distinct_id (person_id)
"""
FETCH = """
    SELECT p.id, p.uuid, p.created_at, p.properties, p.version, p.is_identified
    FROM style_person p JOIN style_distinct_id d ON d.person_id = p.id
    WHERE p.team_id = 1 AND d.team_id = 1 AND d.distinct_id = %s
"""
CREATE = """
    WITH person AS (INSERT INTO style_person (uuid, team_id, properties) VALUES (%s, 1, %s) RETURNING *),
         named AS (INSERT INTO style_distinct_id (distinct_id, person_id, team_id) SELECT %s, id, 1 FROM person)
    SELECT id FROM person
"""
ADD = "INSERT INTO style_distinct_id (distinct_id, person_id, team_id) VALUES (%s, %s, 1) RETURNING *"
MOVE = """
    UPDATE style_distinct_id SET person_id = %s, version = version + 1 WHERE person_id = %s AND team_id = 1 RETURNING *
"""
DELETE = "DELETE FROM style_person WHERE team_id = 1 AND id = %s RETURNING version"
UPDATE = """
    UPDATE style_person SET properties = properties || %s::jsonb, is_identified = true, version = version + 1
    WHERE id = %s RETURNING *
"""


def run(connection, events: int, sample: int) -> Found:
    rows = connection.execute(
        "SELECT identifiers, traits FROM raw_events ORDER BY event_id LIMIT %s", [sample]
    ).fetchall()
    clean(connection)
    try:
        connection.execute(TABLES)
        taken = cost(connection.info.backend_pid, lambda: [take(connection, *row) for row in rows])
        groups = connection.execute("SELECT distinct_id, person_id FROM style_distinct_id").fetchall()
    finally:
        clean(connection)
    return Found(len(rows), taken.seconds, taken.cpu_seconds, groups)


def take(connection, identifiers: list[str], traits: dict[str, str] | None) -> None:
    with connection.transaction():
        found = {i: row[0] for i in identifiers if (row := connection.execute(FETCH, [i], prepare=True).fetchone())}
        person = min(found.values(), default=None)
        for other in set(found.values()) - {person}:
            connection.execute(MOVE, [person, other], prepare=True)
            connection.execute(DELETE, [other], prepare=True)
        for identifier in identifiers:
            if person is None:
                created = connection.execute(CREATE, [uuid.uuid4(), "{}", identifier], prepare=True)
                (person,) = created.fetchone()
            elif identifier not in found:
                connection.execute(ADD, [identifier, person], prepare=True)
        if traits:
            connection.execute(UPDATE, [json.dumps(traits), person], prepare=True)


def clean(connection) -> None:
    connection.execute("DROP TABLE IF EXISTS style_distinct_id, style_person")


PEER = Peer("PostHog's style, one transaction an event", run)
