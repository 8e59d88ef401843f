"""Takes a moment, gives up what would go on beyond it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

RENEWED = 0.2  # seconds that the limit of a statement may be behind


class OutOfTime(Exception):
    pass


@contextmanager
def until(deadline: float) -> Iterator[None]:
    """Raises OutOfTime when a statement inside begins or would go on beyond the deadline; what was done is undone then.

    The deadline is one of `time.monotonic`.
    """
    left = int((deadline - monotonic()) * 1000)
    if left < 1:
        raise OutOfTime
    try:
        with transaction.atomic():
            outer = _limit_statements(f"{left}ms")
            with connection.execute_wrapper(_watch(deadline)):
                yield
            _limit_statements(outer)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise OutOfTime from error
        raise


def _watch(deadline: float) -> Callable[..., Any]:
    """Each statement may take what is left, which many have shared before it."""
    limited = monotonic()

    def watched(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        nonlocal limited
        now = monotonic()
        if str(sql).startswith("ROLLBACK"):  # to a savepoint: whatever the time, and where nothing else may be run
            return execute(sql, params, many, context)
        if now >= deadline:
            raise OutOfTime
        if now - limited > RENEWED:
            limited = now
            with connection.connection.cursor() as cursor:  # past the wrappers
                cursor.execute(
                    "SELECT set_config('statement_timeout', %s, true)", [f"{int((deadline - now) * 1000) + 1}ms"]
                )
        return execute(sql, params, many, context)

    return watched


def _limit_statements(time: str) -> str:
    """Gives the limit there was: deadlines stand inside one another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)", [time])
        return str(cursor.fetchall()[0][0])
