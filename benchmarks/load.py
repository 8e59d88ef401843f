"""Takes a stack of its own, gives it as many events as it takes, and more; reports what it bore.

`make load` runs for ten minutes, SHORT=1 for twenty seconds. Senders wait after a 503 as the snippet does, so too much is
answered by back-pressure; in the end every accepted event must have landed.
"""

import contextlib
import json
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from pathlib import Path

import psutil
import urllib3

from tests.stack.running import Stack, until

SECONDS = 20 if os.environ.get("SHORT") else 600
SENDERS = int(os.environ.get("SENDERS", "8"))
EVENTS_A_POST = 20


class Load:
    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.waited: list[float] = []
        self.statuses: Counter[str] = Counter()
        self.accepted = 0
        self.lock = threading.Lock()
        self.http = urllib3.PoolManager(maxsize=SENDERS, retries=False, timeout=30)

    def send_until(self, deadline: float) -> None:
        person = 0
        while time.monotonic() < deadline:
            person += 1
            body = {"batch": [_event(person) for _ in range(EVENTS_A_POST)]}
            began = time.monotonic()
            try:
                answer = self.http.request("POST", self.stack.collect, body=json.dumps(body).encode())
                status = str(answer.status)
            except urllib3.exceptions.HTTPError as error:
                status = type(error).__name__
            with self.lock:
                self.waited.append(time.monotonic() - began)
                self.statuses[status] += 1
                self.accepted += EVENTS_A_POST if status == "200" else 0
            if status != "200":
                time.sleep(0.5)

    def megabytes(self) -> dict[str, float]:
        found: Counter[str] = Counter()
        for program in ("portal", "worker", "gateway", "firehose", "postgres"):
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
        if total != load.accepted:
            sys.exit("what was accepted and what landed differ")
    finally:
        stack.clear_away()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
