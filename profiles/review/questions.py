"""Takes what resolution left open (held links, probable matches, parked deliveries), gives the questions to people."""

import json
from dataclasses import dataclass, fields

from django.conf import settings
from django.db import connection

MANY = 1000  # counting for the navigation stops here


@dataclass(frozen=True)
class Refreshed:
    """What one refresh asked anew, by kind, and how many questions it closed."""

    pairs: int = 0
    values: int = 0
    parked: int = 0
    samples: int = 0
    reopened: int = 0
    closed: int = 0

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))


def refresh_review(*, everything: bool = False) -> Refreshed | None:
    """Bring the queue up to what stands: what changed since the last time, or `everything`.

    Takes no lock of the engine's. None: another refresh is at it; what it doesn't see any more, the next one will.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT refresh_review(%s, %s, %s, %s)",
            [
                everything,
                settings.REVIEW_SAMPLE_PERCENT / 100,
                settings.REVIEW_SAMPLES_WAITING,
                settings.REVIEW_CROWD,
            ],
        )
        (counts,) = cursor.fetchone()
    return Refreshed(**json.loads(counts)) if counts else None


def open_questions() -> int:
    """How many wait, up to MANY: by index alone, for every page."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT FROM review_questions WHERE state = 'open' LIMIT %s) waiting", [MANY]
        )
        return int(cursor.fetchone()[0])
