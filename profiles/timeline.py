"""Takes a profile, gives its events, newest first: those of its identifiers, before and after any merge."""

from dataclasses import dataclass
from datetime import UTC, datetime

from profiles.reading import read

PAGE = 20
MANY = 50_000  # sets of identifiers that are looked up one by one
NEWEST = (datetime(9999, 1, 1, tzinfo=UTC), 2**63 - 1)


@dataclass(frozen=True)
class TimelineEvent:
    event_id: int
    event_time: datetime
    source_id: int
    trusted: bool
    type: str
    name: str
    identifiers: list[str]  # "kind:value", as it carried them


@dataclass(frozen=True)
class TimelinePage:
    events: list[TimelineEvent]
    older: tuple[datetime, int] | None  # where the next page starts; None: this is the last


def timeline(profile_id: int, *, before: tuple[datetime, int] = NEWEST, limit: int = PAGE) -> TimelinePage:
    events = read(
        "timeline", TimelineEvent, profile_id=profile_id, before_time=before[0], before_event=before[1],
        further=before != NEWEST, many=MANY, limit=limit + 1,
    )  # fmt: skip
    more = len(events) > limit
    last = events[limit - 1] if more else None
    return TimelinePage(events[:limit], (last.event_time, last.event_id) if last else None)
