"""Takes a secret that must be had again in plain, gives it encrypted; each purpose has its own key of SECRET_KEY."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def sealed(secret: bytes, *, purpose: str) -> bytes:
    return _fernet(settings.SECRET_KEY, purpose).encrypt(secret)


def opened(stored: bytes, *, purpose: str, seconds: int | None = None) -> bytes | None:
    """None when it is empty, was sealed with a SECRET_KEY that is gone, or longer ago than so many seconds."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    try:
        return MultiFernet([_fernet(key, purpose) for key in keys]).decrypt(stored, ttl=seconds)
    except InvalidToken:
        return None


@lru_cache
def _fernet(secret_key: str, purpose: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
