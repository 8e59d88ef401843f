"""A run whose process is killed with kill -9, and runs that a real worker takes from the real broker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import psycopg
import pytest
from celery.contrib.testing.worker import start_worker
from django.conf import settings as django_settings
from django.db import connection
from pytest_django import Settings

from idportal.celery import app
from profiles import tasks
from profiles.matches import runs as match_runs
from profiles.matches.work import work
from profiles.models import MatchCandidate, MatchRun
from tests.profiles.people_to_match import bring, crowd, pair, person, seen

pytestmark = pytest.mark.django_db(transaction=True)
FULL = MatchRun.Kind.FULL


@pytest.fixture(autouse=True)
def unscheduled(settings: Settings) -> None:
    settings.MATCH_SCHEDULED = False


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def database_url() -> str:
    """Of the tests' database, for another process."""
    of, options = connection.settings_dict, connection.settings_dict["OPTIONS"]
    return f"postgresql://{of['USER']}@/{of['NAME']}?host={options['host']}&port={options['port']}"


def start_and_kill_while_it_reads(run: MatchRun) -> int:
    """Its return code. What it reads is locked, so that it stands still there however fast it is."""
    with psycopg.connect(database_url()) as other:
        other.execute("LOCK TABLE trait_values IN ACCESS EXCLUSIVE MODE")
        doomed = subprocess.Popen(
            [sys.executable, "manage.py", "find_matches", "--full"],
            cwd=django_settings.BASE_DIR,
            env={**os.environ, "DATABASE_URL": database_url()},
            stdout=subprocess.DEVNULL,
        )
        wait_until(lambda: MatchRun.objects.filter(pk=run.pk, step=MatchRun.Step.READING).exists())
        doomed.kill()
        return doomed.wait()


def test_a_run_that_is_killed_is_taken_up_by_the_next_and_nothing_is_found_twice() -> None:
    crowd(200, twice=range(20))
    asked = match_runs.ask(FULL)
    assert start_and_kill_while_it_reads(asked) == -signal.SIGKILL
    wait_until(lock_is_free)
    assert [(run.pk, run.state, run.attempts) for run in work()] == [(asked.pk, "done", 2)]
    assert set(MatchCandidate.objects.values_list("a_id", "b_id")) == {pair(f"p{n}", f"again{n}") for n in range(20)}


def lock_is_free() -> bool:
    """The database notices a moment later that a client is gone."""
    with match_runs.alone() as free:
        return free


def test_a_worker_takes_what_was_asked_for_from_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.conf, "CELERY_DB_REUSE_MAX", None)  # this one is a thread, which would leave its session

    def done(run: MatchRun) -> None:
        match_runs.announce()
        wait_until(lambda: MatchRun.objects.get(pk=run.pk).state == "done")

    crowd()
    with start_worker(app, perform_ping_check=False, pool="solo", concurrency=1, loglevel="warning"):
        done(match_runs.ask(FULL))
        bring(seen("again20", person(20)))
        done(match_runs.ask(MatchRun.Kind.INCREMENTAL))
    assert tasks.find_matches.name == match_runs.TASK
    assert MatchCandidate.objects.count() == 4
