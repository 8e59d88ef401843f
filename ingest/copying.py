"""Takes rows, COPYs them in PostgreSQL's binary format: a third faster than text, and nothing to escape."""

import struct
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg.adapt import Dumper
from psycopg.pq import Format

_UUID, _JSONB, _TEXT, _TEXT_ARRAY = 2950, 3802, 25, 1009
_ARRAY_HEAD = struct.Struct("!iiIii")
_LENGTH = struct.Struct("!i")


class _UuidBytes(Dumper):
    oid = _UUID
    format = Format.BINARY

    def dump(self, obj: bytes) -> bytes:
        return obj


class _JsonBytes(Dumper):
    oid = _JSONB
    format = Format.BINARY

    def dump(self, obj: bytes) -> bytes:
        return b"\x01" + obj


class _TextArray(Dumper):
    """One dimension, no nulls: several times faster than the general one."""

    oid = _TEXT_ARRAY
    format = Format.BINARY

    def dump(self, obj: Sequence[str]) -> bytes:
        parts = [_ARRAY_HEAD.pack(1, 0, _TEXT, len(obj), 1)]
        for text in obj:
            data = text.encode()
            parts += (_LENGTH.pack(len(data)), data)
        return b"".join(parts)


def copy_rows(cursor: CursorWrapper, statement: str, *, types: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """`statement` is COPY … FROM STDIN (FORMAT binary). uuid and jsonb columns take ready bytes.

    Raises Django's database errors.
    """
    psycopg_cursor = cursor.cursor
    for dumper in (_UuidBytes, _JsonBytes):
        psycopg_cursor.adapters.register_dumper(bytes, dumper)
    psycopg_cursor.adapters.register_dumper(list, _TextArray)
    with connection.wrap_database_errors, psycopg_cursor.copy(statement) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)
