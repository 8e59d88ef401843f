"""Takes a call from the broker, gives it to the module that knows how."""

import logging

from celery import shared_task
from django.utils import timezone

from profiles.api.idempotency import forget_old_keys
from profiles.api.usage import note_bulk_reads, store_usage
from profiles.matches.work import work
from profiles.parked import parked_deliveries
from profiles.privacy import carrying_out as erasures
from profiles.resolution import resolve_pending
from profiles.review.answers import carry_out_answers
from profiles.review.questions import refresh_review

logger = logging.getLogger(__name__)


@shared_task(name="profiles.resolve")
def resolve() -> None:
    carry_out_answers()  # those whose message was lost
    started = timezone.now()
    result = resolve_pending()
    if result.deliveries:
        logger.info("resolved %s", result)
    for parked in parked_deliveries(since=started):
        logger.warning("delivery %s is parked: %s", parked.delivery_id, parked.why)
    refresh_review()


@shared_task(name="profiles.refresh_review")
def refresh_whole_review() -> None:
    refreshed = refresh_review(everything=True)
    if refreshed:
        logger.info("asked %s", refreshed)


@shared_task(name="profiles.find_matches")
def find_matches() -> None:
    for run in work():
        logger.info("match run %s (%s) is %s: %s", run.pk, run.kind, run.state, run.counts)
        refresh_review(everything=run.counts.get("gone", 0) > 0)  # what is gone leaves no trace for it to follow


@shared_task(name="profiles.carry_out_answers")
def carry_out() -> None:
    carry_out_answers()


@shared_task(name="profiles.erase")
def erase() -> None:
    """All that wait: also those whose worker was killed, or whose message was lost."""
    for erasure_id in erasures.open_erasures():
        while erasures.run(erasure_id):
            pass


@shared_task(name="profiles.store_api_usage")
def store_api_usage() -> None:
    store_usage()
    note_bulk_reads()
    forget_old_keys()
