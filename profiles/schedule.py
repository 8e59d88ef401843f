"""Takes how often, gives a job of pg_cron that resolves in the database itself: the alternative to Celery."""

from django.db import connection

JOB = "idportal-resolve"
# One batch a turn; the engine's lock keeps turns apart, and a turn without work is some milliseconds.
COMMAND = "SELECT resolve_batch(); SELECT take_up_kinds(); SELECT reconsider_waiting()"
_HAS_CRON = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'cron')"
_HISTORY = "idportal-cron-history"
_CLEAN = "DELETE FROM cron.job_run_details WHERE end_time < now() - interval '3 days'"


class NoCron(Exception):
    """The database has no pg_cron; the text says what to do."""


def start(*, seconds: int) -> None:
    """Raises NoCron. Asked again, it changes the job that is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_cron')")
        if cursor.fetchone()[0]:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_cron")
    _call("SELECT cron.schedule(%s, %s, %s)", JOB, f"{seconds} seconds", COMMAND)
    _call("SELECT cron.schedule(%s, %s, %s)", _HISTORY, "17 3 * * *", _CLEAN)


def stop() -> None:
    """Raises NoCron."""
    _call("SELECT cron.unschedule(jobid) FROM cron.job WHERE jobname IN (%s, %s)", JOB, _HISTORY)


def _call(statement: str, *parameters: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_HAS_CRON)
        if not cursor.fetchone()[0]:
            raise NoCron("pg_cron is not there: put it into shared_preload_libraries, restart the database, try again")
        cursor.execute(statement, parameters)
