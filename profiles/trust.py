"""Takes a source that is trusted no more, or is from now on, gives the profiles that hold with its events so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from ingest.models import Source
from profiles.models import RuleChange
from profiles.resolution import EVENTS_A_BATCH, ResolutionResult, resolution_result
from profiles.rules.rules import current_rules

EVER = datetime(1, 1, 1, tzinfo=UTC)
OnBatch = Callable[[int], None]
_BATCH = "SELECT * FROM restamp_trust(%s, %s, %s, %s, %s, %s)"
_GONE = """
SELECT coalesce(sum(s.landed), 0)
FROM delivery_sources s JOIN deliveries d USING (delivery_id)
WHERE s.source_id = %s AND d.received_at >= %s
  AND NOT EXISTS (
      SELECT FROM raw_events e WHERE e.event_id >= s.delivery_id << 20 AND e.event_id < (s.delivery_id + 1) << 20
  )
"""


@dataclass(frozen=True)
class Restamped:
    """`gone`: events of the source that are out of retention. What they vouched for can't be told, and stays."""

    events: int
    gone: int
    changes: ResolutionResult


def revoke_trust(
    source: Source,
    *,
    author: str,
    since: datetime = EVER,
    events_a_batch: int = EVENTS_A_BATCH,
    on_batch: OnBatch = lambda delivery: None,
) -> Restamped:
    """No event that landed from this source since then vouches for anything, however it proved itself, and imports
    into it don't any more. Its secret key still proves new events: whoever lost it rotates it first.

    Each batch is a transaction. Broken off, the rest is done when it is called again.
    """
    return _restamp(source, False, author, since, events_a_batch, on_batch)


def grant_trust(
    source: Source,
    *,
    author: str,
    since: datetime = EVER,
    events_a_batch: int = EVENTS_A_BATCH,
    on_batch: OnBatch = lambda delivery: None,
) -> Restamped:
    """What was imported into this source since then, or came with its secret key, is vouched for, and so is what
    will be imported. What browsers sent never is; signed events from before a revocation stay as they are."""
    return _restamp(source, True, author, since, events_a_batch, on_batch)


def _restamp(
    source: Source, trusted: bool, author: str, since: datetime, events_a_batch: int, on_batch: OnBatch
) -> Restamped:
    rules = current_rules()
    trust = [rules | {"trust": {"source": source.name, "trusted": is_so}} for is_so in (not trusted, trusted)]
    change = RuleChange.objects.create(author=author, before=trust[0], after=trust[1])
    source.trusted = trusted
    source.save(update_fields=["trusted"])
    events, changes = 0, ResolutionResult()
    last: int | None = 0
    with connection.cursor() as cursor:
        while last is not None:
            on_batch(last)
            cursor.execute(_BATCH, [source.pk, since, trusted, change.pk, last, events_a_batch])
            last, restamped, resolution_id = cursor.fetchone()
            events += restamped
            changes += resolution_result(resolution_id) if resolution_id else ResolutionResult()
        cursor.execute(_GONE, [source.pk, since])
        (gone,) = cursor.fetchone()
    return Restamped(events, gone, changes)
