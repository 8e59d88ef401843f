"""Takes a try to log in, gives whether it may be made: so many failed ones a name, an address, and both together."""

from contextlib import suppress
from hashlib import sha256

from django.core.cache import cache

WINDOW_SECONDS = 15 * 60
KEYS = "login"
FAILED_OF_BOTH, FAILED_FROM_ADDRESS, FAILED_FOR_NAME = 5, 50, 100


def begin(*, name: str, address: str | None) -> bool:
    """Counts the try before its password is looked at, so that many at once get no further than one by one."""
    within = [_counted(key) <= limit for key, limit in _limits(name, address).items()]
    return all(within)


def succeeded(*, name: str, address: str | None) -> None:
    both, *others = _limits(name, address)
    cache.delete(both)
    for key in others:
        with suppress(ValueError):  # it ran out meanwhile
            cache.decr(key)


def _counted(key: str) -> int:
    cache.add(key, 0, timeout=WINDOW_SECONDS)
    try:
        return cache.incr(key)
    except ValueError:  # it ran out in this very moment
        cache.set(key, 1, timeout=WINDOW_SECONDS)
        return 1


def _limits(name: str, address: str | None) -> dict[str, int]:
    """No name stands in a key: people type their password there."""
    both, known = (sha256(text.encode()).hexdigest()[:32] for text in (f"{name.lower()}\0{address}", name.lower()))
    return {
        f"{KEYS}:both:{both}": FAILED_OF_BOTH,
        f"{KEYS}:from:{address}": FAILED_FROM_ADDRESS,
        f"{KEYS}:name:{known}": FAILED_FOR_NAME,
    }
