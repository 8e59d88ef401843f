"""Takes a profile's number, gives the opaque id that people and programs see, and back.

One AES-128 block of the number and eight zero bytes, under a key kept with the data: the same number always has the
same id, nobody outside can count or order profiles, and a made-up id has zeros only once in 2^64.
"""

import uuid
from collections.abc import Iterable

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from profiles.models import ProfileIdKey

BLOCK = 16
ZEROS = bytes(8)


def public_id(profile_id: int) -> str:
    return public_ids([profile_id])[profile_id]


def public_ids(profile_ids: Iterable[int]) -> dict[int, str]:
    """Number to public id, for a whole page or a chunk of an export at once."""
    numbers = list(dict.fromkeys(profile_ids))
    blocks = _cipher().encryptor().update(b"".join(n.to_bytes(8, "big") + ZEROS for n in numbers))
    return {n: str(uuid.UUID(bytes=blocks[i * BLOCK : (i + 1) * BLOCK])) for i, n in enumerate(numbers)}


def profile_id_from(public: str) -> int | None:
    """The number behind a public id; None: no profile ever had this id."""
    try:
        block = uuid.UUID(public).bytes
    except ValueError:
        return None
    plain = _cipher().decryptor().update(block)
    number = int.from_bytes(plain[:8], "big")
    return number if plain[8:] == ZEROS and 0 < number < 2**63 else None


def _cipher() -> Cipher[ECB]:
    # A single block under a key used for nothing else: no mode has anything to add.
    return Cipher(AES(bytes(ProfileIdKey.objects.get().key)), ECB())  # noqa: S305
