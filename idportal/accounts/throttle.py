"""Takes a try to log in, gives whether it may be made: so many failed ones a name, an address, and both together.

In the database, which a log-in needs anyway: with the cache away people still come in, and guessing is still stopped.
"""

from hashlib import sha256

from django.db import connection

WINDOW_SECONDS = 15 * 60
FAILED_OF_BOTH, FAILED_FROM_ADDRESS, FAILED_FOR_NAME = 5, 50, 100

# In one order, so that two tries never wait for each other in a circle.
COUNT = """
INSERT INTO log_in_tries AS t (key, tries, ends_at)
SELECT key, 1, statement_timestamp() + make_interval(secs => %(seconds)s)
FROM unnest(%(keys)s::text[]) AS key ORDER BY key
ON CONFLICT (key) DO UPDATE SET
    tries = CASE WHEN t.ends_at > statement_timestamp() THEN t.tries + 1 ELSE 1 END,
    ends_at = CASE WHEN t.ends_at > statement_timestamp() THEN t.ends_at ELSE excluded.ends_at END
RETURNING key, tries
"""
TAKE_BACK = """
UPDATE log_in_tries t SET tries = CASE WHEN t.key = %(both)s THEN 0 ELSE greatest(t.tries - 1, 0) END
FROM (SELECT key FROM log_in_tries WHERE key = ANY(%(keys)s) ORDER BY key FOR UPDATE) mine
WHERE t.key = mine.key
"""
FORGET = """
DELETE FROM log_in_tries WHERE key IN (
    SELECT key FROM log_in_tries WHERE ends_at < statement_timestamp() ORDER BY ends_at LIMIT 100
    FOR UPDATE SKIP LOCKED)
"""


def begin(*, name: str, address: str | None) -> bool:
    """Counts the try before its password is looked at, so that many at once get no further than one by one."""
    limits = _limits(name, address)
    with connection.cursor() as cursor:
        cursor.execute(FORGET)
        cursor.execute(COUNT, {"keys": list(limits), "seconds": WINDOW_SECONDS})
        return all(tries <= limits[key] for key, tries in cursor.fetchall())


def succeeded(*, name: str, address: str | None) -> None:
    both, *others = _limits(name, address)
    with connection.cursor() as cursor:
        cursor.execute(TAKE_BACK, {"both": both, "keys": [both, *others]})


def _limits(name: str, address: str | None) -> dict[str, int]:
    """No name stands in a key: people type their password there."""
    known = name.lower()
    return {
        f"both:{_digest(f'{known}|{address}')}": FAILED_OF_BOTH,
        f"from:{_digest(str(address))}": FAILED_FROM_ADDRESS,
        f"name:{_digest(known)}": FAILED_FOR_NAME,
    }


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]
