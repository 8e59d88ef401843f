"""Takes who, what and when, gives the audit log as a page, CSV or NDJSON."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from ingest.audit.log import Filter, actions, entries
from ingest.audit.models import AuditEntry
from ingest.views import requests

PAGE = 50
COLUMNS = ("id", "at", "actor", "action", "subject", "detail", "address")


@login_required
@permission_required("ingest.view_audit", raise_exception=True)
@require_safe
def audit(request: requests.PageRequest) -> HttpResponse:
    wanted, before = _wanted(request), requests.number(request.GET, "before")
    found = list(entries(wanted, before=before)[: PAGE + 1])
    context = {
        "entries": found[:PAGE],
        "before": found[PAGE - 1].pk if len(found) > PAGE else None,
        "wanted": wanted,
        "until": requests.text(request.GET, "until"),
        "since": requests.text(request.GET, "since"),
        "actions": actions(),
    }
    return render(request, "audit/audit.html", context)


@login_required
@permission_required("ingest.view_audit", raise_exception=True)
@require_safe
def audit_export(request: requests.PageRequest) -> StreamingHttpResponse:
    """Streamed: the log may be longer than memory."""
    as_csv = requests.text(request.GET, "format") == "csv"
    found = entries(_wanted(request)).iterator(chunk_size=2000)
    lines = _csv_lines(found) if as_csv else (json.dumps(_plain(entry)) + "\n" for entry in found)
    ending, kind = ("csv", "text/csv") if as_csv else ("ndjson", "application/x-ndjson")
    headers = {"Content-Disposition": f'attachment; filename="audit.{ending}"'}
    return StreamingHttpResponse(lines, content_type=kind, headers=headers)


def _wanted(request: requests.PageRequest) -> Filter:
    since, until = _day(requests.text(request.GET, "since")), _day(requests.text(request.GET, "until"))
    return Filter(
        actor=requests.text(request.GET, "who"),
        action=requests.text(request.GET, "what"),
        since=since,
        until=until + timedelta(days=1) if until else None,
    )


def _day(text: str) -> datetime | None:
    """None for what is no day; of the last year there is no day after."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day and day.year < 9999 else None


def _plain(entry: AuditEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in COLUMNS} | {"at": entry.at.isoformat()}


def _csv_lines(found: Iterator[AuditEntry]) -> Iterator[str]:
    yield _csv_line(list(COLUMNS))
    for entry in found:
        plain = _plain(entry) | {"detail": json.dumps(entry.detail)}
        yield _csv_line([_no_formula(plain[name]) for name in COLUMNS])


def _csv_line(cells: list[Any]) -> str:
    line = StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _no_formula(cell: Any) -> Any:
    """A spreadsheet would carry out a text that begins so."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
