"""Real PostgreSQL and Valkey for every test, apart from those of a running portal (see settings.py beside this)."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from _pytest.fixtures import FuncFixtureInfo
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

SLOW = ("stack", "matching", "snippet")  # begun first, so that no worker is left with one in the end

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's sync API keeps a loop in this thread


@pytest.hookimpl(wrapper=True)
def pytest_sessionstart(session: pytest.Session) -> Iterator[None]:
    # A shell that starts us in the background has us ignore Ctrl-C, and so would every command that tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not session.config.getoption("numprocesses"):  # who only hands out tests to workers needs none
        from idportal.embedded import services

        running = ExitStack()
        running.enter_context(services())
        session.config.add_cleanup(running.close)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Tests that empty the tables come last, on every worker: they take with them what the migrations put there."""
    for item in items:
        if item.id.params is None and "[" in item.name:
            # Schemathesis says in the name alone which endpoint it is: one id for all, of which several workers run one
            item._id = item.id.with_params(item.name.partition("[")[2].removesuffix("]"))
        if group := _shares(item):
            item.add_marker(pytest.mark.xdist_group(f"{group} {_empties_tables(item)}"))
    yield
    items.sort(key=lambda item: (_empties_tables(item), item.path.parent.name not in SLOW))


def _shares(item: pytest.Item) -> str:
    """The name of what is dear to make and is made once for these tests, so one worker runs them all."""
    fixtures: FuncFixtureInfo | None = getattr(item, "_fixtureinfo", None)
    made = fixtures.name2fixturedefs if fixtures else {}
    if "stack" in made:
        return "stack"
    return item.path.stem if any(fixture.scope == "module" for found in made.values() for fixture in found) else ""


def _empties_tables(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    asked = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(asked) or bool(mark and mark.kwargs.get("transaction"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    from tests.browsers import ARGUMENTS, chromium

    return {"executable_path": chromium(), "args": list(ARGUMENTS)}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Playwright runs tests in contexts of their own, whose connections nobody closes: the database could not go."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:  # tests with real commits empty all tables
        cursor.execute("ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_not_emptied")
    yield

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def plainly(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Probable matches are found by a few fixed weights, in no time, and only when the test says so."""
    from profiles.matches import engine as match_engine
    from profiles.matches.apart import PARTS
    from tests.profiles import plain_matching

    def call(name: str, *arguments: Any, on_wait: Callable[[], None]) -> Any:
        on_wait()
        return PARTS[name](plain_matching, *arguments)

    monkeypatch.setattr(match_engine, "call", call)
    settings.MATCH_SCHEDULED = False


@pytest.fixture(autouse=True)
def _nothing_remembered(request: pytest.FixtureRequest) -> None:
    """Redis outlives a test's database: what it remembers of look-ups would be of another."""
    if {"db", "transactional_db", "live_server"} & set(request.fixturenames):
        from profiles.lookup_cache import forget_all

        forget_all()
