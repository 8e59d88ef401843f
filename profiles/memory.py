"""Takes nothing, gives the connection to Redis: what is kept there can be lost at any time."""

from functools import cache

import redis
from django.conf import settings

SECONDS = 1.0  # it is on this machine or beside it; who waits longer does without


@cache
def memory() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
