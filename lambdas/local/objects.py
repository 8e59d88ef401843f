"""Takes records, gives objects on disk as Firehose writes them to S3: error objects, and the archive of all records.

`errors/<type>/YYYY/MM/dd/HH/` holds one JSON object a line for each failed record; `archive/YYYY/MM/dd/HH/` the
records as they were accepted, gzipped, one after the other (each ends its own line).
"""

import base64
import gzip
import json
import os
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lambdas.local.spool import ArchiveObject, Record

ARCHIVE_BYTES = 5_000_000
ARCHIVE_SECONDS = 300


def error_lines(
    records: Iterable[Record], *, attempts: int, code: str, message: str, ended_ms: int, more: Mapping[str, Any]
) -> list[dict[str, Any]]:
    return [
        {
            "attemptsMade": attempts,
            "arrivalTimestamp": record.arrived_ms,
            "errorCode": code,
            "errorMessage": message,
            "attemptEndingTimestamp": ended_ms,
            "rawData": base64.b64encode(record.data).decode(),
            **more,
        }
        for record in records
    ]


def write_errors(root: Path, *, kind: str, name: str, lines: Sequence[Mapping[str, Any]], now: datetime) -> Path:
    """An error object, whole or not at all. The same `name` within the hour is the same object."""
    folder = root / "errors" / kind / now.strftime("%Y/%m/%d/%H")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    text = "".join(json.dumps(line) + "\n" for line in lines)
    draft = folder / f".{name}"
    with draft.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return path


class Archive:
    """Appends one gzip member for each batch and begins a new object after 5 MB or 5 minutes. The spool knows how long
    the object is; what a killed process wrote beyond that is cut off, and comes again."""

    def __init__(self, *, root: Path, stream: str, last: ArchiveObject | None) -> None:
        self._root = root
        self._stream = stream
        self._last = last

    def append(self, records: Sequence[Record], *, now: datetime) -> ArchiveObject:
        """The object as it is with `records`; call `keep` with it once the spool knows."""
        target = self._open_object(now)
        path = self._root / target.path
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.truncate(target.size)
            file.write(gzip.compress(b"".join(record.data for record in records), compresslevel=1))
            file.flush()
            os.fdatasync(file.fileno())
            return ArchiveObject(target.path, file.tell(), target.opened_ms)

    def keep(self, target: ArchiveObject) -> None:
        self._last = target

    def cut(self) -> None:
        """Cut off what the spool doesn't know of."""
        if self._last and (path := self._root / self._last.path).exists():
            os.truncate(path, self._last.size)

    def _open_object(self, now: datetime) -> ArchiveObject:
        now_ms = int(now.timestamp() * 1000)
        last = self._last
        if last and last.size < ARCHIVE_BYTES and now_ms - last.opened_ms < ARCHIVE_SECONDS * 1000:
            return last
        hour, name = now.strftime("%Y/%m/%d/%H"), object_name(self._stream, now)
        return ArchiveObject(f"archive/{hour}/{name}.gz", 0, now_ms)


def object_name(stream: str, now: datetime) -> str:
    return f"{stream}-1-{now.strftime('%Y-%m-%d-%H-%M-%S')}-{uuid.uuid4()}"


def utc_now() -> datetime:
    return datetime.now(UTC)
