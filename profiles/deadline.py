"""Takes a moment, gives up what would go on beyond it."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled


class OutOfTime(Exception):
    pass


@contextmanager
def until(deadline: float) -> Iterator[None]:
    """Raises OutOfTime when a statement inside would go on beyond the deadline; what was done inside is undone then.

    The deadline is one of `time.monotonic`.
    """
    left = int((deadline - monotonic()) * 1000)
    if left < 1:
        raise OutOfTime
    try:
        with transaction.atomic():
            outer = _limit_statements(f"{left}ms")
            yield
            _limit_statements(outer)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise OutOfTime from error
        raise


def _limit_statements(time: str) -> str:
    """Gives the limit there was: deadlines stand inside one another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)", [time])
        return str(cursor.fetchall()[0][0])
