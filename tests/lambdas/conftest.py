"""The stage of these tests, set up and cleared away."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lambdas.stage import ROOT, Double, Portal, Start


@pytest.fixture
def portal() -> Iterator[Portal]:
    portal = Portal()
    yield portal
    portal.server.finish(seconds=1)


@pytest.fixture
def make_double(portal: Portal, tmp_path: Path) -> Iterator[Callable[..., Double]]:
    made: list[Double] = []

    def make(**changes: Any) -> Double:
        made.append(Double(tmp_path / "firehose", portal.url, **changes))
        return made[-1]

    yield make
    for double in made:
        double.close()


@pytest.fixture
def double(make_double: Callable[..., Double]) -> Double:
    return make_double()


@pytest.fixture
def start_process() -> Iterator[Start]:
    """A stand-in as its own process; ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(module: str, *arguments: str, **env: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
