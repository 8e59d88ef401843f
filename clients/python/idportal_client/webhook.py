"""Takes a delivery of a webhook, gives whether it is from us (Standard Webhooks)."""

import base64
import binascii
import hmac
import time
from collections.abc import Mapping
from hashlib import sha256

SECONDS_APART = 300


def is_genuine(secret: str, headers: Mapping[str, str], body: bytes, *, now: float | None = None) -> bool:
    """`body` as it came, byte by byte. False for an old one, too: somebody may have kept it to send it again."""
    said = {name.lower(): value for name, value in headers.items()}
    event_id, timestamp = said.get("webhook-id", ""), said.get("webhook-timestamp", "")
    if not timestamp.isdigit() or abs((time.time() if now is None else now) - int(timestamp)) > SECONDS_APART:
        return False
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as wrong:
        raise ValueError("a webhook's secret is whsec_ and base64, as the portal shows it") from wrong
    signed = f"{event_id}.{timestamp}.".encode() + body
    wanted = b"v1," + base64.b64encode(hmac.digest(key, signed, sha256))
    given = said.get("webhook-signature", "").encode().split()
    return any(hmac.compare_digest(wanted, one) for one in given)
