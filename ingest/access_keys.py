"""Takes nothing, gives the access keys that a delivery may carry: those of the settings, and on AWS those of a secret
that is rotated: its next, its current and its last value.

A key that isn't known makes it look again, so that a rotation has no gap; not more often than every few seconds.
While Secrets Manager doesn't answer, or not for every value, what was known last serves, and nobody waits for it long.
"""

import hmac
import json
import logging
import os
import threading
import time
from typing import Any

from django.conf import settings

STAGES = ("AWSCURRENT", "AWSPENDING", "AWSPREVIOUS")
KEPT_SECONDS = 300.0
SECOND_LOOK = 5.0
# A delivery waits for the answer: much sooner than boto3 by itself, which tries five times for a minute each.
_PATIENCE = {"connect_timeout": 1, "read_timeout": 2, "retries": {"total_max_attempts": 1}}

logger = logging.getLogger(__name__)


def is_access_key(given: bytes) -> bool:
    return _is_one_of(given, settings.FIREHOSE_ACCESS_KEYS) or _SECRET.holds(given)


class _Secret:
    def __init__(self) -> None:
        self._keys: list[str] = []
        self._asked_at = -float("inf")
        self._lock = threading.Lock()

    def holds(self, given: bytes) -> bool:
        if not settings.FIREHOSE_ACCESS_KEY_SECRET:
            return False
        self._look(KEPT_SECONDS)
        if _is_one_of(given, self._keys):
            return True
        self._look(SECOND_LOOK)
        return _is_one_of(given, self._keys)

    def _look(self, seconds: float) -> None:
        with self._lock:
            if time.monotonic() - self._asked_at < seconds:
                return
            values = _read(settings.FIREHOSE_ACCESS_KEY_SECRET)
            found = [value for value in values if value]
            self._keys = list({*found, *self._keys}) if None in values else found
            self._asked_at = time.monotonic()


def _read(secret: str) -> list[str | None]:
    import boto3  # only where there is a secret
    from botocore.config import Config

    client = boto3.client("secretsmanager", region_name=os.environ.get("AWS_REGION"), config=Config(**_PATIENCE))
    return [_value(client, secret, stage) for stage in STAGES]


def _value(client: Any, secret: str, stage: str) -> str | None:
    """Empty where there is none, None where nobody could say."""
    try:
        answer = client.get_secret_value(SecretId=secret, VersionStage=stage)
        return str(json.loads(answer["SecretString"])["api_key"])
    except client.exceptions.ResourceNotFoundException:
        return ""  # no rotation has been yet, or none is on its way
    except Exception as error:  # its text may hold the secret
        logger.warning("the access key could not be read: %s", type(error).__name__)
        return None


def _is_one_of(given: bytes, keys: list[str]) -> bool:
    return any(hmac.compare_digest(given, key.encode()) for key in keys if key)


_SECRET = _Secret()
