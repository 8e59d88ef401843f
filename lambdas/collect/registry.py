"""Takes the address of the portal's registry, gives the sources it knows, from memory wherever that is good enough."""

import json
import threading
import time

import urllib3

from lambdas.collect.refusal import Refused
from lambdas.collect.sources import Sources, read_sources
from lambdas.log import log

# A refusal may be wrong because a source was made a moment ago: look again, but not more often than this.
SECOND_LOOK = 1.0
GIVE_UP = 2.0


class Registry:
    """Kept for `seconds`, then asked for again; what was known last serves as long as the portal is down. Never known:
    Refused with 503."""

    def __init__(self, *, url: str, token: str, seconds: float) -> None:
        self._url = url
        self._token = token
        self._seconds = seconds
        self._sources: Sources | None = None
        self._etag = ""
        self._asked_at = -float("inf")
        self._asking = threading.Lock()
        timeout = urllib3.Timeout(connect=1, read=GIVE_UP)
        self._http = urllib3.PoolManager(timeout=timeout, retries=False)

    def sources(self) -> Sources:
        if self._age() >= (self._seconds if self._sources else SECOND_LOOK):
            self._refresh()
        if self._sources is None:
            raise Refused(503, "no_registry", "The portal has not been reached yet.", retry_after=2)
        return self._sources

    def second_look(self) -> bool:
        """Whether the sources are fresher now than those a refusal was based on."""
        if self._age() < SECOND_LOOK:
            return False
        self._refresh()
        return True

    def _age(self) -> float:
        return time.monotonic() - self._asked_at

    def _refresh(self) -> None:
        """One thread asks; the others go on with what is known, and wait only when nothing is."""
        before = self._asked_at
        if not self._asking.acquire(blocking=self._sources is None):
            return
        try:
            if self._asked_at == before:
                self._ask()
        finally:
            self._asked_at = time.monotonic()
            self._asking.release()

    def _ask(self) -> None:
        headers = {"authorization": f"Bearer {self._token}", **({"if-none-match": self._etag} if self._etag else {})}
        try:
            response = self._http.request("GET", self._url, headers=headers, redirect=False)
            if response.status == 200:
                self._sources = read_sources(json.loads(response.data))
                self._etag = response.headers.get("etag", "")
            elif response.status != 304:
                _log(f"status {response.status}")
        except (urllib3.exceptions.HTTPError, KeyError, TypeError, ValueError, AttributeError) as error:
            _log(type(error).__name__)


def _log(why: str) -> None:
    log(hop="collect", registry="unreachable", reason=why)
