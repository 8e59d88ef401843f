"""Takes the name of a table and a format, gives all of it as a file."""

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from profiles.api import asking
from profiles.api.endpoint import Answer, described, endpoint, text
from profiles.api.problems import Problem
from profiles.exporting.formats import FORMATS, MEDIA_TYPES
from profiles.exporting.streaming import download
from profiles.exporting.tables import TABLES


@described(
    name="export_table",
    tag="Export",
    summary="Export everything in bulk",
    answer=Answer(OpenApiTypes.BINARY, media=[media.partition(";")[0] for media in MEDIA_TYPES.values()]),
    parameters=[
        text("format", "Of the file.", enum=list(FORMATS), example="ndjson"),
        text("purpose", "Only people who agreed to this purpose.", example="analytics"),
    ],
    problems={400: "A parameter makes no sense.", 404: "There is no such table."},
)
@endpoint("GET")
def export_table(request: Request, table: str) -> StreamingHttpResponse:
    """`profiles`, `identifiers`, `links` or `history`, streamed, as all of it stood when the answer began."""
    if table not in TABLES:
        raise Problem(status=404, reason="not_found", detail=f"there are {', '.join(TABLES)}")
    file_format = asking.one_of(request, "format", *FORMATS) or "ndjson"
    return download(TABLES[table], file_format=file_format, purpose=asking.text(request, "purpose"))
