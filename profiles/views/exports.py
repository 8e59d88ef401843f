"""Takes what somebody picks, gives all of it as a file."""

import logging

from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ingest.views import requests
from profiles.exporting.formats import FORMATS
from profiles.exporting.streaming import download
from profiles.exporting.tables import TABLES

EXPORT = "profiles.export_profiles"

logger = logging.getLogger(__name__)


@login_required
@permission_required(EXPORT, raise_exception=True)
@require_safe
def exports(request: requests.PageRequest) -> HttpResponse:
    return render(request, "profiles/exports.html", {"tables": TABLES.values(), "formats": FORMATS})


@login_required
@permission_required(EXPORT, raise_exception=True)
@require_safe
def export_file(request: requests.PageRequest) -> StreamingHttpResponse:
    table = TABLES.get(requests.text(request.GET, "table"))
    file_format = requests.text(request.GET, "format")
    if table is None or file_format not in FORMATS:
        raise Http404("There is no such table, or no such format.")
    logger.info("%s were exported by %s", table.name, request.user.pk)
    return download(table, file_format=file_format, purpose=requests.text(request.GET, "purpose"))
