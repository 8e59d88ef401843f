"""Takes a file, gives its lines, each with its number and the place where it ends."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

MAX_LINE = 1 << 20  # bytes


@dataclass(frozen=True)
class Line:
    number: int
    data: bytes
    whole: bool = True  # False: the beginning of a line that is too long
    end: int = 0  # the first byte after it, all of it


def read_lines(file: IO[bytes], *, start: int = 0, number: int = 1) -> Iterator[Line]:
    """The lines that hold something, from where the file stands: byte `start`, in line `number`. No more than one of
    them is in memory, and of one that is too long no more than its beginning."""
    while (line := read_line(file, start=start, number=number)) is not None:
        if line.data.strip():
            yield line
        start, number = line.end, number + 1


def read_line(file: IO[bytes], *, start: int, number: int) -> Line | None:
    data = file.readline(MAX_LINE)
    if not data:
        return None
    whole = len(data) < MAX_LINE or data.endswith(b"\n")
    end = start + len(data) + (0 if whole else _skip_line(file))
    return Line(number, data, whole, end)


def _skip_line(file: IO[bytes]) -> int:
    skipped = 0
    while more := file.readline(MAX_LINE):
        skipped += len(more)
        if more.endswith(b"\n"):
            break
    return skipped
