"""Takes an import, gives the rows of it that could not land, with their lines and reasons, as CSV."""

import csv
import re
from collections.abc import Iterator
from typing import Any

from ingest.models import Import, RejectedRecord

_LINE = re.compile(r"line (\d+): (.*)", re.DOTALL)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    def write(self, line: str) -> str:
        return line


def rejected_rows_csv(job: Import) -> Iterator[str]:
    """line, reason, detail and the row as it came; streamed, whatever their number."""
    writer: Any = csv.writer(_Echo())
    yield writer.writerow(["line", "reason", "detail", "data"])
    found = RejectedRecord.objects.filter(delivery__request_id__startswith=f"import-{job.pk}-").order_by("pk")
    for record in found.iterator(chunk_size=1000):
        line, detail = _located(record.detail)
        data = bytes(record.data).decode("utf-8", "replace").rstrip("\r\n")
        yield writer.writerow([line, record.reason, detail, _plain(data)])


def _located(detail: str) -> tuple[str, str]:
    found = _LINE.fullmatch(detail)
    return (found[1], found[2]) if found else ("", detail)


def _plain(text: str) -> str:
    """A spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
