"""Takes a stack of its own, hurts it in every way while a crowd streams, gives a table: nothing lost, nothing doubled.

After each fault: every event that the front door accepted has landed exactly once or is accounted for with a reason, every
delivery is resolved, and the profiles are those that the same raw events make from nothing (`manage.py rebuild --check`).
`make chaos`; SHORT=1 for the few minutes of CI. Exits with 1 where a single event is amiss.
"""

import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import psycopg
import redis
import urllib3

from tests.stack.running import Stack, until

SHORT = bool(os.environ.get("SHORT"))
EVENTS = 300 if SHORT else 3000
RATE = 60
DOWN_SECONDS = 15 if SHORT else 3600  # an endpoint that is away for an hour
SLOW_SECONDS = 5 if SHORT else 60


class Campaign:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stack = Stack(folder / "var", FIREHOSE_RETRY_CAP_SECONDS="2")
        self.sent: set[str] = set()
        self.poison = 0
        self.amiss = 0

    def firehose(self) -> str:
        environ = Path(f"/proc/{self.stack.pid('firehose')}/environ").read_bytes().split(b"\0")
        port = next(one.decode().partition("=")[2] for one in environ if one.startswith(b"FIREHOSE_PORT="))
        return f"http://127.0.0.1:{port}"

    def fault(self, **shares: float) -> None:
        answer = urllib3.request("POST", self.firehose() + "/_control/faults", json=shares)
        if answer.status != 200:
            raise AssertionError(answer.data)

    def crowd(self, name: str) -> tuple[Any, Path]:
        report = self.folder / f"{name.replace(' ', '-')}.ndjson"
        arguments = ["--rate", str(RATE), "--count", str(EVENTS), "--report", str(report)]
        return self.stack.manage_in_background("demo", *arguments), report

    def try_out(self, name: str, hurt: Callable[["Campaign"], None]) -> None:
        started = time.monotonic()
        demo, report = self.crowd(name)
        until(lambda: report.exists() and len(report.read_text().splitlines()) > EVENTS // 10, "the crowd streams")
        hurt(self)
        told, _ = demo.communicate(timeout=DOWN_SECONDS + 600)
        if demo.returncode:
            raise AssertionError(told)
        lines = [json.loads(line) for line in report.read_text().splitlines()]
        self.sent |= {one["message_id"] for one in lines if one["outcome"] == "accepted"}
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
        unequal = self.stack.query("SELECT count(*) FROM deliveries WHERE received <> landed + duplicate + rejected")[
            0
        ][0]
        same = self.stack.manage("rebuild", "--check").returncode == 0
        duplicate = self.stack.query("SELECT coalesce(sum(duplicate), 0) FROM deliveries")[0][0]
        bad = bool(lost or doubled or strange or unequal or not same)
        self.amiss += bad
        print(
            f"| {name} | {posted:,} | {lost} | {doubled} | {strange} | {duplicate:,} | {'yes' if same else 'NO'} |"
            f" {seconds:.0f} s |{' AMISS' if bad else ''}",
            flush=True,
        )


def endpoint_away(campaign: Campaign) -> None:
    pid = campaign.stack.pid("portal")
    os.kill(pid, signal.SIGSTOP)
    children = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    for child in children:
        os.kill(child, signal.SIGSTOP)
    time.sleep(DOWN_SECONDS)
    for one in (*children, pid):
        os.kill(one, signal.SIGCONT)


def slow(campaign: Campaign) -> None:
    campaign.fault(deliver_delay=1.0, put_delay=0.2)
    time.sleep(SLOW_SECONDS)
    campaign.fault()


def answers_lost(campaign: Campaign) -> None:
    campaign.fault(deliver_lose_answer=0.5, put_lose_answer=0.2, put_partial=0.2, put_throttle=0.2)
    time.sleep(SLOW_SECONDS)
    campaign.fault()


def again_and_in_another_order(campaign: Campaign) -> None:
    campaign.fault(deliver_duplicate=0.5, deliver_again=0.5, deliver_reorder=0.3)
    time.sleep(SLOW_SECONDS)
    campaign.fault()


def killed(program: str) -> Callable[[Campaign], None]:
    return lambda campaign: campaign.stack.kill(program)


def broker_emptied(campaign: Campaign) -> None:
    for _ in range(5):
        redis.Redis(unix_socket_path=str(campaign.stack.var_dir / "run" / "valkey.sock")).flushall()
        time.sleep(0.5)


def no_room_for_the_archive(campaign: Campaign) -> None:
    archive, aside = (campaign.stack.var_dir / "firehose" / name for name in ("archive", "archive.aside"))
    archive.rename(aside)
    archive.write_text("in the way of the folder")
    time.sleep(SLOW_SECONDS)
    archive.unlink()
    aside.rename(archive)


def poison(campaign: Campaign) -> None:
    client = boto3.client(
        "firehose", endpoint_url=campaign.firehose(), region_name="eu-central-1",
        aws_access_key_id="local", aws_secret_access_key="local",  # noqa: S106
    )  # fmt: skip
    records = [b"?", b"\xff\xfe", b'{"v": 1}', b"[" * 5000, b'{"v": 1, "events": 7, "source": {"id": 1}}', b""]
    for _ in range(5):
        answer = client.put_record_batch(
            DeliveryStreamName="idportal-events", Records=[{"Data": one + b"\n"} for one in records]
        )
        if answer["FailedPutCount"]:
            raise AssertionError(answer)
        campaign.poison += len(records)
    kept = campaign.stack.var_dir / "firehose" / "errors" / "processing-failed"

    def found() -> int:
        return sum(len(one.read_text().splitlines()) for one in kept.rglob("*") if one.is_file() and one.name[0] != ".")

    until(lambda: found() == campaign.poison, "every poison record is kept")


FAULTS: dict[str, Callable[[Campaign], None]] = {
    "endpoint away": endpoint_away,
    "endpoint and stream slow": slow,
    "answers lost, puts refused": answers_lost,
    "delivered again and reordered": again_and_in_another_order,
    "database killed while it lands": killed("postgres"),
    "worker killed": killed("worker"),
    "portal killed": killed("portal"),
    "firehose killed": killed("firehose"),
    "broker emptied": broker_emptied,
    "no room for the archive": no_room_for_the_archive,
    "poison among good records": poison,
}


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    campaign = Campaign(folder)
    try:
        campaign.stack.start()
        print("| fault | events sent | lost | doubled | unknown | duplicates so far | as from nothing | took |")
        print("|---|---|---|---|---|---|---|---|", flush=True)
        for name, hurt in FAULTS.items():
            campaign.try_out(name, hurt)
    finally:
        campaign.stack.clear_away()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if campaign.amiss else 0)


if __name__ == "__main__":
    main()
