"""Takes rejected records, gives them to normalisation and landing again, by the rules and sources of now."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from ingest.landing import land
from ingest.models import Delivery, RejectedRecord, Source
from ingest.records import read_record
from lambdas.clock import read_time
from lambdas.collect.envelope import content_id, make_envelope

RECORDS_A_DELIVERY = 500


@dataclass(frozen=True)
class ReplayResult:
    """What became of them: `rejected` ones wait again, as new rejected records, with `reasons`.

    `skipped` ones were replayed before, are being replayed, or were rejected for another reason.
    """

    replayed: int = 0
    landed: int = 0
    duplicate: int = 0
    rejected: int = 0
    skipped: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)


def replay_rejected(*, ids: Sequence[int] = (), reason: str = "") -> ReplayResult:
    """Replay those that wait now: with these ids, or all; rejected for this reason, or for any. Each exactly once,
    whoever else replays them at the same time."""
    waiting = RejectedRecord.objects.filter(replayed_at=None)
    if ids:
        waiting = waiting.filter(id__in=ids)
    if reason:
        waiting = waiting.filter(reason=reason)
    # The whole list before the first is replayed: what is rejected again must not come round.
    chosen = list(waiting.order_by("id").values_list("id", flat=True))
    total = ReplayResult(skipped=len(set(ids) - set(chosen)))
    for start in range(0, len(chosen), RECORDS_A_DELIVERY):
        total = _replay(chosen[start : start + RECORDS_A_DELIVERY], total)
    return total


def _replay(ids: Sequence[int], total: ReplayResult) -> ReplayResult:
    with transaction.atomic():
        free = RejectedRecord.objects.select_for_update(skip_locked=True).filter(id__in=ids, replayed_at=None)
        rows = list(free.order_by("id"))
        if not rows:
            return replace(total, skipped=total.skipped + len(ids))
        sources = CurrentSources()
        data = [bytes(row.data) for row in rows]
        landed = land(
            request_id=f"replay-{uuid.uuid4()}",
            origin=Delivery.Origin.REPLAY,
            records=[read_record(one, revise=sources.revise) for one in data],
            size=sum(map(len, data)),
        )
        RejectedRecord.objects.filter(id__in=[row.pk for row in rows]).update(
            replayed_at=timezone.now(), replayed_in=landed.delivery_id
        )
    return ReplayResult(
        total.replayed + len(rows),
        total.landed + landed.landed,
        total.duplicate + landed.duplicate,
        total.rejected + landed.rejected,
        total.skipped + len(ids) - len(rows),
        dict(Counter(total.reasons) + Counter(landed.reasons)),
    )


class CurrentSources:
    """The sources of now, which may not be those of when the record was rejected."""

    def __init__(self) -> None:
        every = list(Source.objects.all())
        self._by_id = {source.pk: source for source in every}
        self._by_key = {source.write_key: source for source in every}

    def revise(self, envelope: dict[str, Any]) -> dict[str, Any]:
        stated = envelope["source"]
        source = self._by_id.get(stated["id"]) or self._by_key.get(stated.get("write_key", ""))
        if source:
            envelope = {**envelope, "source": {"id": source.pk, "region": source.region}}
        return envelope if all(map(_was_taken, envelope["events"])) else _taken(envelope)


def _was_taken(event: Any) -> bool:
    return isinstance(event, dict) and isinstance(event.get("time"), str)


def _taken(envelope: dict[str, Any]) -> dict[str, Any]:
    """The envelope of an event that collect's checks, made for imports too, had refused: with id and time now."""
    received_at = read_time(envelope["received_at"])
    assert received_at  # noqa: S101 - read_record has seen to that
    made = make_envelope(
        posted=envelope["events"],
        source_id=envelope["source"]["id"],
        region=envelope["source"].get("region") or "",
        received_at=received_at,
        message_id=content_id,
    )
    return {**made, **envelope, "events": made["events"], "rejected": made.get("rejected", [])}
