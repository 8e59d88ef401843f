"""Takes a file of rows, gives what it is and its rows, each with the place in the file where the next begins."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from ingest.importing.reading import MAX_LINE, read_line, read_lines

SAMPLE = 1 << 18
TOO_LONG = f"longer than {MAX_LINE} bytes; this is its beginning"
_DELIMITERS = ",;\t|"
_BOMS = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16", codecs.BOM_UTF32_LE: "UTF-32"}

csv.field_size_limit(MAX_LINE)  # signs


class UnusableFile(ValueError):
    """The message says what is wrong with the file and what to do."""


@dataclass(frozen=True)
class Shape:
    """How to read a file: `csv` with a line of column names, or `ndjson`, one event a line."""

    format: str
    encoding: str = "utf-8"
    delimiter: str = ""
    columns: list[str] = field(default_factory=list)
    begins_at: int = 0  # the first byte after the column names


@dataclass(frozen=True)
class Row:
    """`number` is that of the line the row begins in, from 1; `end` the first byte after it, which is in line `next`. A
    row with a `problem` gives no event; its `data` are kept as they came."""

    number: int
    end: int
    next: int
    data: bytes
    values: list[str] = field(default_factory=list)
    problem: str = ""


def shape_of(file: IO[bytes]) -> Shape:
    """Raises UnusableFile for one that holds nothing, or no rows of text."""
    file.seek(0)
    sample = file.read(SAMPLE)
    if not sample.strip():
        raise UnusableFile("The file is empty.")
    for mark, name in _BOMS.items():
        if sample.startswith(mark):
            raise UnusableFile(f"The file is {name}. Save it as UTF-8 and upload it again.")
    if b"\0" in sample:
        raise UnusableFile("The file holds no text. Save a spreadsheet as CSV (UTF-8) and upload that.")
    if sample.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"{", b"["):
        return _ndjson(sample)
    return _csv(file, sample)


def read_rows(file: IO[bytes], shape: Shape, *, start: int = 0, number: int = 1) -> Iterator[Row]:
    """The rows from byte `start`, which is in line `number`; no more than one is in memory. Blank lines are no rows."""
    file.seek(start)
    if shape.format == "csv":
        yield from _csv_rows(file, shape, number)
    else:
        for line in read_lines(file, start=start, number=number):
            yield Row(line.number, line.end, line.number + 1, line.data, problem="" if line.whole else TOO_LONG)


def _ndjson(sample: bytes) -> Shape:
    if sample.lstrip().startswith(b"["):
        raise UnusableFile("The file is one JSON list. Write each event on a line of its own (NDJSON), or use CSV.")
    return Shape("ndjson")


def _csv(file: IO[bytes], sample: bytes) -> Shape:
    encoding = _encoding(sample)
    file.seek(len(codecs.BOM_UTF8) if sample.startswith(codecs.BOM_UTF8) else 0)
    head = _Lines(file, encoding, number=1)
    first = sample.removeprefix(codecs.BOM_UTF8).split(b"\n", 1)[0].decode(encoding)
    delimiter = max(_DELIMITERS, key=lambda sign: (first.count(sign), -_DELIMITERS.index(sign)))
    try:
        names = next(csv.reader(head, delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration) as error:
        raise UnusableFile(f"The first line can't be read as column names: {error}.") from None
    if not any(name.strip() for name in names):
        raise UnusableFile("The first line holds no column names.")
    return Shape("csv", encoding, delimiter, _distinct(names), head.end)


def _encoding(sample: bytes) -> str:
    try:
        # The sample may end within a sign.
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "cp1252"  # what spreadsheets on Windows write
    return "utf-8"


def _distinct(names: list[str]) -> list[str]:
    distinct: list[str] = []
    for place, name in enumerate(names, start=1):
        base = name.strip() or f"column {place}"
        again = sum(other == base or other.startswith(f"{base} (") for other in distinct)
        distinct.append(f"{base} ({again + 1})" if again else base)
    return distinct


class _Lines:
    """The file's lines as text, knowing how far it has read and where the row at hand began."""

    def __init__(self, file: IO[bytes], encoding: str, *, number: int) -> None:
        self._file, self._encoding = file, encoding
        self.end = file.tell()
        self.number = number  # of the next line
        self.begin_row()

    def begin_row(self) -> None:
        self.row_number, self.first_end, self.row = self.number, self.end, b""

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = read_line(self._file, start=self.end, number=self.number)
        if line is None:
            raise StopIteration
        self.end, self.number = line.end, self.number + 1
        if not self.row:
            self.first_end = self.end
        self.row += line.data
        if not line.whole:
            raise csv.Error(TOO_LONG)
        return line.data.decode(self._encoding)


def _csv_rows(file: IO[bytes], shape: Shape, number: int) -> Iterator[Row]:
    while True:
        lines = _Lines(file, shape.encoding, number=number)
        try:
            for values in csv.reader(lines, delimiter=shape.delimiter, strict=True):
                if any(value.strip() for value in values):
                    yield _row(lines, values, len(shape.columns))
                lines.begin_row()
            return
        except (csv.Error, UnicodeDecodeError) as error:
            # A quote that nothing closes swallows what follows: one line is set aside, the next is read afresh.
            number = lines.row_number + 1
            yield Row(lines.row_number, lines.first_end, number, lines.row[:MAX_LINE], problem=_why(error))
            file.seek(lines.first_end)


def _why(error: csv.Error | UnicodeDecodeError) -> str:
    return "not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)


def _row(lines: _Lines, values: list[str], columns: int) -> Row:
    problem = f"{len(values)} fields, but {columns} columns have names" if len(values) > columns else ""
    return Row(lines.row_number, lines.end, lines.number, lines.row, values, problem)
