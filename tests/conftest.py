"""Real PostgreSQL and Valkey for every test, apart from those of a running portal."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("VAR_DIR", str(Path(__file__).parent.parent / "var" / "test"))
os.environ.setdefault("POSTGRES_UNSAFE", "1")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's sync API keeps a loop in this thread


@pytest.hookimpl(wrapper=True)
def pytest_sessionstart(session: pytest.Session) -> Iterator[None]:
    from idportal.embedded import services

    running = services()
    running.__enter__()
    session.config.add_cleanup(lambda: running.__exit__(None, None, None))
    return (yield)
