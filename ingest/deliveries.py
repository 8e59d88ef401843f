"""Takes a span of time, gives what was delivered in it: lists, counts, rates and delays."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from ingest.models import Delivery, DeliverySource
from ingest.queries import query


@dataclass(frozen=True)
class DeliveryCounts:
    """received = landed + duplicate + rejected; `unresolved` deliveries wait for the engine."""

    deliveries: int
    received: int
    landed: int
    duplicate: int
    rejected: int
    unresolved: int


@dataclass(frozen=True)
class MinuteCounts:
    minute: datetime
    landed: int
    duplicate: int
    rejected: int


@dataclass(frozen=True)
class SourceCounts:
    """What one source brought; `last_event_id` is that of its newest event."""

    landed: int
    duplicate: int
    rejected: int
    last_event_id: int | None


@dataclass(frozen=True)
class Delays:
    """Seconds from visit to profile, over the newest resolved events that came through Firehose."""

    events: int
    p50: float
    p95: float


def recent_deliveries(
    *, before: int | None = None, origin: str = "", state: str = "", limit: int = 50
) -> list[Delivery]:
    """Deliveries with `delivery_id` below `before`, newest first; `state` may be "waiting" or "rejected"."""
    found = Delivery.objects.order_by("-delivery_id")
    if before is not None:
        found = found.filter(delivery_id__lt=before)
    if origin:
        found = found.filter(origin=origin)
    if state == "waiting":
        found = found.filter(resolved_at=None)
    if state == "rejected":
        found = found.filter(rejected__gt=0)
    return list(found[:limit])


def last_delivery() -> Delivery | None:
    return Delivery.objects.order_by("-delivery_id").first()


def delivery_counts(*, since: datetime | None = None) -> DeliveryCounts:
    found = Delivery.objects.all() if since is None else Delivery.objects.filter(received_at__gte=since)
    return DeliveryCounts(
        **found.aggregate(
            deliveries=Count("*"),
            received=Coalesce(Sum("received"), 0),
            landed=Coalesce(Sum("landed"), 0),
            duplicate=Coalesce(Sum("duplicate"), 0),
            rejected=Coalesce(Sum("rejected"), 0),
            unresolved=Count("pk", filter=Q(resolved_at=None)),
        )
    )


def landed_since(delivery_id: int) -> int:
    """How many events landed with later deliveries than that one."""
    newer: int = Delivery.objects.filter(delivery_id__gt=delivery_id).aggregate(n=Coalesce(Sum("landed"), 0))["n"]
    return newer


def events_per_minute(*, minutes: int = 60, source: int | None = None) -> list[MinuteCounts]:
    """One entry for each of the last `minutes`, oldest first, quiet ones too; of one source (an id) or of all."""
    until = timezone.now().replace(second=0, microsecond=0)
    parameters = {"first": until - timedelta(minutes=minutes - 1), "last": until, "source": source}
    with connection.cursor() as cursor:
        cursor.execute(query("events_per_minute"), parameters)
        return [MinuteCounts(*row) for row in cursor.fetchall()]


def source_counts(*, since: datetime) -> dict[int, SourceCounts]:
    """By source id; sources that brought nothing since then are not in it."""
    found = DeliverySource.objects.filter(delivery__received_at__gte=since).values("source_id").annotate(
        Sum("landed"), Sum("duplicate"), Sum("rejected"), Max("last_event_id")
    )  # fmt: skip
    return {
        row["source_id"]: SourceCounts(
            row["landed__sum"], row["duplicate__sum"], row["rejected__sum"], row["last_event_id__max"]
        )
        for row in found
    }


def delays(*, events: int = 1000) -> Delays | None:
    """None before the first event that came through Firehose was resolved."""
    with connection.cursor() as cursor:
        cursor.execute(query("delays"), {"events": events})
        count, p50, p95 = cursor.fetchone()
    return Delays(count, p50, p95) if count else None
