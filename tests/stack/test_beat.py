"""Scheduled work goes on when the clock jumps, forward or back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from idportal.beat import SteadyScheduler

START = datetime(2026, 1, 1, tzinfo=UTC)


class Clock:
    now = START


def told() -> datetime:
    return Clock.now


@pytest.fixture
def done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(Clock, "now", START)
    app = Celery("t", set_as_current=False)
    app.conf.beat_schedule = {
        "often": {"task": "often", "schedule": 10.0}, "seldom": {"task": "seldom", "schedule": 60.0}
    }  # fmt: skip
    monkeypatch.setattr(app, "now", told)
    scheduler = SteadyScheduler(app, schedule_filename=str(tmp_path / "schedule"))
    for entry in scheduler.schedule.values():
        monkeypatch.setattr(entry.schedule, "nowfun", told)
        entry.last_run_at = START
    monkeypatch.setattr(SteadyScheduler, "producer", None)
    done: list[str] = []
    monkeypatch.setattr(scheduler, "apply_entry", lambda entry, producer=None: done.append(entry.name))

    def pass_time(seconds: int) -> list[str]:
        done.clear()
        for _ in range(seconds):
            Clock.now += timedelta(seconds=1)
            scheduler.tick()
        return sorted({"often", "seldom"} & set(done))

    yield pass_time
    scheduler.close()


@pytest.mark.parametrize("jump", [timedelta(hours=2), -timedelta(hours=2), timedelta(days=40), -timedelta(days=40)])
def test_every_task_is_done_within_its_time_after_a_jump(done: Any, jump: timedelta) -> None:
    assert done(65) == ["often", "seldom"]
    Clock.now += jump
    assert done(65) == ["often", "seldom"]
