"""Takes what and from when, gives the objects that Firehose kept of it.

Firehose names the hour (UTC) of an object's oldest record, so the hour before belongs to a span of time, too. An object
is taken whole: what it holds from outside the span has landed before, and is a duplicate.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from ingest.kept.store import KeptObject, Store
from ingest.models import KeptReplay

PREFIXES = {
    KeptReplay.What.UNDELIVERED: "errors/http-endpoint-failed/",
    KeptReplay.What.UNPROCESSED: "errors/processing-failed/",
    KeptReplay.What.ARCHIVE: "archive/",
}
HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Span:
    what: str
    since: datetime
    until: datetime


def kept_objects(store: Store, span: Span, *, after: str = "") -> Iterator[KeptObject]:
    """In the order of their keys. By day where a span is long: one request of a listing gives a thousand keys."""
    root = PREFIXES[KeptReplay.What(span.what)]
    first = span.since.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - HOUR
    low, high = f"{root}{first:%Y/%m/%d/%H}/", f"{root}{span.until.astimezone(UTC):%Y/%m/%d/%H}/\U0010ffff"
    day = first.replace(hour=0)
    while day < span.until:
        for one in store.objects(prefix=f"{root}{day:%Y/%m/%d}/", after=max(after, low)):
            if one.key > high:
                return
            yield one
        day += timedelta(days=1)


def some_objects(store: Store, span: Span, *, after: str = "", limit: int) -> list[KeptObject]:
    return list(islice(kept_objects(store, span, after=after), limit))
