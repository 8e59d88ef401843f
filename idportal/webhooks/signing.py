"""Takes a webhook's secret, gives signatures in the manner of Standard Webhooks (standardwebhooks.com)."""

import base64
import hmac
import secrets
from collections.abc import Iterable
from hashlib import sha256

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

PREFIX = "whsec_"


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def encrypted(secret: str) -> bytes:
    return _fernet(settings.SECRET_KEY).encrypt(secret.encode())


def decrypted(stored: bytes | memoryview) -> str:
    """Raises InvalidToken where it was encrypted with a SECRET_KEY that we no longer have."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([_fernet(key) for key in keys if isinstance(key, str)]).decrypt(bytes(stored)).decode()


def signatures(*, secrets: Iterable[str], event_id: str, timestamp: int, body: bytes) -> str:
    """The value of webhook-signature: one signature for each secret that is valid."""
    signed = f"{event_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{base64.b64encode(_mac(secret, signed)).decode()}" for secret in secrets)


def _mac(secret: str, signed: bytes) -> bytes:
    return hmac.digest(base64.b64decode(secret.removeprefix(PREFIX)), signed, sha256)


def _fernet(key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hmac.digest(key.encode(), b"webhook secrets", sha256)))
