"""Takes a file that somebody uploads, gives it mapped, looked at, started and watched until it has landed."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from ingest.importing import columns, runs
from ingest.importing.rejected_rows import rejected_rows_csv
from ingest.models import Import, Source
from ingest.sources import import_source
from ingest.views import requests

PAGE = 50
SHOWN_ROWS = 5
VERBS = {
    "start": (runs.start, "The import runs."),
    "pause": (runs.pause, "Paused. What has landed stays; go on whenever you like."),
    "cancel": (runs.cancel, "Cancelled. What has landed stays; the file has been deleted."),
}


@login_required
@permission_required("ingest.import_files", raise_exception=True)
@require_http_methods(["GET", "POST"])
def imports(request: requests.PageRequest) -> HttpResponse:
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            return redirect("import", _created(request).pk)
        except ValidationError as error:
            errors = error.message_dict
    before = requests.number(request.GET, "before")
    found = Import.objects.select_related("source").order_by("-pk")
    page = list((found.filter(pk__lt=before) if before else found)[: PAGE + 1])
    context = {
        "imports": page[:PAGE],
        "before": page[PAGE - 1].pk if len(page) > PAGE else None,
        "sources": Source.objects.order_by("name"),
        "chosen": requests.number(request.POST, "source") or import_source().pk,
        "errors": errors,
    }
    return render(request, "ingest/imports.html", context, status=422 if errors else 200)


@login_required
@permission_required("ingest.import_files", raise_exception=True)
@require_http_methods(["GET", "POST"])
def import_(request: requests.PageRequest, import_id: int) -> HttpResponse:
    job = get_object_or_404(Import.objects.select_related("source"), pk=import_id)
    errors: list[str] = []
    if request.method == "POST":
        try:
            runs.choose_mapping(job, _posted_mapping(request, job))
        except ValidationError as error:
            errors = error.messages
        else:
            messages.success(request, "Saved. See below what the rows would do, then start the import.")
            return redirect("import", job.pk)
    try:
        context = {"job": job, "errors": errors, **_mapping_context(job)}
    except runs.FileGone:
        return redirect("import", job.pk)
    template = "ingest/import_progress.html" if request.htmx else "ingest/import.html"
    return render(request, template, context, status=422 if errors else 200)


@login_required
@permission_required("ingest.import_files", raise_exception=True)
@require_POST
def import_do(request: requests.PageRequest, import_id: int, verb: str) -> HttpResponse:
    job = get_object_or_404(Import, pk=import_id)
    act, said = VERBS[verb]
    try:
        if act(job):
            messages.success(request, said)
        else:
            messages.warning(request, f"Nothing was done: the import is {job.get_state_display()}.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("import", job.pk)


@login_required
@permission_required(["ingest.import_files", "ingest.view_events"], raise_exception=True)
def import_errors(request: requests.PageRequest, import_id: int) -> StreamingHttpResponse:
    job = get_object_or_404(Import, pk=import_id)
    response = StreamingHttpResponse(rejected_rows_csv(job), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{job.pk}-rejected.csv"'
    return response


def _created(request: requests.PageRequest) -> Import:
    file = request.FILES.get("file")
    source = Source.objects.filter(pk=requests.number(request.POST, "source") or 0).first()
    if file is None:
        raise ValidationError({"file": "Choose a file."})
    if source is None:
        raise ValidationError({"source": "Choose a source."})
    return runs.create_import(file=file, name=file.name or "file", source=source, author=request.user.get_username())


def _posted_mapping(request: requests.PageRequest, job: Import) -> columns.ColumnMapping:
    chosen = []
    for place, name in enumerate(job.shape["columns"]):
        use = requests.text(request.POST, f"use-{place}")
        target = requests.text(request.POST, f"target-{place}")
        chosen.append(columns.Column(name, use if use in columns.USES else columns.SKIP, target))
    return columns.ColumnMapping(chosen, "day_first" in request.POST)


def _mapping_context(job: Import) -> dict[str, Any]:
    if not job.mapping or job.state != Import.State.UPLOADED:
        return {}
    mapping = columns.mapping_from(job.mapping)
    rows = runs.sample(job, rows=SHOWN_ROWS)
    examples = [[row.values[place] for row in rows if place < len(row.values)] for place in range(len(mapping.columns))]
    return {
        "columns": list(zip(mapping.columns, examples, strict=True)),
        "day_first": mapping.day_first,
        "has_time": any(column.use == columns.TIME for column in mapping.columns),
        "uses": columns.USES,
    }
