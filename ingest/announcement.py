"""Takes the end of a landing, gives word of it to whoever resolves; who that is, landing doesn't know."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

RESOLVE_TASK = "profiles.resolve"
# Beat asks for resolution too, so a message that nobody took is soon worth nothing.
_EXPIRES = 60

logger = logging.getLogger(__name__)


def announce_landing() -> None:
    """Never fails and never waits: without a broker, resolution starts with beat's next turn."""
    try:
        current_app.send_task(RESOLVE_TASK, retry=False, expires=_EXPIRES, ignore_result=True)
    except (OperationalError, OSError) as error:
        logger.warning("the broker did not take the word of a landing: %s", type(error).__name__)
