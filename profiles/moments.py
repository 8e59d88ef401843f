"""Takes a date or a time as an address or a program writes it, gives the moment meant."""

from datetime import UTC, datetime, time

from django.utils.dateparse import parse_date, parse_datetime


def moment_of(text: str) -> datetime | None:
    """A date stands for its end; a time without a zone is UTC; None for what is neither."""
    try:
        day = parse_date(text)
        if day is not None:
            return datetime.combine(day, time.max, UTC)
        at = parse_datetime(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        return None
    return None if at is None else at if at.tzinfo else at.replace(tzinfo=UTC)
