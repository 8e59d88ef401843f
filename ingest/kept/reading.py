"""Takes an object as Firehose wrote it, gives the bytes of each record in it.

Error objects are JSON lines with the record in base64, but AWS's own example has quotes inside a message that are not
escaped, so what can't be parsed is searched for `rawData`. Archive objects are records, each a line of its own. Both
may be gzip files, in several members, whatever they are called.
"""

import gzip
import io
import json
import re
import zlib
from binascii import Error as NotBase64
from binascii import a2b_base64
from collections.abc import Iterator
from typing import IO, cast

_GZIP = b"\x1f\x8b"
_RAW_DATA = re.compile(rb'"rawData"\s*:\s*"([A-Za-z0-9+/=\s\\]*)"')


class Broken(Exception):
    """The object ends in the midst of it, or is no object of Firehose. What came before has been given."""


def records(opened: IO[bytes], *, archive: bool) -> Iterator[bytes]:
    """The records of an object; raises Broken after those that could be read."""
    try:
        for line in _lines(opened):
            if archive:
                yield line
            else:
                yield from _failed(line)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Broken(f"the gzip file is broken: {type(error).__name__}") from None


def _lines(opened: IO[bytes]) -> Iterator[bytes]:
    head = opened.read(2)
    whole = cast(IO[bytes], io.BufferedReader(_Joined(head, opened)))
    for line in gzip.GzipFile(fileobj=whole) if head == _GZIP else whole:
        if line.strip():
            yield line


def _failed(line: bytes) -> Iterator[bytes]:
    """The record, or the line itself where there is none in it: it is rejected then, with its bytes."""
    try:
        told = json.loads(line)
        stated = [str(told["rawData"]).encode()]
    except (ValueError, KeyError, TypeError, RecursionError):
        stated = [found.replace(b"\\", b"") for found in _RAW_DATA.findall(line)]
    if not stated:
        yield line
    for raw in stated:
        try:
            yield a2b_base64(raw)
        except NotBase64:
            yield line


class _Joined(io.RawIOBase):
    """Two bytes that were read to see what it is, and then the rest."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._head or self._rest.read(len(buffer))
        self._head = b""
        buffer[: len(data)] = data
        return len(data)
