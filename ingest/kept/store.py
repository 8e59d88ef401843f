"""Takes a prefix, gives the objects under it and their bytes: of the bucket on AWS, of the local Firehose's folder
otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Protocol

from django.conf import settings

from ingest import s3


@dataclass(frozen=True, kw_only=True)
class KeptObject:
    """`version` changes when its bytes do."""

    key: str
    version: str
    size: int
    written_at: datetime


class Store(Protocol):
    def objects(self, *, prefix: str, after: str = "") -> Iterator[KeptObject]:
        """In the order of their keys, those after one key."""

    def opened(self, key: str) -> IO[bytes]:
        """Raises OSError where it can't be read, and what botocore raises."""


@dataclass(frozen=True)
class Bucket:
    name: str

    def objects(self, *, prefix: str, after: str = "") -> Iterator[KeptObject]:
        pages = s3.client().get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.name, Prefix=prefix, **({"StartAfter": after} if after else {})):
            for one in page.get("Contents", ()):
                yield KeptObject(
                    key=one["Key"], version=one["ETag"].strip('"'), size=one["Size"], written_at=one["LastModified"]
                )

    def opened(self, key: str) -> IO[bytes]:
        body: IO[bytes] = s3.client().get_object(Bucket=self.name, Key=key)["Body"]
        return body


@dataclass(frozen=True)
class Folder:
    root: Path

    def objects(self, *, prefix: str, after: str = "") -> Iterator[KeptObject]:
        folder = self.root / prefix
        found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
        for path in found:
            key, status = str(path.relative_to(self.root)), path.stat()
            if key > after:
                version, written_at = (
                    f"{status.st_size}-{status.st_mtime_ns}",
                    datetime.fromtimestamp(status.st_mtime, UTC),
                )
                yield KeptObject(key=key, version=version, size=status.st_size, written_at=written_at)

    def opened(self, key: str) -> IO[bytes]:
        return (self.root / key).open("rb")


def kept_store() -> Store:
    return Bucket(settings.ARCHIVE_BUCKET) if settings.ARCHIVE_BUCKET else Folder(settings.VAR_DIR / "firehose")
