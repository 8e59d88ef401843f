import json
import subprocess
import sys

import pyarrow as pa
import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from profiles.matches import engine as match_engine
from profiles.matching.spark import what_is_missing
from tests.matching.people import crowd


def test_spark_finds_the_pairs_that_duckdb_finds_with_the_same_probabilities() -> None:
    assert not what_is_missing(), what_is_missing()
    said = subprocess.run(
        [sys.executable, "-m", "tests.matching.on_spark"], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr[-3000:]
    here, there = json.loads(said.stdout)
    assert len(here) > 200
    assert [_pair(row) for row in there] == [_pair(row) for row in here]
    assert [row["probability"] for row in there] == pytest.approx([row["probability"] for row in here], abs=1e-9)
    assert [row["parts"] for row in there] == [row["parts"] for row in here]


def test_the_setting_chooses_what_a_run_compares_on(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    nothing = pa.table({"record_id_1": pa.array([], pa.string()), "record_id_2": pa.array([], pa.string())})

    def call(name: str, *arguments: object, **more: object) -> pa.Table:
        told.append(arguments[-1])
        return nothing

    monkeypatch.setattr(match_engine, "call", call)
    records = crowd(2)[0]
    match_engine.find_matches(records, {"model": {}}, changed=None)
    settings.MATCH_BACKEND, settings.MATCH_SPARK_MASTER = "spark", "spark://there:7077"
    match_engine.find_matches(records, {"model": {}}, changed=None)
    assert told == [None, {"master": "spark://there:7077", "memory": "2g", "scratch": ""}]


def test_a_setting_that_nothing_here_can_fulfil_is_said_at_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MATCH_BACKEND = "spark"
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    (error,) = [e for e in run_checks() if e.id == "profiles.E001"]
    assert "apt-get install openjdk-17-jre-headless" in str(error.hint)


def _pair(row: dict[str, str]) -> tuple[str, str]:
    return row["record_id_1"], row["record_id_2"]
