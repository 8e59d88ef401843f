"""Takes filters, gives what could not land, and why."""

from django.db.models import Count

from ingest.models import RejectedRecord


def rejected_records(
    *,
    before: int | None = None,
    reason: str = "",
    delivery: int | None = None,
    waiting: bool = True,
    limit: int = 50,
) -> list[RejectedRecord]:
    """Rejected records with `id` below `before`, newest first; with `waiting` those not replayed yet."""
    found = RejectedRecord.objects.order_by("-id").select_related("delivery")
    if waiting:
        found = found.filter(replayed_at=None)
    if before is not None:
        found = found.filter(id__lt=before)
    if reason:
        found = found.filter(reason=reason)
    if delivery is not None:
        found = found.filter(delivery=delivery)
    return list(found[:limit])


def rejected_reasons() -> list[tuple[str, int]]:
    """How many rejected records wait for each reason, most first."""
    waiting = RejectedRecord.objects.filter(replayed_at=None).values_list("reason")
    return list(waiting.annotate(n=Count("id")).order_by("-n", "reason"))
