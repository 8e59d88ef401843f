"""Takes a call from the scheduler, tells webhooks what there is. The database is the queue: a call only wakes."""

import logging

from celery import shared_task

from idportal.webhooks.composing import compose
from idportal.webhooks.managing import forget_old_events
from idportal.webhooks.sending import EVERYBODY, alone, send_due

logger = logging.getLogger(__name__)


@shared_task(name="webhooks.send")
def send() -> None:
    with alone(EVERYBODY) as free:  # one process sends, in threads: a slow receiver keeps no other work waiting
        if not free:
            return
        composed = compose()
        sent = send_due()
    if composed or sent:
        logger.info("webhooks: %d events written down, %d delivered", composed, sent)


@shared_task(name="webhooks.forget")
def forget() -> None:
    logger.info("webhooks: %d events past retention", forget_old_events())
