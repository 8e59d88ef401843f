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


ROLES = pytest.mark.parametrize("role", [LANDING_ROLE, ANALYST_ROLE])


def names(sql: str, *parameters: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return {str(name) for (name,) in cursor.fetchall()}


@ROLES
def test_a_role_makes_nothing_owns_nothing_and_becomes_nobody_else(role: str) -> None:
    assert not names("SELECT nspname FROM pg_namespace WHERE has_schema_privilege(%s, oid, 'CREATE')", role)
    assert not names("SELECT oid::regclass FROM pg_class WHERE relowner = %s::regrole", role)
    assert not names("SELECT oid::regprocedure FROM pg_proc WHERE proowner = %s::regrole", role)
    assert not names("SELECT roleid::regrole FROM pg_auth_members WHERE member = %s::regrole", role)
    powers = "rolsuper OR rolcreaterole OR rolcreatedb OR rolcanlogin OR rolreplication OR rolbypassrls"
    assert not names(f"SELECT rolname FROM pg_roles WHERE rolname = %s AND ({powers})", role)


@ROLES
def test_no_function_lends_a_role_the_rights_of_its_owner(role: str) -> None:
    lent = "SELECT oid::regprocedure FROM pg_proc WHERE prosecdef AND has_function_privilege(%s, oid, 'EXECUTE')"
    assert not names(lent, role)


def test_the_landing_role_holds_no_right_on_a_single_column_view_or_foreign_table() -> None:
    for right in ("SELECT", "UPDATE", "REFERENCES"):
        held = names(
            "SELECT oid::regclass FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "AND relkind IN ('r', 'p', 'v', 'm', 'f') AND has_any_column_privilege(%s, oid, %s)",
            LANDING_ROLE, right,
        )  # fmt: skip
        assert held == set(), right


@ROLES
def test_no_role_turns_a_sequence_back(role: str) -> None:
    turned = (
        "SELECT oid::regclass FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "AND CASE WHEN relkind = 'S' THEN has_sequence_privilege(%s, oid, 'UPDATE') ELSE false END"
    )
    assert not names(turned, role)


READ_BY_THE_ANALYST = {
    *LANDING_TABLES, "blocked_values", "circuit_breaker", "combinations", "conflicted_neighbourhoods",
    "decision_identifiers", "decisions", "identifiers", "kinds", "links", "match_candidates", "match_models",
    "match_runs", "parked_deliveries", "pending_decisions", "profile_changes", "resolutions", "review_grounds",
    "review_progress", "review_questions", "review_skips", "rule_changes", "second_eyes", "trait_rules", "trait_values",
    "undefined_kinds",
}  # fmt: skip


def test_the_analyst_reads_exactly_these_and_no_table_that_was_added_by_chance() -> None:
    assert {name for name in may(ANALYST_ROLE, "SELECT") if "_20" not in name} == READ_BY_THE_ANALYST


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
