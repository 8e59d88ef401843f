"""Takes a browser's clock and ours, gives the time of an event by our clock."""

from datetime import UTC, datetime, timedelta

_SECONDS_BELOW = 100_000_000_000  # a number this large counts milliseconds since 1970


def event_time(*, received_at: datetime, sent_at: object, timestamp: object) -> datetime:
    """received − (sent − happened): the browser's clock may be wrong, the time between its own two readings is not.
    Without `sent_at` the timestamp as it is, without either the time of receipt; never in the future."""
    happened, sent = read_time(timestamp), read_time(sent_at)
    if happened is None:
        return received_at
    try:
        return min(received_at - (sent - happened) if sent else happened, received_at)
    except OverflowError:
        return received_at


def read_time(value: object) -> datetime | None:
    """RFC 3339 text (UTC where no offset is given) or a number since 1970; None if it can't be read."""
    try:
        if isinstance(value, str):
            return _utc(datetime.fromisoformat(value.strip()))
        if isinstance(value, int | float) and not isinstance(value, bool):
            seconds = value if abs(value) < _SECONDS_BELOW else value / 1000
            return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return None
    return None


def write_time(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _utc(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
