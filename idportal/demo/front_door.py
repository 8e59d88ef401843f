"""Takes batches of events, gives them to the collect API as a browser does, and an account of every event sent."""

import json
import queue
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import urllib3

from idportal.demo.visits import Batch

SENDERS = 8
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
ANSWER_SECONDS = 15


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one event: accepted, refused (with the reason) or unanswered."""

    message_id: str
    outcome: str
    reason: str = ""


class FrontDoor:
    """Sends in the background. Every event put in comes out once in `settled`, whatever happens on the way."""

    def __init__(self, *, url: str, write_key: str, settled: Callable[[Outcome], None]) -> None:
        self._url = url
        self._write_key = write_key
        self._settled = settled
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._give_up = threading.Event()
        self._waiting: queue.Queue[Batch | None] = queue.Queue(maxsize=4 * SENDERS)
        self._http = urllib3.PoolManager(maxsize=SENDERS, retries=False, timeout=ANSWER_SECONDS)
        self._threads = [threading.Thread(target=self._send_all, daemon=True) for _ in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def counts(self) -> dict[str, int]:
        """Events: sent = accepted + refused + unanswered + those on the way. Requests: retried, repeated."""
        with self._lock:
            names = ("sent", "accepted", "refused", "unanswered", "retried", "repeated")
            return {name: self._counts[name] for name in names}

    def put(self, batch: Batch) -> None:
        """Waits while the front door is behind."""
        self._waiting.put(batch)

    def close(self, *, seconds: float | None = None) -> None:
        """Send what waits; what has no answer after so many seconds is unanswered."""
        if seconds is not None:
            timer = threading.Timer(seconds, self._give_up.set)
            timer.daemon = True
            timer.start()
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()
        if seconds is not None:
            timer.cancel()

    def give_up(self) -> None:
        self._give_up.set()

    def _send_all(self) -> None:
        while (batch := self._waiting.get()) is not None:
            self._send(batch)
            if batch.sent_twice and not self._give_up.is_set():
                self._count(repeated=1)
                self._attempt(batch)

    def _send(self, batch: Batch) -> None:
        self._count(sent=len(batch.events))
        pause = FIRST_PAUSE
        while not self._give_up.is_set():
            if answer := self._attempt(batch):
                self._settle(batch, *answer)
                return
            self._count(retried=1)
            self._give_up.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        for event in batch.events:
            self._one(Outcome(message_id=str(event["messageId"]), outcome="unanswered"))

    def _attempt(self, batch: Batch) -> tuple[int, dict[str, Any]] | None:
        """Status and body; None where it should be tried again."""
        sent_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        body = json.dumps({"batch": list(batch.events), "sentAt": sent_at, "writeKey": self._write_key})
        headers = {"content-type": "text/plain;charset=UTF-8", "user-agent": batch.user_agent}
        try:
            response = self._http.request("POST", self._url, body=body.encode(), headers=headers)
            answer = json.loads(response.data)
        except (urllib3.exceptions.HTTPError, OSError, ValueError):
            return None
        if response.status >= 500 or response.status in (408, 429):
            return None
        return response.status, answer

    def _settle(self, batch: Batch, status: int, answer: dict[str, Any]) -> None:
        refused = {one["index"]: str(one["reason"]) for one in answer.get("rejected", [])}
        for place, event in enumerate(batch.events):
            reason = refused.get(place, "" if status == 200 else str(answer.get("reason", status)))
            outcome = "refused" if reason else "accepted"
            self._one(Outcome(message_id=str(event["messageId"]), outcome=outcome, reason=reason))

    def _one(self, outcome: Outcome) -> None:
        with self._lock:
            self._counts[outcome.outcome] += 1
            self._settled(outcome)

    def _count(self, **counts: int) -> None:
        with self._lock:
            self._counts.update(counts)


def is_open(url: str) -> bool:
    """Whether anything answers at the collect address."""
    try:
        urllib3.PoolManager(retries=False, timeout=ANSWER_SECONDS).request("OPTIONS", url)
    except urllib3.exceptions.HTTPError:
        return False
    return True
