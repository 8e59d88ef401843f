"""Resolution by pg_cron, against a cron schema with its functions; the extension itself is not at hand here."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ingest import announcement
from profiles.models import Identifier
from tests.ingest.builders import delivered, event, record

pytestmark = pytest.mark.django_db

CRON = """
CREATE SCHEMA cron;
CREATE TABLE cron.job (jobid serial, jobname text UNIQUE, schedule text, command text);
CREATE FUNCTION cron.schedule(text, text, text) RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO cron.job (jobname, schedule, command) VALUES ($1, $2, $3)
    ON CONFLICT (jobname) DO UPDATE SET schedule = $2, command = $3 RETURNING jobid $$;
CREATE FUNCTION cron.unschedule(int) RETURNS boolean LANGUAGE sql AS $$
    DELETE FROM cron.job WHERE jobid = $1 RETURNING true $$;
"""


def jobs() -> dict[str, tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT jobname, schedule, command FROM cron.job")
        return {name: (when, what) for name, when, what in cursor.fetchall()}


def test_the_job_that_pg_cron_runs_resolves_what_has_landed() -> None:
    with connection.cursor() as cursor:
        cursor.execute(CRON)
    call_command("schedule", "--seconds", "10")
    call_command("schedule", "--seconds", "20")
    when, what = jobs()["idportal-resolve"]
    assert when == "20 seconds"
    delivered(record(event(messageId="a")))
    with connection.cursor() as cursor:
        cursor.execute(what)
    assert Identifier.objects.count() == 2
    call_command("schedule", "--remove")
    assert jobs() == {}


def test_without_pg_cron_it_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="shared_preload_libraries"):
        call_command("schedule")


def test_with_pg_cron_a_landing_tells_no_worker(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(announcement, "_announce", lambda task, *_a, **_k: told.append(task))
    announcement.announce_landing()
    settings.RESOLVE_BY = "pg_cron"
    announcement.announce_landing()
    assert told == ["profiles.resolve"]
