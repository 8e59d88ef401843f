"""Takes a confirmed erasure, gives it carried out, step by step; killed at any point it goes on where it was.

suppress   what comes from now on does not land
settle     what was on its way has landed and is resolved
rejected   rejected records of the person
profile    everything derived, in one transaction, with the look-ups that are remembered
events     the raw events themselves, some at a time
archive    what the archive keeps, for the certificate
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ingest.landing import LANDING_LOCK
from ingest.models import Delivery, RejectedRecord
from ingest.privacy.suppression import admit, landings_from_before, suppress
from profiles.lookup_cache import changing_partition, digest
from profiles.models import Erasure
from profiles.privacy import erasure as requests
from profiles.privacy.erasure import ErasedIdentifier, erased_identifiers, hour_names, wanted_in_records
from profiles.privacy.rejected import search_rejected
from profiles.reading import read_one
from profiles.resolution import resolve_pending

EVENTS_AT_ONCE = 5_000
SLICE_SECONDS = 30.0  # then the task makes room for others, and asks to go on
_LOCK = 0x1F12A  # namespace of the advisory locks of erasures
State, Step = Erasure.State, Erasure.Step
ORDER = list(Step)
logger = logging.getLogger(__name__)


def open_erasures() -> list[int]:
    return list(Erasure.objects.filter(state__in=Erasure.OPEN).order_by("pk").values_list("pk", flat=True))


def run(erasure_id: int, *, seconds: float = SLICE_SECONDS) -> bool:
    """Count it, or carry it out until it is done or time is up; gives whether there is more to do now."""
    deadline = monotonic() + seconds
    with _alone(erasure_id) as alone:
        erasure = Erasure.objects.filter(pk=erasure_id, state__in=Erasure.OPEN).first()
        if not alone or erasure is None:
            return False
        if erasure.state == State.COUNTING:
            requests.count(erasure)
            return False
        while STEPS[Step(erasure.step)](erasure):
            erasure.refresh_from_db()
            if erasure.state == State.DONE:
                return False
            if monotonic() > deadline:
                return True
    return False  # it waits for others: beat asks again


def _suppress(erasure: Erasure) -> bool:
    with transaction.atomic():
        suppress(_suppressed(erased_identifiers(erasure)), erasure_id=erasure.pk)
        _set(erasure, suppressed_at=timezone.now(), step=Step.SETTLE)
    return True


def _settle(erasure: Erasure) -> bool:
    """Landings that began before could not know; what they landed is resolved before anything is removed."""
    if landings_from_before(erasure.suppressed_at, lock=LANDING_LOCK):
        return False
    resolve_pending()
    _set(erasure, step=Step.REJECTED, position=0)
    return True


def _rejected(erasure: Erasure) -> bool:
    searched = search_rejected(wanted_in_records(erasure), after=erasure.position)
    with transaction.atomic():
        deleted = RejectedRecord.objects.filter(pk__in=searched.found).delete()[0]
        _count(erasure, rejected_records=deleted)
        _set(
            erasure, **({"step": Step.PROFILE, "position": 0} if searched.last is None else {"position": searched.last})
        )
    return True


def _profile(erasure: Erasure) -> bool:
    with changing_partition() as forgotten, connection.cursor() as cursor:
        cursor.execute("SELECT engine_lock()")
        found = erased_identifiers(erasure)
        forgotten += [digest(one.kind, one.value) for one in found]
        # What has come to be others', or to be the person's, since.
        admit((one.kind, one.value) for one in found if one.stays)
        suppress(_suppressed(found), erasure_id=erasure.pk)
        said = dict(read_one("erasure_counts", profile=erasure.profile_id, others_too=erasure.others_too))
        _set(erasure, step=Step.EVENTS, hours=sorted({*erasure.hours, *hour_names(said.pop("hours"))}))
        said.pop("events")
        _count(erasure, **said, events=_delete_parked(found))
        cursor.execute("SELECT erase_profile(%s, %s, %s)", [erasure.profile_id, erasure.others_too, erasure.pk])
        requests.noted(erasure, "profile_erased", author="system")
    return True


def _events(erasure: Erasure) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT erase_events(%s, %s)", [erasure.pk, EVENTS_AT_ONCE])
        (deleted,) = cursor.fetchone()
        _count(erasure, events=deleted)
        if not deleted:
            _set(erasure, step=Step.ARCHIVE)
    return True


def _archive(erasure: Erasure) -> bool:
    objects = requests.archive_objects_named(erasure.hours)
    with transaction.atomic():
        _count(erasure, archive_hours=len(erasure.hours), archive_objects=objects)
        _set(erasure, state=State.DONE, finished_at=timezone.now())
        requests.noted(erasure, "erasure_done", author="system")
    logger.info("erasure %s is done", erasure.pk)
    return True


STEPS = {
    Step.SUPPRESS: _suppress,
    Step.SETTLE: _settle,
    Step.REJECTED: _rejected,
    Step.PROFILE: _profile,
    Step.EVENTS: _events,
    Step.ARCHIVE: _archive,
}


def _suppressed(found: list[ErasedIdentifier]) -> list[tuple[str, str, bool]]:
    return [(one.kind, one.value, one.names_person) for one in found if one.suppressed]


def _delete_parked(found: list[ErasedIdentifier]) -> int:
    """What was parked has landed and is in no profile; it is found by its identifiers."""
    texts = [f"{one.kind}:{one.value}" for one in found if one.suppressed and one.names_person]
    waiting = list(Delivery.objects.filter(resolved_at=None, landed__gt=0).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT erase_waiting_events(%s, %s)", [waiting, texts])
        return int(cursor.fetchone()[0])


def _count(erasure: Erasure, **counts: Any) -> None:
    """Numbers add up, so that a step may be done in parts."""
    for name, number in counts.items():
        erasure.done[name] = number if number is None else (erasure.done.get(name) or 0) + number
    _set(erasure, done=erasure.done)


def _set(erasure: Erasure, **values: Any) -> None:
    Erasure.objects.filter(pk=erasure.pk).update(**values)
    for name, value in values.items():
        setattr(erasure, name, value)


@contextmanager
def _alone(erasure_id: int) -> Iterator[bool]:
    """Whether no other worker is at it; the lock goes with the connection of one that is killed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK, erasure_id])
        (alone,) = cursor.fetchall()[0]
        try:
            yield bool(alone)
        finally:
            if alone:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK, erasure_id])
