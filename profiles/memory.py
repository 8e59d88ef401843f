"""Takes nothing, gives the connection to the cache: what is kept there can be lost at any time, all at once.

Of a part of it only what expires may go, the soonest first (`volatile-ttl`): without the counters and tombstones of
lookup_cache.py an answer could outlive its change."""

import socket
import threading
from functools import cache
from typing import Any

import hiredis
import redis
from django.conf import settings

SECONDS = 1.0  # it is on this machine or beside it; who waits longer does without


@cache
def memory() -> redis.Redis:
    return redis.Redis.from_url(settings.CACHE_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)


class Wire(threading.local):
    """A connection of a thread's own for the one command that each look-up sends: the client library's way through its
    pool, retries and decoders costs more than the command. Anything that goes wrong closes it and is a RedisError."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._reader = hiredis.Reader()

    def ask(self, *command: bytes | str | int) -> Any:
        try:
            return self._answer(hiredis.pack_command(command))  # type: ignore[arg-type]
        except (OSError, hiredis.HiredisError) as error:
            self._close()
            raise redis.ConnectionError(type(error).__name__) from None
        except redis.RedisError:
            self._close()
            raise

    def _answer(self, packed: bytes) -> Any:
        connected = self._socket or self._connect()
        connected.sendall(packed)
        while (answer := self._reader.gets()) is False:
            data = connected.recv(65_536)
            if not data:
                raise redis.ConnectionError("closed")
            self._reader.feed(data)
        if isinstance(answer, hiredis.ReplyError):
            raise redis.ResponseError(str(answer))
        return answer

    def _connect(self) -> socket.socket:
        """By the client library, which knows every address, password and certificate; then its socket is ours."""
        made: Any = memory().connection_pool.make_connection()
        made.connect()
        connected: socket.socket = made._sock
        self._made, self._socket, self._reader = made, connected, hiredis.Reader()
        return connected

    def _close(self) -> None:
        if self._socket is not None:
            self._made.disconnect()
        self._socket = None
