"""Takes a stack of its own, gives it as many events as it takes, and more; reports what it bore.

`make load` runs for ten minutes, SHORT=1 for twenty seconds, SECONDS=240 for four minutes. A sender that is told to wait
does so and then sends the same events again, as the snippet does; one event in a hundred is nonsense. In the end every
event must have landed once or have been refused with a reason, and the portal's memory must be level.

OVERLOAD=1: for the middle third Firehose throttles most puts and delivers slowly, which is what it does above its quota, so
that the front door has to hold its senders back. COLLECT_REQUESTS_PER_SECOND=100 lets API Gateway's stand-in throttle as
well: its 429 says no time to wait.
"""

import contextlib
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import psutil
import urllib3

from tests.stack.running import Stack, until

SECONDS = int(os.environ.get("SECONDS") or (20 if os.environ.get("SHORT") else 600))
SENDERS = int(os.environ.get("SENDERS", "8"))
EVENTS_A_POST = 20
OVERLOAD = {"put_throttle": 0.98, "deliver_delay": 2.0} if os.environ.get("OVERLOAD") else {}
WARM_SECONDS = 240  # before that it still grows into its work
PROGRAMS = ("portal", "worker", "gateway", "firehose", "postgres")
GIVE_UP_SECONDS = 300
LONGEST_PAUSE = 30.0  # of those that are not told how long


class Load:
    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.waited: list[float] = []
        self.statuses: Counter[str] = Counter()
        self.sent = self.accepted = self.rejected = self.given_up = 0
        self.without_a_time = 0  # told to wait, not for how long
        self.most_waiting = 0.0
        self.portal_megabytes: list[int] = []
        self.lock = threading.Lock()
        self.http = urllib3.PoolManager(maxsize=SENDERS, retries=False, timeout=30)

    def send_until(self, deadline: float) -> None:
        person = 0
        while time.monotonic() < deadline:
            person += 1
            events = [_event(person) for _ in range(EVENTS_A_POST)]
            if person % 5 == 0:
                events[0] |= {"type": "nonsense"}
            self._send(json.dumps({"batch": events}).encode(), give_up=deadline + GIVE_UP_SECONDS)

    def _send(self, body: bytes, *, give_up: float) -> None:
        """The same events again, until they are taken."""
        with self.lock:
            self.sent += EVENTS_A_POST
        pause = 1.0
        while time.monotonic() < give_up:
            began = time.monotonic()
            try:
                answer = self.http.request("POST", self.stack.collect, body=body)
                status, told, wait = str(answer.status), answer.data, answer.headers.get("retry-after")
            except urllib3.exceptions.HTTPError as error:
                status, told, wait = type(error).__name__, b"", "1"
            with self.lock:
                self.waited.append(time.monotonic() - began)
                self.statuses[status] += 1
                self.without_a_time += wait is None and status == "503"
            if status == "200":
                return self._count(json.loads(told))
            time.sleep(float(wait or pause) * random.uniform(1, 2))
            pause = min(LONGEST_PAUSE, pause * 2)
        with self.lock:
            self.given_up += EVENTS_A_POST
        return None

    def _count(self, told: dict[str, Any]) -> None:
        with self.lock:
            self.accepted += told["accepted"]
            self.rejected += sum(bool(one["reason"]) for one in told.get("rejected", ()))

    def overload(self, began: float) -> None:
        """In the middle third."""
        for at, shares in ((SECONDS / 3, OVERLOAD), (SECONDS * 2 / 3, {})):
            time.sleep(max(0, began + at - time.monotonic()))
            answer = urllib3.request("POST", self.stack.firehose() + "/_control/faults", json=shares)
            if answer.status != 200:
                raise AssertionError(answer.data)

    def watch_the_buffer(self, deadline: float) -> None:
        while time.monotonic() < deadline:
            size = sum(one.stat().st_size for one in (self.stack.var_dir / "firehose").glob("spool*"))
            self.most_waiting = max(self.most_waiting, size / 1e6)
            time.sleep(1)

    def watch_the_memory(self, deadline: float) -> None:
        """The portal's, twenty times."""
        while (left := deadline - time.monotonic()) > SECONDS / 40:
            time.sleep(min(left, SECONDS / 20))
            self.portal_megabytes.append(int(self.megabytes("portal")["portal"]))

    def is_level(self) -> bool:
        """The last quarter is hardly above the first half, though what waited comes in a rush then."""
        quarter = len(self.portal_megabytes) // 4
        return max(self.portal_megabytes[-quarter:]) <= 1.15 * max(self.portal_megabytes[: 2 * quarter])

    def megabytes(self, *programs: str) -> dict[str, float]:
        found: Counter[str] = Counter()
        for program in programs or PROGRAMS:
            process = psutil.Process(self.stack.pid(program))
            for one in (process, *process.children(recursive=True)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    found[program] += one.memory_full_info().pss
        return {name: round(size / 1e6) for name, size in found.items()}


def _event(person: int) -> dict[str, object]:
    known = {"traits": {"email": f"p{person % 5000}@example.com"}} if person % 3 == 0 else {}
    return {"type": "page", "messageId": str(uuid.uuid4()), "anonymousId": f"device-{person % 20_000}", **known}


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="load-"))
    stack = Stack(folder / "var")
    try:
        stack.start()
        load = Load(stack)
        first = load.megabytes()
        began = time.monotonic()
        threads = [threading.Thread(target=load.send_until, args=(began + SECONDS,)) for _ in range(SENDERS)]
        threads.append(threading.Thread(target=load.watch_the_buffer, args=(began + SECONDS,)))
        threads.append(threading.Thread(target=load.watch_the_memory, args=(began + SECONDS,)))
        if OVERLOAD:
            threads.append(threading.Thread(target=load.overload, args=(began,)))
        for thread in threads:
            thread.start()
        time.sleep(SECONDS / 2)
        middle = load.megabytes()
        for thread in threads:
            thread.join()
        sending = time.monotonic() - began
        landed = "SELECT count(*) FROM raw_events"
        at_end = stack.query(landed)[0][0]
        last = load.megabytes()
        until(lambda: stack.query(landed)[0][0] >= load.accepted, "what was accepted has landed", seconds=SECONDS + 300)
        until(lambda: stack.query("SELECT count(*) FROM deliveries WHERE resolved_at IS NULL") == [(0,)], "resolved",
              seconds=SECONDS + 300)  # fmt: skip
        behind = time.monotonic() - began - sending
        total = stack.query(landed)[0][0]
        cuts = statistics.quantiles(load.waited, n=100)
        print(f"sent           {load.sent:,}: {load.accepted:,} accepted, {load.rejected:,} refused with a reason")
        print(f"held back      {load.given_up:,} events never taken; without Retry-After {load.without_a_time}")
        print(f"Firehose holds {load.most_waiting:.0f} MB at most")
        print(f"accepted       {load.accepted:,} events in {sending:.0f} s: {load.accepted / sending:,.0f} a second")
        print(
            f"answers        p50 {cuts[49] * 1000:.0f} ms, p95 {cuts[94] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"
        )
        print(f"statuses       {dict(load.statuses)}")
        print(f"landed         {total:,}, of them {at_end:,} while sending; all resolved {behind:.0f} s after the last")
        print(f"lost, doubled  {max(0, load.accepted - total)}, {max(0, total - load.accepted)}")
        print(f"memory in MB   at first {first}")
        print(f"               in the midst {middle}")
        print(f"               at the end {last}")
        print(f"               the portal's all the while {load.portal_megabytes}")
        if not total == load.accepted == load.sent - load.rejected - load.given_up:
            sys.exit("what was sent is not what landed and what was refused")
        if load.given_up or load.without_a_time:
            sys.exit("a sender gave up, or was not told how long to wait")
        if SECONDS >= WARM_SECONDS and not load.is_level():
            sys.exit("the portal's memory is not level")
    finally:
        stack.clear_away()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
