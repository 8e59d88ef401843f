"""Takes the deliveries that have landed, gives profiles: calls the engine until nothing waits."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from time import monotonic

from django.db import connection

from ingest.models import Delivery
from profiles.deadline import OutOfTime, until
from profiles.lookup_cache import catch_up, changing_partition
from profiles.models import ParkedDelivery

EVENTS_A_BATCH = 1_000_000
EVENTS_WAITED_FOR = 5_000  # small batches where a program waits, so that none is undone for lack of time
# What may wait, in this order: deliveries, combinations of kinds defined since, identifiers that a rule change touches.
STEPS = ("SELECT resolve_batch(%s)", "SELECT take_up_kinds()", "SELECT reconsider_waiting()")


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
    """Resolve all that has landed and all that rule changes touch; `on_batch` gets the counts so far.

    Each batch is its own transaction. Any number of these may run at once: the engine lets one in at a time, and none
    finds the same work twice.
    """
    total = ResolutionResult()
    catch_up()
    for step in STEPS:
        while result := _run(step, [events_a_batch] if "%s" in step else []):
            total += result
            on_batch(total)
    return total


def resolve_until(delivery_id: int, *, seconds: float) -> bool:
    """Resolve what has landed until this delivery is; False where that would take longer."""
    deadline = monotonic() + seconds
    waiting = Delivery.objects.filter(pk=delivery_id, resolved_at=None)
    parked = ParkedDelivery.objects.filter(delivery_id=delivery_id, released_at=None)
    try:
        while waiting.exists() and not parked.exists():
            with until(deadline):
                _run(STEPS[0], [EVENTS_WAITED_FOR])
    except OutOfTime:
        return False
    return True


def _run(step: str, parameters: list[int]) -> ResolutionResult | None:
    with changing_partition(), connection.cursor() as cursor:
        cursor.execute(step, parameters)
        (resolution_id,) = cursor.fetchone()
        return resolution_result(resolution_id) if resolution_id else None


def resolution_result(resolution_id: int) -> ResolutionResult:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COUNTS} FROM resolutions WHERE resolution_id = %s", [resolution_id])  # noqa: S608
        return ResolutionResult(*cursor.fetchone())
