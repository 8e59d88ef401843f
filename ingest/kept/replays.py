"""Takes what somebody wants replayed, gives it to landing, object by object, each exactly once.

A part of an object is a delivery whose request id is made of the object's key, version and the part's place: land()
lands a request id once, so a replay that was killed, or asked for twice, or runs twice at once, lands nothing twice.
What had landed in another way is a duplicate by its message id.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from ingest.kept.listing import Span, kept_objects
from ingest.kept.reading import Broken, records
from ingest.kept.store import KeptObject, Store, kept_store
from ingest.landing import Landed, land
from ingest.models import Delivery, KeptReplay
from ingest.records import read_record
from ingest.replay import CurrentSources

RECORDS_A_PART = 1000
BYTES_A_PART = 8_000_000
_LOCK = 0x1A7E  # namespace of the advisory locks of replays
# What botocore raises has no common ground but this; a missing object, a denied one, a network.
_EXPECTED = (OSError, Broken)

logger = logging.getLogger(__name__)


def ask(*, span: Span, author: str) -> KeptReplay:
    """A replay that waits for its worker."""
    return KeptReplay.objects.create(what=span.what, since=span.since, until=span.until, author=author)


def waiting_replays() -> list[int]:
    return list(KeptReplay.objects.filter(finished_at=None).order_by("pk").values_list("pk", flat=True))


def run(
    replay_id: int, *, store: Store | None = None, on_object: Callable[[KeptReplay], None] = lambda replay: None
) -> KeptReplay | None:
    """Carry it out, or on from where it was; None where another process does. Raises nothing that belongs to the
    objects: what an object has wrong is in `error`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK, replay_id])
        if not cursor.fetchone()[0]:
            return None
    try:
        replay = KeptReplay.objects.get(pk=replay_id)
        if replay.finished_at is None:
            _run(replay, store or kept_store(), on_object)
        return replay
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK, replay_id])


def _run(replay: KeptReplay, store: Store, on_object: Callable[[KeptReplay], None]) -> None:
    span = Span(what=replay.what, since=replay.since, until=replay.until)
    try:
        if replay.objects_in_all is None:
            _set(replay, objects_in_all=sum(1 for _ in kept_objects(store, span)))
        for one in kept_objects(store, span, after=replay.last_key):
            _replay_object(replay, store, one)
            on_object(replay)
    except Exception as error:
        if not is_expected(error):
            raise
        _set(replay, error=f"The objects could not be listed: {type(error).__name__}", finished_at=timezone.now())
        return
    _set(replay, finished_at=timezone.now())


def _replay_object(replay: KeptReplay, store: Store, one: KeptObject) -> None:
    archive = replay.what == KeptReplay.What.ARCHIVE
    try:
        with store.opened(one.key) as opened:
            for place, part in enumerate(_parts(records(opened, archive=archive))):
                _land(replay, f"kept-{_name(one)}-{place}", part)
    except Exception as error:
        if not is_expected(error):
            raise
        logger.warning("object %s was not read to its end: %s", one.key, type(error).__name__)
        detail = str(error) if isinstance(error, Broken) else type(error).__name__
        _set(replay, objects_broken=replay.objects_broken + 1, error=f"{one.key}: {detail}"[:1000])
    _set(replay, objects_done=replay.objects_done + 1, last_key=one.key)


def _land(replay: KeptReplay, request_id: str, part: Sequence[bytes]) -> None:
    """The counts of a part are added in the transaction that lands it; a part that landed before adds nothing but
    duplicates."""
    sources = CurrentSources()
    with transaction.atomic():
        known = Delivery.objects.filter(request_id=request_id).exists()
        landed = land(
            request_id=request_id,
            origin=Delivery.Origin.REPLAY,
            records=[read_record(data, revise=sources.revise) for data in part],
            size=sum(map(len, part)),
        )
        _count(replay, landed, known=known)
    replay.refresh_from_db()


def _count(replay: KeptReplay, landed: Landed, *, known: bool) -> None:
    KeptReplay.objects.filter(pk=replay.pk).update(
        received=F("received") + landed.received,
        landed=F("landed") + (0 if known else landed.landed),
        duplicate=F("duplicate") + (landed.landed + landed.duplicate if known else landed.duplicate),
        rejected=F("rejected") + landed.rejected,
    )


def _parts(found: Iterator[bytes]) -> Iterator[list[bytes]]:
    """Always the same parts of the same object. What came before a break is a part, too, and the break goes on."""
    part: list[bytes] = []
    size = 0
    try:
        for data in found:
            part.append(data)
            size += len(data)
            if len(part) == RECORDS_A_PART or size > BYTES_A_PART:
                yield part
                part, size = [], 0
    except Broken:
        if part:
            yield part
        raise
    if part:
        yield part


def _name(one: KeptObject) -> str:
    return hashlib.sha256(f"{one.key}\0{one.version}".encode()).hexdigest()[:40]


def replayed_keys(found: Sequence[KeptObject]) -> set[str]:
    """Those of the objects that were replayed, at least in part."""
    ids = {f"kept-{_name(one)}-0": one.key for one in found}
    done = Delivery.objects.filter(request_id__in=ids).values_list("request_id", flat=True)
    return {ids[request_id] for request_id in done}


def recent_replays(limit: int = 10) -> list[KeptReplay]:
    return list(KeptReplay.objects.order_by("-pk")[:limit])


def _set(replay: KeptReplay, **values: object) -> None:
    KeptReplay.objects.filter(pk=replay.pk).update(**values)
    for name, value in values.items():
        setattr(replay, name, value)


def is_expected(error: Exception) -> bool:
    return isinstance(error, _EXPECTED) or type(error).__module__.startswith("botocore.")
