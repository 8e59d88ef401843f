"""kill -9 in the midst of a batch, of the backend that resolves and of the worker that called it."""

import json
import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from tests.profiles.reference import Event, Identifier, Kind, Reference, pair
from tests.stack.running import Stack, until

ROUNDS = int(os.environ.get("KILL_ROUNDS", "10"))
# Where the engine is when it is killed: it wants to write to this table, which the test keeps locked.
TABLES = ("links", "profile_changes", "identifiers", "combinations", "trait_values", "resolutions")
KINDS = {
    "user_id": Kind(1, True, 1, None),
    "email": Kind(2, True, 5, 10),
    "phone": Kind(3, True, 5, 10),
    "anonymous_id": Kind(9, False, None, 10),
}
ENGINE_WAITS = """
    SELECT pid FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND wait_event = 'relation' AND query LIKE '%%resolve_batch%%'
"""


@pytest.fixture
def running(new_stack: Stack) -> Stack:
    new_stack.start()
    return new_stack


def people_who_share_devices(path: Path, draw: random.Random) -> Path:
    """Some events of a few people; those of a trusted source, an import, as all from a file."""
    lines = []
    for _ in range(60):
        person = draw.randrange(40)
        said = {"anonymousId": f"device {draw.choice([person, person, person + 1])}"}
        if draw.random() < 0.6:
            said |= draw.choice([{"userId": f"u{person}"}, {"email": f"person{person}@example.com"}])
        time = datetime(2026, 5, 1, tzinfo=UTC) + timedelta(minutes=draw.randrange(10_000))
        lines.append(json.dumps(said | {"timestamp": time.isoformat(), "traits": {"plan": draw.choice("abc")}}))
    path.write_text("\n".join(lines))
    return path


@contextmanager
def engine_stopped_at(stack: Stack, table: str) -> Iterator[None]:
    connection = psycopg.connect(stack.database_url)
    try:
        connection.execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield
    finally:
        connection.close()  # lost already, where the whole server went down with a backend


def kill_backend(stack: Stack) -> None:
    ((pid, *_), *_) = stack.query(ENGINE_WAITS)
    os.kill(pid, signal.SIGKILL)
    until(lambda: answers(stack), "PostgreSQL has recovered")
    stack.manage("resolve_events")  # at once; the worker is called again in ten seconds


def kill_worker(stack: Stack) -> None:
    stack.kill("worker")


def answers(stack: Stack) -> bool:
    try:
        return stack.query("SELECT 1") == [(1,)]
    except psycopg.OperationalError:
        return False


def test_a_resolver_killed_again_and_again_leaves_what_one_that_was_never_killed_does(
    running: Stack, tmp_path: Path
) -> None:
    draw = random.Random(7)
    kills: list[Callable[[Stack], None]] = [kill_backend, kill_worker]
    for number in range(ROUNDS):
        with engine_stopped_at(running, TABLES[number // 2 % len(TABLES)]):
            imported = running.manage("import_events", str(people_who_share_devices(tmp_path / "events.ndjson", draw)))
            assert imported.returncode == 0, imported.stderr
            until(lambda: running.query(ENGINE_WAITS), "the engine is in the midst of a batch")
            kills[number % 2](running)
        until(lambda: all_resolved(running), "what landed is resolved")

    assert_resolved_once(running)
    assert_as_the_reference(running)


def all_resolved(stack: Stack) -> bool:
    return answers(stack) and stack.query("SELECT count(*) FROM deliveries WHERE resolved_at IS NULL") == [(0,)]


def assert_resolved_once(stack: Stack) -> None:
    ((landed, told),) = stack.query("SELECT count(*), count(traits) FROM raw_events")
    assert landed == ROUNDS * 60
    assert stack.query("SELECT sum(events)::int, sum(deliveries)::int FROM resolutions") == [
        (landed, stack.query("SELECT count(*) FROM deliveries")[0][0])
    ]
    assert stack.query("SELECT sum(events)::int FROM trait_values") == [(told,)]
    assert stack.query("SELECT count(*) FROM parked_deliveries") == [(0,)]


def assert_as_the_reference(stack: Stack) -> None:
    events = [
        Event(frozenset(named(text) for text in texts), time, trusted)
        for texts, time, trusted in stack.query("SELECT identifiers, event_time, trusted FROM raw_events")
    ]
    expected = Reference(events, kinds=KINDS).answer()
    profiles: dict[int, set[Identifier]] = {}
    texts = {}
    for identifier_id, text, profile_id in stack.query(
        "SELECT identifier_id, name || ':' || value, profile_id FROM identifiers JOIN kinds USING (kind_id)"
    ):
        texts[identifier_id] = named(text)
        profiles.setdefault(profile_id, set()).add(named(text))
    held = stack.query("SELECT a_id, b_id, held FROM links WHERE held IS NOT NULL")
    assert frozenset(map(frozenset, profiles.values())) == expected.profiles
    assert {pair(texts[a], texts[b]): reason for a, b, reason in held} == expected.held


def named(text: str) -> Identifier:
    kind, _, value = text.partition(":")
    return kind, value
