"""What the two roles in the database can not do."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.db.utils import InternalError

from ingest.landing import LANDING_ROLE
from ingest.models import RawEvent
from tests.ingest.builders import delivered, record

pytestmark = pytest.mark.django_db

ANALYST_ROLE = "idportal_analyst"
LANDING_TABLES = ["deliveries", "delivery_sources", "event_keys", "raw_events", "rejected_records"]


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true)", [role])
        yield
        transaction.set_rollback(True)


def every_table() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'public'::regnamespace "
                       "AND relkind IN ('r', 'p')")  # fmt: skip
        return [name for (name,) in cursor.fetchall()]


def may(role: str, what: str) -> set[str]:
    """The tables on which the role holds the right."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name WHERE has_table_privilege(%s, name, %s)",
            [every_table(), role, what],
        )
        return {name for (name,) in cursor.fetchall()}


def refuse(statement: str, *, role: str) -> None:
    """Assert that the role is refused it for want of rights, and not for anything else."""
    wanted = pytest.raises((ProgrammingError, InternalError), match=r"permission denied|must be owner")
    with wanted, acting_as(role), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_landing_role_may_insert_into_the_landing_tables_and_nothing_else_anywhere() -> None:
    assert may(LANDING_ROLE, "INSERT") == set(LANDING_TABLES)
    for right in ("SELECT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"):
        assert may(LANDING_ROLE, right) == set(), right


@pytest.mark.parametrize("table", LANDING_TABLES)
@pytest.mark.parametrize(
    "statement",
    ["SELECT count(*) FROM {}", "DELETE FROM {}", "TRUNCATE {}", "INSERT INTO {} DEFAULT VALUES RETURNING *"],
)
def test_the_landing_role_is_refused_what_only_others_do(table: str, statement: str) -> None:
    refuse(statement.format(table), role=LANDING_ROLE)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT secret_encrypted FROM sources",
        "UPDATE deliveries SET landed = 0",
        "UPDATE raw_events SET trusted = true",
        "INSERT INTO sources (name) VALUES ('mine')",
        "INSERT INTO users (username) VALUES ('mine')",
        "CREATE TABLE mine (id int)",
        "SELECT setval('deliveries_delivery_id_seq', 1)",
        "DROP TABLE raw_events",
    ],
)
def test_the_landing_role_can_not_reach_beyond_the_landing(statement: str) -> None:
    refuse(statement, role=LANDING_ROLE)


def test_the_analyst_reads_what_landed_and_changes_nothing() -> None:
    assert set(LANDING_TABLES) <= may(ANALYST_ROLE, "SELECT")
    for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"):
        assert may(ANALYST_ROLE, right) == set(), right
    for table in LANDING_TABLES:
        refuse(f"DELETE FROM {table}", role=ANALYST_ROLE)


def test_the_analyst_sees_neither_people_nor_keys() -> None:
    assert not may(ANALYST_ROLE, "SELECT") & {"users", "sources", "django_session"}


def test_events_are_landed_by_the_landing_role() -> None:
    """Proven by taking its right away."""
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE INSERT ON raw_events FROM {LANDING_ROLE}")
    with pytest.raises(ProgrammingError, match="permission denied for table raw_events"), transaction.atomic():
        delivered(record())


def test_after_a_landing_the_transaction_is_the_applications_again() -> None:
    delivered(record())
    delivered(record())
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user = session_user")
        assert cursor.fetchone() == (True,)


def test_without_the_role_events_land_all_the_same_and_a_check_warns(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check", databases=["default"])
    assert LANDING_ROLE not in capsys.readouterr().err
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE {LANDING_ROLE} FROM CURRENT_USER")
    delivered(record())
    assert RawEvent.objects.count() == 1
    call_command("check", databases=["default"])
    assert f"events land without the role {LANDING_ROLE}" in capsys.readouterr().err
