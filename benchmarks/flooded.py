"""A fault of `make chaos`: more requests than API Gateway lets through, by servers that keep what is refused."""

import random
import threading
import time
import uuid
from typing import TYPE_CHECKING

import urllib3

if TYPE_CHECKING:
    from benchmarks.chaos import Campaign

REQUESTS_PER_SECOND = 100  # the crowd of a campaign makes far fewer
SENDERS = 24
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0


class _Sender(threading.Thread):
    """Sends one event after the other; the same again, after a pause that doubles, until it is taken."""

    def __init__(self, url: str, *, until: float) -> None:
        super().__init__(daemon=True)
        self.url = url
        self.until = until
        self.taken: set[str] = set()
        self.refused: list[urllib3.BaseHTTPResponse] = []
        self.http = urllib3.PoolManager(maxsize=1, retries=False, timeout=30)

    def run(self) -> None:
        while time.monotonic() < self.until:
            message = str(uuid.uuid4())
            event = {"type": "track", "event": "Flood", "messageId": message, "anonymousId": f"flood-{self.ident}"}
            pause = FIRST_PAUSE
            while not self._takes(event):
                time.sleep(pause * random.uniform(0.5, 1))
                pause = min(LONGEST_PAUSE, 2 * pause)
            self.taken.add(message)

    def _takes(self, event: dict[str, str]) -> bool:
        answer = self.http.request("POST", self.url, json=event)
        if answer.status != 200:
            self.refused.append(answer)
        return answer.status == 200


def front_door_throttles(campaign: "Campaign") -> None:
    """API Gateway's 429, which says no time to wait, hits the crowd's requests too."""
    until = time.monotonic() + campaign.seconds
    senders = [_Sender(campaign.stack.collect, until=until) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(campaign.seconds + 60)
        campaign.sent |= sender.taken
    refused = [answer for sender in senders for answer in sender.refused]
    told = {(answer.status, answer.data, answer.headers.get("retry-after")) for answer in refused}
    if told != {(429, b'{"message":"Too Many Requests"}', None)} or any(sender.is_alive() for sender in senders):
        raise AssertionError(f"{len(refused)} refusals, {told}")
    campaign.throttled += len(refused)
