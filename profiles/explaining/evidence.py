"""Takes pairs of identifiers, gives the link between each: the first and the last event that showed them together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ingest.models import Source
from profiles.reading import read

REACH = 1_000  # neighbours of an end that are looked at
MOST = 20_000  # sets of identifiers that are looked at
PLAIN = {"identify": "Identified", "page": "Page view", "alias": "Alias"}


@dataclass(frozen=True)
class SeenEvent:
    """An event as evidence. `event_id` is None where it is no longer kept; `time` stays known."""

    event_id: int | None
    time: datetime
    source: str
    trusted: bool
    type: str
    name: str

    @property
    def title(self) -> str:
        return self.name or PLAIN.get(self.type, "Event")


@dataclass(frozen=True)
class Evidence:
    """A link. `last` is None where no event with both is kept; `capped`: there may be a later one than `last`."""

    a_id: int
    b_id: int
    vouched: bool
    held: str | None
    first: SeenEvent
    last: SeenEvent | None
    capped: bool


@dataclass(frozen=True)
class _Row:
    a_id: int
    b_id: int
    first_seen: datetime
    vouched: bool
    held: str | None
    first_event: int | None
    first_source: int | None
    first_trusted: bool | None
    first_type: str | None
    first_name: str | None
    last_event: int | None
    last_seen: datetime | None
    last_source: int | None
    last_trusted: bool | None
    last_type: str | None
    last_name: str | None
    capped: bool


def evidence(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Evidence]:
    """The links among these pairs, by (smaller id, larger id); pairs that no event showed are missing."""
    wanted = sorted({(min(pair), max(pair)) for pair in pairs})
    if not wanted:
        return {}
    a_ids, b_ids = [a for a, _ in wanted], [b for _, b in wanted]
    rows = read("edge_evidence", _Row, a_ids=a_ids, b_ids=b_ids, reach=REACH, most=MOST)
    sources = dict(Source.objects.values_list("pk", "name"))
    return {(row.a_id, row.b_id): _evidence(row, sources) for row in rows}


def _evidence(row: _Row, sources: dict[int, str]) -> Evidence:
    first = SeenEvent(
        row.first_event, row.first_seen, _source(row.first_source, sources),
        bool(row.first_trusted), row.first_type or "", row.first_name or "",
    )  # fmt: skip
    last = None
    if row.last_event is not None and row.last_seen is not None:
        last = SeenEvent(
            row.last_event, row.last_seen, _source(row.last_source, sources),
            bool(row.last_trusted), row.last_type or "", row.last_name or "",
        )  # fmt: skip
    return Evidence(row.a_id, row.b_id, row.vouched, row.held, first, last, row.capped)


def _source(source_id: int | None, sources: dict[int, str]) -> str:
    return sources.get(source_id, "a removed source") if source_id is not None else ""
