"""Takes a request for a page, gives its texts and numbers; what can be neither counts as absent."""

from collections.abc import Mapping

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class PageRequest(HttpRequest):
    """A request with what django-htmx found in it."""

    htmx: HtmxDetails


def text(fields: Mapping[str, str], name: str) -> str:
    """Without NUL, which no text in PostgreSQL can hold."""
    return fields.get(name, "").replace("\0", "").strip()


def number(fields: Mapping[str, str], name: str) -> int | None:
    digits = fields.get(name, "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None
