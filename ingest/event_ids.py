"""Takes what an event says of itself, gives the three ids that its row carries. Each is a contract, not a detail.

- `event_id` names the row: the delivery's id and the event's place in it, so either leads to the other.
- `message_id` names the event within its source, for ever: 128 bits of whatever text the sender gave.
- `combination_id` names the set of its identifiers: what is equal here is written once by the engine.
"""

import re
from collections.abc import Sequence
from hashlib import sha256

from ingest.models import EVENTS_PER_DELIVERY_BITS

_CANONICAL_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def event_id(*, delivery_id: int, ordinal: int) -> int:
    return delivery_id << EVENTS_PER_DELIVERY_BITS | ordinal


def delivery_id_of(event_id: int) -> int:
    return event_id >> EVENTS_PER_DELIVERY_BITS


def message_id(text: str) -> bytes:
    """A UUID in its canonical form (lower case, with hyphens) is itself; of any other text 16 bytes of SHA-256.

    The bytes of a time-ordered UUID keep that order, which is what keeps landing fast.
    """
    if len(text) == 36 and _CANONICAL_UUID.fullmatch(text):
        return bytes.fromhex(text.replace("-", ""))
    return sha256(text.encode()).digest()[:16]


def combination_id(identifiers: Sequence[str]) -> bytes:
    """16 bytes of SHA-256 over the "kind:value" texts, sorted by their UTF-8 bytes, joined with U+001F.

    No identifier holds that sign, so two sets never join to one text.
    """
    return sha256("\x1f".join(sorted(identifiers)).encode()).digest()[:16]
