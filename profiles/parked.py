"""Takes the deliveries that the engine has parked, gives them to people with the reason, and back when they say so."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from ingest.announcement import announce_landing
from ingest.models import Source
from profiles.models import CircuitBreaker, ParkedDelivery


@dataclass(frozen=True)
class ParkedMerge:
    """Two profiles that the delivery would merge, as they stand without it, and the event that would bring it about."""

    from_profile_id: int
    to_profile_id: int
    event_id: int | None


@dataclass(frozen=True)
class Parked:
    """`profiles` would end with its `events`, where `usual` is usual. An error has neither `identifier` (kind, value)
    nor `source`."""

    delivery_id: int
    parked_at: datetime
    why: str
    why_text: str
    events: int
    profiles: int
    usual: int
    identifier: tuple[str, str] | None
    source: str
    error: str
    examples: list[ParkedMerge]


def parked_deliveries(*, since: datetime | None = None) -> list[Parked]:
    """Those that wait for a person, the latest first."""
    found = ParkedDelivery.objects.filter(released_at=None).select_related("delivery").order_by("-parked_at")
    if since is not None:
        found = found.filter(parked_at__gte=since)
    sources = dict(Source.objects.values_list("pk", "name")) if found else {}
    return [_parked(row, sources) for row in found]


def parked_delivery(delivery_id: int) -> Parked | None:
    """None: it doesn't wait for a person."""
    return next((parked for parked in parked_deliveries() if parked.delivery_id == delivery_id), None)


def release(delivery_ids: Iterable[int], *, author: str) -> list[int]:
    """Let them be resolved, whatever they merge; gives those that were parked. One that fails again is parked again."""
    waiting = ParkedDelivery.objects.filter(delivery_id__in=list(delivery_ids), released_at=None)
    released = sorted(waiting.values_list("delivery_id", flat=True))
    waiting.filter(delivery_id__in=released).update(released_at=timezone.now(), released_by=author)
    if released:
        announce_landing()
    return released


def set_breaker(**values: Any) -> CircuitBreaker:
    """Raises ValidationError for a value that makes no sense."""
    breaker, _ = CircuitBreaker.objects.get_or_create(circuit_breaker_id=1)
    for name, value in values.items():
        setattr(breaker, name, value)
    breaker.full_clean()
    breaker.save()
    return breaker


def _parked(row: ParkedDelivery, sources: Mapping[int, str]) -> Parked:
    detail = row.detail
    return Parked(
        delivery_id=row.delivery_id,
        parked_at=row.parked_at,
        why=row.why,
        why_text=row.get_why_display(),
        events=row.delivery.landed,
        profiles=detail.get("profiles", 0),
        usual=detail.get("usual", 0),
        identifier=(detail["kind"], detail["value"]) if detail.get("kind") else None,
        source=sources.get(detail.get("source_id", 0), ""),
        error=" ".join(filter(None, [detail.get("message"), detail.get("detail")])),
        examples=[ParkedMerge(e["from"], e["to"], e["event_id"]) for e in detail.get("examples") or []],
    )
