"""A whole stack, started once for all of these tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack.running import Stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("stack") / "var")
    running.start()
    yield running
    assert running.stop() == 0, running.output()


@pytest.fixture
def new_stack(tmp_path: Path) -> Iterator[Stack]:
    """Not started yet."""
    made = Stack(tmp_path / "var")
    yield made
    made.clear_away()
