"""Each function's own list of dependencies is that of the lock file, and enough."""

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.lambdas.stage import ROOT

ENV = {
    "AWS_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "id",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "FIREHOSE_STREAM": "s",
    "REGISTRY_URL": "http://127.0.0.1:9/",
    "REGISTRY_TOKEN": "t",
}


def listed(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s\\;]+)", path.read_text(), re.MULTILINE))


@pytest.mark.parametrize("function", ["collect", "transform"])
def test_versions_are_those_of_the_lock_file(function: str) -> None:
    wanted = listed(ROOT / "lambdas" / function / "requirements.txt")
    locked = listed(ROOT / "requirements.lock")
    assert wanted == {name: locked[name] for name in wanted}


@pytest.mark.parametrize("function", ["collect", "transform"])
def test_the_list_holds_everything_that_its_members_need(function: str) -> None:
    wanted = listed(ROOT / "lambdas" / function / "requirements.txt")
    for name in wanted:
        for line in importlib.metadata.requires(name) or ():
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                assert needed.name.lower() in wanted, f"{name} needs {needed.name}"


@pytest.mark.parametrize("function", ["collect", "transform"])
def test_the_function_runs_with_nothing_else_installed(function: str, tmp_path: Path) -> None:
    """An import of anything that is not listed fails in here."""
    for name in listed(ROOT / "lambdas" / function / "requirements.txt"):
        files = importlib.metadata.files(name) or ()
        tops = {file.parts[0] for file in files if ".." not in file.parts and file.suffix == ".py"}
        for top in tops:
            (tmp_path / top).symlink_to(str(importlib.metadata.distribution(name).locate_file(top)))
    (tmp_path / "lambdas").symlink_to(ROOT / "lambdas")
    code = f"import sys; sys.path.append({str(tmp_path)!r}); import lambdas.{function}.handler"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], env=ENV, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
