"""Takes how many days each source's events are kept, gives back what is older: in bounded sets, with counts.

Only the raw event goes. What the engine has drawn from it (links, traits, consent) stays, as with whole months
(`ingest.partitions`): a profile is not to fall apart because time passes. Erasure is what takes that away.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from ingest.models import DeliverySource, RejectedRecord, RetentionRule, Source

EVENTS_AT_ONCE = 20_000
DELIVERIES_AT_ONCE = 500
RECORDS_AT_ONCE = 5_000
LONGEST = 36_500
_DELETE = """
DELETE FROM raw_events e USING unnest(%s::bigint[]) AS d (delivery_id)
WHERE e.event_id >= d.delivery_id << 20 AND e.event_id < (d.delivery_id + 1) << 20 AND e.source_id = %s
"""


@dataclass(frozen=True)
class Removed:
    """`waits`: the oldest delivery is not resolved yet, so nothing after it goes either."""

    rule: RetentionRule
    deleted: int
    waits: bool


def set_retention(*, source: Source | None, days: int | None, author: str) -> None:
    """Of a source's raw events, or of rejected records where there is no source; None: as the rest is kept. Raises
    ValidationError."""
    what = RetentionRule.What.EVENTS if source else RetentionRule.What.REJECTED
    if days is None:
        RetentionRule.objects.filter(what=what, source=source).delete()
        return
    if not 1 <= days <= LONGEST:
        raise ValidationError(f"Days are a whole number from 1 to {LONGEST:,}, or nothing.")
    RetentionRule.objects.update_or_create(what=what, source=source, defaults={"days": days, "set_by": author})


def apply_rules(*, now: datetime | None = None) -> list[Removed]:
    """Each set is a transaction: broken off, the next run goes on."""
    now = now or timezone.now()
    return [_apply(rule, now - timedelta(days=rule.days)) for rule in RetentionRule.objects.order_by("pk")]


def _apply(rule: RetentionRule, cutoff: datetime) -> Removed:
    deleted = 0
    for number in _events(rule, cutoff) if rule.source_id else _records(cutoff):
        deleted += number
        RetentionRule.objects.filter(pk=rule.pk).update(deleted=F("deleted") + number)
    RetentionRule.objects.filter(pk=rule.pk).update(applied_at=timezone.now(), waits=rule.waits)
    return Removed(rule, deleted, rule.waits)


def _events(rule: RetentionRule, cutoff: datetime) -> Iterator[int]:
    while ids := _next_deliveries(rule, cutoff):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_DELETE, [ids, rule.source_id])
            number = cursor.rowcount
            rule.done_delivery = ids[-1]
            RetentionRule.objects.filter(pk=rule.pk).update(done_delivery=ids[-1])
        yield number


def _next_deliveries(rule: RetentionRule, cutoff: datetime) -> list[int]:
    """The oldest that have not been looked at, as long as they are old enough and the engine has taken them."""
    after = DeliverySource.objects.filter(source_id=rule.source_id or 0, delivery_id__gt=rule.done_delivery)
    rows = after.order_by("delivery_id").values_list(
        "delivery_id", "landed", "delivery__received_at", "delivery__resolved_at"
    )[:DELIVERIES_AT_ONCE]
    old = list(takewhile(lambda row: row[2] < cutoff, rows))
    ready = list(takewhile(lambda row: row[3] is not None or row[1] == 0, old))
    rule.waits = not ready and bool(old)
    return list(_bounded(ready))


def _bounded(rows: list[tuple[int, int, datetime, datetime | None]]) -> Iterator[int]:
    events = 0
    for delivery_id, landed, _, _ in rows:
        events += landed
        if events > EVENTS_AT_ONCE and events > landed:
            return
        yield delivery_id


def _records(cutoff: datetime) -> Iterator[int]:
    """In the order of their ids, which is that of their times."""
    while True:
        oldest = RejectedRecord.objects.order_by("pk").values_list("pk", "created_at")[:RECORDS_AT_ONCE]
        ids = [pk for pk, created_at in oldest if created_at < cutoff]
        if not ids:
            return
        yield RejectedRecord.objects.filter(pk__in=ids).delete()[0]
