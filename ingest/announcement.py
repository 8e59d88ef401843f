"""Takes work that waits, gives word of it to whoever does it: who resolves, landing doesn't know."""

import logging

from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

RESOLVE_TASK = "profiles.resolve"
IMPORT_TASK = "ingest.run_import"
REPLAY_TASK = "ingest.replay_kept"
ERASE_TASK = "profiles.erase"
# Beat asks for resolution too, so a message that nobody took is soon worth nothing.
_EXPIRES = 60

logger = logging.getLogger(__name__)


def announce_landing() -> None:
    """Never fails and never waits: without a broker, resolution starts with beat's next turn."""
    if settings.RESOLVE_BY == "pg_cron":
        return
    _announce(RESOLVE_TASK, expires=_EXPIRES)


def announce_import(import_id: int) -> None:
    """Never fails and never waits: without a broker, the import begins with beat's next turn."""
    _announce(IMPORT_TASK, import_id)


def announce_replay() -> None:
    """Never fails and never waits: without a broker, the replay begins with beat's next turn."""
    _announce(REPLAY_TASK)


def announce_erasure() -> None:
    """Never fails and never waits: without a broker, it begins with beat's next turn."""
    _announce(ERASE_TASK)


def _announce(task: str, *args: int, expires: float | None = None) -> None:
    try:
        current_app.send_task(task, args, retry=False, expires=expires, ignore_result=True)
    except (OperationalError, OSError) as error:
        logger.warning("the broker did not take the word of %s: %s", task, type(error).__name__)
