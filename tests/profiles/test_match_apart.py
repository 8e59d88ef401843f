"""The process that compares: its answer, its failure without personal data, and its end when nobody waits any more."""

import subprocess
import sys
import time

import psutil
import pyarrow as pa
import pytest

from profiles.matches import engine as match_engine
from profiles.matches.apart import MatchingFailed, call
from profiles.matches.columns import columns_of
from profiles.matches.records import schema
from tests.profiles.people_to_match import person
from tests.profiles.test_match_runs import MESSAGE


def table(people: int) -> pa.Table:
    rows = [{"record_id": number, **columns_of(person(number % 60))} for number in range(people)]
    return pa.Table.from_pylist(rows, schema=schema())


def helpers() -> list[psutil.Process]:
    return [p for p in psutil.Process().children() if "profiles.matches.apart" in p.cmdline()]


def test_people_are_found_by_numbers_and_the_model_tells_what_it_weighs() -> None:
    records = table(64)
    parameters = match_engine.train(records)
    assert parameters["one_in"] > 1
    assert {"given name", "surname", "birth date"} <= {chart["field"] for chart in parameters["charts"]}
    assert {"words", "m", "u"} == parameters["charts"][0]["levels"][0].keys()
    found = match_engine.find_matches(records, parameters, changed=None)
    sure = [row for row in found.to_pylist() if row["probability"] > 0.9]
    assert {tuple(sorted((row["record_id_1"], row["record_id_2"]))) for row in sure} == {(n, n + 60) for n in range(4)}
    assert match_engine.find_matches(records, parameters, changed={50}).num_rows < found.num_rows
    clusters = match_engine.cluster(records, found, threshold=0.9).to_pylist()
    assert len({row["cluster_id"] for row in clusters}) == 60


def test_what_fails_there_is_told_by_its_kind_alone(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MatchingFailed, match=r"^UnusableRecords$"):
        match_engine.train(table(1))
    with pytest.raises(MatchingFailed, match=r"^KeyError$"):
        call(MESSAGE)
    assert MESSAGE not in capfd.readouterr().err


def test_it_is_killed_as_soon_as_somebody_asks_to_stop() -> None:
    def stop() -> None:
        raise InterruptedError

    start = time.monotonic()
    with pytest.raises(InterruptedError):
        match_engine.train(table(3000), on_wait=stop)
    assert time.monotonic() - start < 5
    assert helpers() == []


def test_when_it_is_killed_the_run_says_so() -> None:
    def kill() -> None:
        for helper in helpers():
            helper.kill()

    with pytest.raises(MatchingFailed, match="was there enough memory"):
        match_engine.train(table(3000), on_wait=kill)


def test_nothing_stays_at_work_for_who_is_gone() -> None:
    asks = "from profiles.matches.apart import call; call('train', None, None)"
    worker = subprocess.Popen([sys.executable, "-c", asks])
    deadline = time.monotonic() + 20
    while not (found := psutil.Process(worker.pid).children()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    worker.kill()
    worker.wait()
    _, alive = psutil.wait_procs(found, timeout=20)
    assert alive == []


def test_all_of_a_question_arrives_also_where_its_process_is_slow_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    deadline = time.monotonic() + 60

    def not_for_ever() -> None:
        assert time.monotonic() < deadline

    monkeypatch.setattr("profiles.matches.apart.LOOK_SECONDS", 0.001)
    with pytest.raises(MatchingFailed, match="KeyError"):
        call("no part of it", b"more than a pipe holds" * 100_000, on_wait=not_for_ever)
