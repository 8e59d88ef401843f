"""Real PostgreSQL and Valkey for every test, apart from those of a running portal (see settings.py beside this)."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's sync API keeps a loop in this thread


@pytest.hookimpl(wrapper=True)
def pytest_sessionstart(session: pytest.Session) -> Iterator[None]:
    from idportal.embedded import services

    running = ExitStack()
    running.enter_context(services())
    session.config.add_cleanup(running.close)
    return (yield)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    from tests.browsers import ARGUMENTS, chromium

    return {"executable_path": chromium(), "args": list(ARGUMENTS)}
