"""Takes a table and a format, gives the file piece by piece: as everything stood at one moment, at constant memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.http import StreamingHttpResponse
from django.utils import timezone

from profiles.exporting.formats import FORMATS, MEDIA_TYPES
from profiles.exporting.tables import Row, Table, agreeing
from profiles.reading import stream


def export(
    table: Table, *, file_format: str, purpose: str = "", on_rows: Callable[[int], object] = lambda rows: None
) -> Iterator[bytes]:
    """With `purpose`, only what is of people who agreed to it. `on_rows` is told how many rows were read."""
    yield from FORMATS[file_format](table.columns, _chunks(table, purpose, on_rows))


def download(table: Table, *, file_format: str, purpose: str = "") -> StreamingHttpResponse:
    pieces = export(table, file_format=file_format, purpose=purpose)
    answer = StreamingHttpResponse(pieces, content_type=MEDIA_TYPES[file_format])
    name = f"{table.name}-{timezone.now():%Y-%m-%d}.{file_format}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _chunks(table: Table, purpose: str, on_rows: Callable[[int], object]) -> Iterator[list[Row]]:
    with _one_moment():
        for rows in stream(table.query, chunk=table.chunk):
            kept = agreeing(table, rows, purpose=purpose) if purpose else rows
            yield table.told(kept) if kept else []
            on_rows(len(rows))


@contextmanager
def _one_moment() -> Iterator[None]:
    """All queries see what was committed when the first began. Inside a transaction it is that one's view."""
    within = connection.in_atomic_block
    with transaction.atomic():
        if not within:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
