"""Takes a call from the broker, gives it to the module that knows how."""

import logging

from celery import shared_task
from django.conf import settings

from ingest import partitions
from ingest.announcement import announce_import
from ingest.importing import runs
from ingest.kept import replays
from ingest.privacy import retention as rules

logger = logging.getLogger(__name__)


@shared_task(name="ingest.ensure_partitions")
def ensure_partitions() -> None:
    made = partitions.ensure_partitions()
    if made:
        logger.info("made partitions %s", ", ".join(made))


@shared_task(name="ingest.apply_retention")
def apply_retention() -> None:
    retention = partitions.apply_retention(months=settings.RAW_EVENTS_RETENTION_MONTHS)
    logger.info("retention removed %d events and %d rejected records", retention.events, retention.rejected)
    for one in rules.apply_rules():
        logger.info("retention rule %s removed %d%s", one.rule.pk, one.deleted, ", and waits" if one.waits else "")


@shared_task(name="ingest.run_import")
def run_import(import_id: int) -> None:
    if runs.run(import_id):
        announce_import(import_id)


@shared_task(name="ingest.continue_imports")
def continue_imports() -> None:
    """Those whose worker was killed, or whose message was lost."""
    for import_id in runs.running_imports():
        announce_import(import_id)


@shared_task(name="ingest.replay_kept")
def replay_kept() -> None:
    """All that wait: also those whose worker was killed, or whose message was lost."""
    for replay_id in replays.waiting_replays():
        replay = replays.run(replay_id)
        if replay:
            logger.info("replay %s: %d landed, %d duplicate", replay_id, replay.landed, replay.duplicate)
