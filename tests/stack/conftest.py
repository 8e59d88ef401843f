"""A whole stack, started once for all of these tests; and others, to be started, stopped and hurt."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack.running import ROOT, Stack

COLLECT = "import django; django.setup(); from idportal.stack.prepare import collect_static; collect_static()"


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The static files, compressed once for all: it takes most of a first start."""
    home = tmp_path_factory.mktemp("collected")
    environ = os.environ | {"VAR_DIR": str(home), "DJANGO_SETTINGS_MODULE": "idportal.settings"}
    subprocess.run([sys.executable, "-c", COLLECT], cwd=ROOT, env=environ, check=True)
    return home / "static"


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, collected: Path) -> Iterator[Stack]:
    running = Stack(_var_dir(tmp_path_factory.mktemp("stack"), collected))
    running.start()
    yield running
    assert running.stop() == 0, running.output()


@pytest.fixture
def new_stack(tmp_path: Path, collected: Path) -> Iterator[Stack]:
    """Not started yet."""
    made = Stack(_var_dir(tmp_path, collected))
    yield made
    made.clear_away()


def _var_dir(parent: Path, collected: Path) -> Path:
    shutil.copytree(collected, parent / "var" / "static")
    return parent / "var"
