"""Takes an identifier, gives the answer that was remembered for it; forgets it before a change of it is committed.

Why no answer is ever older than the last commit:
- whoever changes the partition does so inside `changing_partition()`. After the engine has run and before COMMIT it
  puts a tombstone in place of the answer of each identifier that changes profiles, and counts `generation` up;
- who finds a tombstone, or nothing, asks the database. It may remember what it found only if there is no tombstone and
  the generation is still the one it saw before it asked: so what was read before a COMMIT is never kept after it;
- after COMMIT whoever put a tombstone takes it away, and nobody else. Where a process dies in between they stay until
  they expire, which costs only speed.
An identifier that nobody holds is not remembered, so that new ones need nothing.
The engine run by psql or pg_cron knows no Redis: its changes are caught up with by the next run from here (`catch_up`),
which beat starts every ten seconds.
"""

import hashlib
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import redis
from django.db import connection, transaction

from profiles.memory import memory

logger = logging.getLogger(__name__)

GENERATION = "idportal:generation"
EPOCH = "idportal:epoch"  # part of each key: counted up, everything is forgotten
CAUGHT_UP = "idportal:caught_up"  # the change up to which answers are forgotten
CLOSED = "idportal:closed"  # while it is there nothing is remembered
CHANGING = b"~"  # in place of an answer: ask the database, and don't remember
KEPT_SECONDS = 300
TOMBSTONE_SECONDS = 600
MOST = 20_000  # more changed identifiers at once: everything is forgotten
# KEYS: generation, epoch, closed. ARGV: identifier, generation seen, answer, seconds.
REMEMBER = """
if redis.call('EXISTS', KEYS[3], 'idportal:changing:' .. ARGV[1]) > 0 then return 0 end
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[2] then return 0 end
redis.call('SET', 'idportal:lookup:' .. (redis.call('GET', KEYS[2]) or '') .. ':' .. ARGV[1], ARGV[3], 'EX', ARGV[4])
return 1
"""
# KEYS: generation, epoch. ARGV: whose tombstones, seconds, identifiers.
CLOSE = """
redis.call('INCR', KEYS[1])
local epoch = redis.call('GET', KEYS[2]) or ''
for i = 3, #ARGV do
    redis.call('SET', 'idportal:changing:' .. ARGV[i], ARGV[1], 'EX', ARGV[2])
    redis.call('DEL', 'idportal:lookup:' .. epoch .. ':' .. ARGV[i])
end
"""
# KEYS: generation, epoch. ARGV: whose tombstones go ('' for none: whoever put one takes it away), identifiers.
OPEN = """
redis.call('INCR', KEYS[1])
local epoch = redis.call('GET', KEYS[2]) or ''
for i = 2, #ARGV do
    redis.call('DEL', 'idportal:lookup:' .. epoch .. ':' .. ARGV[i])
    local changing = 'idportal:changing:' .. ARGV[i]
    if redis.call('GET', changing) == ARGV[1] then redis.call('DEL', changing) end
end
"""
# The same where so many change that everything is forgotten. KEYS: generation, epoch, closed. ARGV: whose.
OPEN_ALL = """
redis.call('INCR', KEYS[1])
redis.call('INCR', KEYS[2])
if redis.call('GET', KEYS[3]) == ARGV[1] then redis.call('DEL', KEYS[3]) end
"""
CHANGED = """
SELECT max(change_id) OVER (), k.name, i.value
FROM (SELECT change_id, unnest(identifier_ids) AS identifier_id FROM profile_changes WHERE change_id > %s LIMIT %s) c
JOIN identifiers i USING (identifier_id) JOIN kinds k USING (kind_id)
"""


def digest(kind: str, value: str) -> str:
    """What stands for the identifier in Redis: personal data does not."""
    return hashlib.blake2b(f"{kind}\0{value}".encode(), digest_size=16).hexdigest()


def remember(name: str, *, generation: str, answer: bytes) -> None:
    try:
        memory().eval(REMEMBER, 3, GENERATION, EPOCH, CLOSED, name, generation, answer, KEPT_SECONDS)
    except redis.RedisError as error:
        logger.warning("a look-up was not remembered: %s", type(error).__name__)


@contextmanager
def changing_partition() -> Iterator[list[str]]:
    """Around what changes the partition: its changes are forgotten before they are committed, whoever else asks.
    Digests put into the list are forgotten, too: those of identifiers that will not be there to be named."""
    with transaction.atomic():
        last = _last_change()
        also: list[str] = []
        yield also
        _close(last, also)


def forget_all() -> None:
    try:
        with memory().pipeline() as all_at_once:
            all_at_once.incr(GENERATION)
            all_at_once.incr(EPOCH)
            all_at_once.delete(CAUGHT_UP)
            all_at_once.execute()
    except redis.RedisError as error:
        logger.warning("look-ups could not be forgotten: %s", type(error).__name__)


def catch_up() -> None:
    """Forget what was changed by an engine that nobody here started."""
    try:
        said, last = memory().get(CAUGHT_UP), _last_change()
        if said is None or int(said) != last:
            names, _ = _changed_since(int(said or last))
            _forget(names)
            memory().set(CAUGHT_UP, last)
    except redis.RedisError as error:
        logger.warning("look-ups could not be caught up with: %s", type(error).__name__)


def _close(last: int, also: list[str]) -> None:
    names, reached = _changed_since(last)
    if not (reached or also):
        return
    names = None if names is None or len(names) + len(also) > MOST else names + also
    reached = reached or last
    whose = secrets.token_hex(8)
    try:
        if names is None:
            with memory().pipeline() as all_at_once:
                all_at_once.set(CLOSED, whose, ex=TOMBSTONE_SECONDS)
                all_at_once.incr(GENERATION)
                all_at_once.incr(EPOCH)
                all_at_once.execute()
        else:
            memory().eval(CLOSE, 2, GENERATION, EPOCH, whose, TOMBSTONE_SECONDS, *names)
    except redis.RedisError as error:
        logger.warning("look-ups could not be forgotten (%s): the old answers expire", type(error).__name__)
        return
    transaction.on_commit(lambda: _open(names, reached, whose))


def _open(names: list[str] | None, reached: int, whose: str) -> None:
    try:
        if names is None:
            memory().eval(OPEN_ALL, 3, GENERATION, EPOCH, CLOSED, whose)
        else:
            memory().eval(OPEN, 2, GENERATION, EPOCH, whose, *names)
        memory().set(CAUGHT_UP, reached)
    except redis.RedisError as error:
        logger.warning("look-ups stay unremembered for a while: %s", type(error).__name__)


def _forget(names: list[str] | None) -> None:
    if names is None:
        forget_all()
    elif names:
        memory().eval(OPEN, 2, GENERATION, EPOCH, "", *names)


def _changed_since(last: int) -> tuple[list[str] | None, int]:
    """Digests of the identifiers that changed profiles, None for too many; and the last change."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, [last, MOST + 1])
        rows = cursor.fetchall()
    if not rows:
        return [], 0
    names = sorted({digest(kind, value) for _, kind, value in rows})
    return (None if len(rows) > MOST else names), rows[0][0]


def _last_change() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(change_id), 0) FROM profile_changes")
        return int(cursor.fetchone()[0])
