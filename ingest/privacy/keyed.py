"""Takes an identifier, gives its hash under the key of this portal: the same every time, and nobody can guess back."""

import hmac
from functools import lru_cache
from hashlib import sha256

from django.conf import settings

from lambdas.event import HASH


def suppression_digest(kind: str, value: str) -> bytes:
    return _keyed("suppressed", kind, value)


def hashed_value(kind: str, value: str) -> str:
    """What is kept of a value of a kind that is stored hashed only. A hash stays as it is."""
    return value if is_hash(value) else PREFIX + _keyed("hashed", kind, value).hex()


def is_hash(value: str) -> bool:
    return HASH.fullmatch(value) is not None


PREFIX = "hmac:"


@lru_cache(maxsize=65_536)
def _keyed(purpose: str, kind: str, value: str) -> bytes:
    return hmac.digest(settings.PRIVACY_KEY.encode(), f"{purpose}\0{kind}\0{value}".encode(), sha256)
