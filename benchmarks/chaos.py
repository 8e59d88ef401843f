"""Takes a stack of its own, hurts it in every way while a crowd streams, gives a table: nothing lost, nothing doubled.

After each fault: every event that the front door accepted has landed exactly once, what was rejected has its reason, every
delivery is resolved, and the partition is the one that an implementation without the engine makes of the same events
(benchmarks/partition.py). In the end the profiles are those that the raw events make from nothing (`manage.py rebuild
--check`), and the archive holds every event.
`make chaos`; SHORT=1 for the minute of CI; FAULTS="copy, disk" for some. Exits with 1 where a single event is amiss.
"""

import gzip
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
import urllib3

from benchmarks import faults, flooded, partition
from benchmarks.between import Between
from tests.stack.running import Stack, until

SHORT = bool(os.environ.get("SHORT"))
CHOSEN = [one.strip() for one in os.environ.get("FAULTS", "").split(",")]
HOUR = 3600
FAULTS: dict[str, faults.Hurt] = {
    "endpoint away": faults.endpoint_away,
    "endpoint and stream slow": faults.injected(deliver_delay=1.0, put_delay=0.2),
    "endpoint answers wrongly": faults.answers_wrongly,
    "answers lost, puts refused": faults.injected(
        deliver_lose_answer=0.5, put_lose_answer=0.2, put_partial=0.2, put_throttle=0.2
    ),
    "delivered again and reordered": faults.injected(deliver_duplicate=0.5, deliver_again=0.5, deliver_reorder=0.3),
    "database killed, restarted in a copy": faults.database_in_a_copy,
    "worker killed": faults.killed("worker"),
    "portal killed": faults.killed("portal"),
    "firehose killed": faults.killed("firehose"),
    "broker emptied": faults.broker_emptied,
    "disk full for the archive": faults.no_room_for_the_archive,
    "poison among good records": faults.poison,
    "clients' clocks wrong": faults.clients_clocks_wrong,
    "clocks of all programs jump": faults.clocks_jump,
    "front door throttles": flooded.front_door_throttles,
}


class Campaign:
    seconds = 3 if SHORT else 60
    away_seconds = 6 if SHORT else HOUR

    def __init__(self, folder: Path, *, small_archive: bool) -> None:
        self.folder = folder
        self.small_archive = small_archive
        self.stack = Stack(folder / "var")
        self.between = Between(portal=self.stack.portal)
        # As on AWS, but that a short campaign can't wait two minutes between two tries.
        self.stack.environ |= {
            "FIREHOSE_ENDPOINT_URL": self.between.url,
            "FIREHOSE_RETRY_SECONDS": "7200",
            "FIREHOSE_RETRY_CAP_SECONDS": "2" if SHORT else "120",
            "COLLECT_REQUESTS_PER_SECOND": str(flooded.REQUESTS_PER_SECOND),
        }
        self.clock = faults.MovedClock(folder)
        self.stack.environ |= self.clock.environ
        self.events = 200 if SHORT else 3000
        self.sent: set[str] = set()
        self.imported: set[str] = set()  # of a file, not through Firehose
        self.refused = 0
        self.poison = 0
        self.throttled = 0  # requests, each sent again until it was taken
        self.amiss = 0

    def inject(self, **shares: float) -> None:
        answer = urllib3.request("POST", self.stack.firehose() + "/_control/faults", json=shares)
        if answer.status != 200:
            raise AssertionError(answer.data)

    def try_out(self, name: str, hurt: faults.Hurt) -> None:
        started = time.monotonic()
        is_long = name == "endpoint away" and not SHORT  # then the crowd streams all the while
        rate, count = (2, 2 * (HOUR - 100)) if is_long else (60, self.events)
        report = self.folder / f"{name.replace(' ', '-')}.report"
        arguments = ["--rate", str(rate), "--count", str(count), "--report", str(report)]
        demo = self.stack.manage_in_background("demo", *arguments)
        until(lambda: report.exists() and len(report.read_text().splitlines()) > 20, "the crowd streams")
        hurt(self)
        told, _ = demo.communicate(timeout=self.away_seconds + 600)
        if demo.returncode:
            raise AssertionError(told)
        lines = [json.loads(line) for line in report.read_text().splitlines()]
        self.sent |= {one["message_id"] for one in lines if one["outcome"] == "accepted"}
        self.refused += sum(bool(one["outcome"] == "refused" and one["reason"]) for one in lines)
        self.settle()
        self.judge(name, len(lines), time.monotonic() - started)

    def settle(self) -> None:
        landed = "SELECT count(*) FROM raw_events"
        until(lambda: self.number(landed) >= len(self.sent), "all has landed", seconds=600)
        waiting = "SELECT count(*) FROM deliveries WHERE resolved_at IS NULL"
        until(lambda: self.number(waiting) == 0, "all is resolved", seconds=600)

    def number(self, sql: str) -> int:
        """-1 while a killed database reads its log."""
        try:
            return int(self.stack.query(sql)[0][0])
        except psycopg.OperationalError:
            return -1

    def judge(self, name: str, posted: int, seconds: float) -> None:
        rows = [message for (message,) in self.stack.query("SELECT message_id::text FROM raw_events")]
        lost, doubled, strange = len(self.sent - set(rows)), len(rows) - len(set(rows)), len(set(rows) - self.sent)
        unequal = self.number("SELECT count(*) FROM deliveries WHERE received <> landed + duplicate + rejected")
        unequal += self.number("SELECT count(*) FROM rejected_records WHERE reason = ''")
        unequal += self.number(
            "SELECT (SELECT sum(rejected) FROM deliveries) - (SELECT count(*) FROM rejected_records)"
        )
        with psycopg.connect(self.stack.database_url, autocommit=True) as connection:
            same = partition.stored(connection) == partition.expected(connection)
        duplicate = self.number("SELECT coalesce(sum(duplicate), 0) FROM deliveries")
        rejected = self.number("SELECT count(*) FROM rejected_records") + self.poison
        bad = bool(lost or doubled or strange or unequal or not same)
        self.amiss += bad
        figures = [posted, len(rows), self.refused + rejected, duplicate, lost, doubled, strange]
        said = "".join(f" {one:,} |" for one in figures)
        print(f"| {name} |{said} {'yes' if same else 'NO'} | {seconds:.0f} s |{' AMISS' if bad else ''}", flush=True)

    def judge_the_end(self) -> None:
        again = self.stack.manage("rebuild", "--check")
        kept = {
            event["messageId"].lower()
            for path in (self.stack.var_dir / "firehose" / "archive").rglob("*.gz")
            for line in gzip.decompress(path.read_bytes()).splitlines()
            for event in _events(line)
        }
        through_firehose = self.sent - self.imported
        missing = len(through_firehose - kept)
        self.amiss += bool(again.returncode or missing)
        where = "a file system of its own" if self.small_archive else "a folder in the way (no right to mount)"
        print(f"\nProfiles as from nothing: {'yes' if again.returncode == 0 else 'NO ' + again.stdout + again.stderr}")
        print(f"Requests that the front door throttled, all taken later: {self.throttled:,}")
        print(f"Events missing in the archive: {missing} of {len(through_firehose):,} (full disk by {where})")


def _events(line: bytes) -> list[dict[str, Any]]:
    """Of one archived record; none of poison."""
    try:
        found = json.loads(line)["events"]
        return [one for one in found if isinstance(one["messageId"], str)]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    with faults.small_archive(folder / "var") as mounted:
        campaign = Campaign(folder, small_archive=mounted)
        try:
            wanted = {name: hurt for name, hurt in FAULTS.items() if any(one in name for one in CHOSEN)}
            if not campaign.clock.environ and wanted.pop("clocks of all programs jump", None):
                print("No C compiler: the clocks of the programs are not moved.")
            campaign.stack.start()
            print("| fault | events sent | landed once so far | refused or rejected with a reason | duplicates | lost |"
                  " doubled | unknown | as the reference | took |")  # fmt: skip
            print("|---|--:|--:|--:|--:|--:|--:|--:|---|--:|", flush=True)
            for name, hurt in wanted.items():
                campaign.try_out(name, hurt)
            campaign.judge_the_end()
        finally:
            campaign.between.close()
            campaign.stack.clear_away()
    shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if campaign.amiss else 0)


if __name__ == "__main__":
    main()
