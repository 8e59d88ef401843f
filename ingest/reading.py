"""Takes a read query's file and its parameters, gives its rows as values of a dataclass."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from django.db import connection

Row = TypeVar("Row")


@cache
def _text(path: Path) -> str:
    return path.read_text()


def read(query: Path, into: type[Row], **parameters: Any) -> list[Row]:
    """All rows of the query; its columns are the dataclass's fields by name."""
    with connection.cursor() as cursor:
        cursor.execute(_text(query), parameters)
        names = [column.name for column in cursor.description]
        return [into(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def read_one(query: Path, **parameters: Any) -> Mapping[str, Any]:
    """The one row of a query that always has one."""
    (row,) = read(query, dict, **parameters)
    return row
