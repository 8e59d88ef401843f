"""Takes columns and chunks of rows, gives the bytes of a file: CSV, NDJSON or Parquet."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

from profiles.exporting.tables import Row, Sort

Columns = dict[str, Sort]
ROWS_A_GROUP = 50_000


def as_ndjson(columns: Columns, chunks: Iterable[list[Row]]) -> Iterator[bytes]:
    for rows in chunks:
        lines = ({name: row[name] for name in columns} for row in rows)
        yield b"".join(orjson.dumps(line, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE) for line in lines)


def as_csv(columns: Columns, chunks: Iterable[list[Row]]) -> Iterator[bytes]:
    """With a header. Values stand as they are: what is nothing is empty, lists and objects are JSON."""
    yield _lines([list(columns)])
    for rows in chunks:
        yield _lines([_cell(row[name], sort) for name, sort in columns.items()] for row in rows)


def as_parquet(columns: Columns, chunks: Iterable[list[Row]]) -> Iterator[bytes]:
    """Lists and objects are JSON text."""
    import pyarrow as pa  # only Parquet needs it, and every process would bear it
    import pyarrow.parquet as pq

    text = pa.string()
    arrow = {"text": text, "number": pa.int64(), "flag": pa.bool_(), "time": pa.timestamp("us", tz="UTC"), "json": text}
    written = _Written()
    schema = pa.schema([(name, arrow[sort]) for name, sort in columns.items()])
    with pq.ParquetWriter(pa.PythonFile(written, mode="w"), schema, compression="zstd") as writer:
        for rows in _groups(chunks):
            arrays = [
                pa.array([_plain(row[name], sort) for row in rows], arrow[sort]) for name, sort in columns.items()
            ]
            writer.write_table(pa.table(arrays, schema=schema))
            yield written.take()
    yield written.take()


FORMATS = {"csv": as_csv, "ndjson": as_ndjson, "parquet": as_parquet}
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}


class _Written(io.RawIOBase):
    """A file that can only be written to, and whose bytes are taken away as they come."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._size

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._size += len(part)
        return len(part)

    def take(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _groups(chunks: Iterable[list[Row]]) -> Iterator[list[Row]]:
    group: list[Row] = []
    for rows in chunks:
        group += rows
        if len(group) >= ROWS_A_GROUP:
            yield group
            group = []
    if group:
        yield group


def _lines(rows: Iterable[list[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def _cell(value: Any, sort: Sort) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, bool):
        return "true" if value else "false"
    return _plain(value, sort)


def _plain(value: Any, sort: Sort) -> Any:
    return orjson.dumps(value).decode() if sort == "json" and value is not None else value
