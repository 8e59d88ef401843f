"""Takes the name of a file in `queries/` and its parameters, gives the query's rows as values of a dataclass."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from django.db import connection

Row = TypeVar("Row")


@cache
def _text(name: str) -> str:
    return (Path(__file__).parent / "queries" / f"{name}.sql").read_text()


def read(query: str, into: Callable[..., Row], **parameters: Any) -> list[Row]:
    """All rows of the query; its columns are the dataclass's fields by name."""
    with connection.cursor() as cursor:
        cursor.execute(_text(query), parameters)
        names = [column.name for column in cursor.description]
        return [into(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def read_many(query: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """As `read`, bare, in the order of the query's columns: for hundreds of thousands of rows."""
    with connection.cursor() as cursor:
        cursor.execute(_text(query), parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def stream(query: str, *, chunk: int, **parameters: Any) -> Iterator[list[dict[str, Any]]]:
    """The rows of a query by the names of its columns, some at a time: for millions. Inside a transaction only."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_text(query), parameters)
        while rows := cursor.fetchmany(chunk):
            names = [column.name for column in cursor.description]
            yield [dict(zip(names, row, strict=True)) for row in rows]


def read_one(query: str, **parameters: Any) -> Mapping[str, Any]:
    """The row of a query that always has exactly one."""
    (row,) = read(query, dict[str, Any], **parameters)
    return row
