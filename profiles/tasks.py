"""Takes a call from the broker, gives it to the module that knows how."""

import logging

from celery import shared_task

from profiles.resolution import resolve_pending

logger = logging.getLogger(__name__)


@shared_task(name="profiles.resolve")
def resolve() -> None:
    result = resolve_pending()
    if result.deliveries:
        logger.info("resolved %s", result)
