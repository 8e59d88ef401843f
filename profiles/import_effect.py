"""Takes an uploaded file, gives what its first rows would do: they land, are resolved, looked at, and rolled back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from ingest.importing import runs
from ingest.landing import Landed
from ingest.models import Import
from profiles.deadline import OutOfTime, until
from profiles.models import ProfileChange
from profiles.resolution import ResolutionResult, resolution_result

SECONDS = 10.0
LOCK = "3s"
EXAMPLES = 10
ROWS = 1_000
# Nobody else's deliveries are resolved by a trial.
_ONLY = "UPDATE deliveries SET resolved_at = now() WHERE resolved_at IS NULL AND delivery_id <> %s"


@dataclass(frozen=True)
class Merge:
    """An existing profile that would become part of another, and the event that would do it."""

    from_profile_id: int
    to_profile_id: int


@dataclass(frozen=True)
class ImportEffect:
    """`outcome`: whole (`rows` is the whole file), part (the first `rows`), busy (the engine is at work), long (the
    rows take longer than a page may wait)."""

    outcome: str
    rows: int = 0
    landed: int = 0
    duplicate: int = 0
    rejected: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    result: ResolutionResult = field(default_factory=ResolutionResult)
    merges: list[Merge] = field(default_factory=list)


class _RollBack(Exception):
    pass


def import_effect(job: Import) -> ImportEffect:
    """Raises importing.runs.FileGone."""
    effect = ImportEffect("whole")
    share = next(runs.shares(job, rows_a_delivery=ROWS), None)
    if share is None:
        return effect
    try:
        with until(monotonic() + SECONDS), transaction.atomic():
            _take_engine()
            landed = runs.land_share(job, share)
            effect = _effect(landed, whole=share.end >= job.size)
            raise _RollBack
    except _RollBack:
        return effect
    except OutOfTime:
        return ImportEffect("long")
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            return ImportEffect("busy")
        raise


def _take_engine() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true), engine_lock()", [LOCK])


def _effect(landed: Landed, *, whole: bool) -> ImportEffect:
    with connection.cursor() as cursor:
        cursor.execute(_ONLY, [landed.delivery_id])
        cursor.execute("SELECT resolve_batch()")
        (resolution_id,) = cursor.fetchall()[0]
    merges = ProfileChange.objects.filter(change="merge", cause="event").order_by("-change_id")
    result = resolution_result(resolution_id) if resolution_id else ResolutionResult()
    return ImportEffect(
        outcome="whole" if whole else "part",
        rows=landed.received,
        landed=landed.landed,
        duplicate=landed.duplicate,
        rejected=landed.rejected,
        reasons=landed.reasons,
        result=result,
        merges=[Merge(one.from_profile_id, one.to_profile_id) for one in merges[: min(EXAMPLES, result.merges)]],
    )
