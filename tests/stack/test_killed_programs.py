"""kill -9 of one program after the other while a crowd streams: every event sent lands once."""

import json
from pathlib import Path

import pytest

from tests.stack.running import Stack, until

PROGRAMS = ("worker", "portal", "postgres", "valkey", "firehose", "gateway", "beat")


@pytest.fixture
def streamed(new_stack: Stack) -> Stack:
    new_stack.start()
    return new_stack


def outcomes(report: Path) -> dict[str, str]:
    lines = report.read_text().splitlines() if report.exists() else []
    return {told["message_id"]: told["outcome"] for told in map(json.loads, lines)}


def await_more(report: Path) -> None:
    before = len(outcomes(report))
    until(lambda: len(outcomes(report)) > before + 60, "the crowd streams on")


def assert_all_accounted_for(stack: Stack, report: Path) -> None:
    told = outcomes(report)
    accepted = sorted(message for message, outcome in told.items() if outcome == "accepted")
    assert set(told.values()) <= {"accepted", "refused"}
    landed = "SELECT message_id::text FROM raw_events ORDER BY message_id"
    until(lambda: len(stack.query(landed)) >= len(accepted), "what was accepted has landed", seconds=120)
    assert [message for (message,) in stack.query(landed)] == accepted

    unresolved = "SELECT count(*) FROM deliveries WHERE resolved_at IS NULL"
    until(lambda: stack.query(unresolved) == [(0,)], "what landed is resolved", seconds=120)
    assert stack.query("SELECT count(*) FROM rejected_records") == [(0,)]


def test_killed_programs_come_back_and_lose_nothing(streamed: Stack, tmp_path: Path) -> None:
    report = tmp_path / "report.ndjson"
    demo = streamed.manage_in_background("demo", "--rate", "60", "--count", "2500", "--report", str(report))

    for program in PROGRAMS:
        await_more(report)
        streamed.kill(program)
    assert demo.poll() is None, "the crowd went home before everything was killed"

    told, _ = demo.communicate(timeout=240)
    assert demo.returncode == 0, told
    assert len(outcomes(report)) == 2500
    assert_all_accounted_for(streamed, report)


def test_a_restart_in_the_midst_of_it_loses_nothing(streamed: Stack, tmp_path: Path) -> None:
    report = tmp_path / "report.ndjson"
    demo = streamed.manage_in_background("demo", "--rate", "60", "--count", "800", "--report", str(report))
    await_more(report)

    assert streamed.stop() == 0
    assert streamed.processes() == []
    streamed.start()

    told, _ = demo.communicate(timeout=240)
    assert demo.returncode == 0, told
    assert_all_accounted_for(streamed, report)
