"""Takes a request for a page, gives its numbers; what is no number counts as absent."""

from collections.abc import Mapping

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class PageRequest(HttpRequest):
    """A request with what django-htmx found in it."""

    htmx: HtmxDetails


def number(fields: Mapping[str, str], name: str) -> int | None:
    text = fields.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
