"""Takes the deliveries that have landed, gives profiles: calls the engine until nothing waits."""

from collections.abc import Callable
from dataclasses import dataclass, fields

from django.db import connection

EVENTS_A_BATCH = 200_000


@dataclass(frozen=True)
class ResolutionResult:
    """What one or more runs of the engine took and changed, as counts."""

    deliveries: int = 0
    events: int = 0
    new_identifiers: int = 0
    new_profiles: int = 0
    new_links: int = 0
    merges: int = 0
    splits: int = 0
    moves: int = 0
    held_links: int = 0

    def __add__(self, other: "ResolutionResult") -> "ResolutionResult":
        return ResolutionResult(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


COUNTS = ", ".join(field.name for field in fields(ResolutionResult))


def resolve_pending(
    *, events_a_batch: int = EVENTS_A_BATCH, on_batch: Callable[[ResolutionResult], None] = lambda result: None
) -> ResolutionResult:
    """Resolve all that has landed, each batch in its own transaction; `on_batch` gets the counts so far.

    Any number of these may run at once: the engine lets one in at a time, and none finds the same work twice.
    """
    total = ResolutionResult()
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT resolve_batch(%s)", [events_a_batch])
            (resolution_id,) = cursor.fetchone()
            if resolution_id is None:
                return total
            cursor.execute(f"SELECT {COUNTS} FROM resolutions WHERE resolution_id = %s", [resolution_id])  # noqa: S608
            total += ResolutionResult(*cursor.fetchone())
            on_batch(total)
