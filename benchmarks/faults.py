"""The faults of `make chaos`: each takes a running campaign and hurts its stack while a crowd streams through it."""

import base64
import json
import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import psycopg
import redis
import urllib3

from benchmarks.between import LANDED_BUT_WRONG
from idportal.secrets import kept_secret
from idportal.stack.become import SOURCE_ARN, STREAM
from lambdas.local.delivery import Endpoint
from lambdas.local.spool import Batch, Record
from tests.stack.running import until

if TYPE_CHECKING:
    from benchmarks.chaos import Campaign

Hurt = Callable[["Campaign"], None]
ARCHIVE_MEGABYTES = 64


def endpoint_away(campaign: "Campaign") -> None:
    """The portal takes connections and never answers."""
    pid = campaign.stack.pid("portal")
    children = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    for one in (pid, *children):
        os.kill(one, signal.SIGSTOP)
    time.sleep(campaign.away_seconds)
    for one in (*children, pid):
        os.kill(one, signal.SIGCONT)


def injected(**shares: float) -> Hurt:
    def hurt(campaign: "Campaign") -> None:
        campaign.inject(**shares)
        time.sleep(campaign.seconds)
        campaign.inject()

    return hurt


def answers_wrongly(campaign: "Campaign") -> None:
    campaign.between.given.clear()
    campaign.between.answer_wrongly(True)
    until(lambda: campaign.between.given == set(LANDED_BUT_WRONG), "every wrong answer was given", seconds=60)
    campaign.between.answer_wrongly(False)


def killed(program: str) -> Hurt:
    return lambda campaign: campaign.stack.kill(program)


def database_in_a_copy(campaign: "Campaign") -> None:
    """Killed, then restarted, each time while a COPY runs; a file's import is the COPY that lasts."""
    for sign in (signal.SIGKILL, signal.SIGINT):
        path, messages = _file_of_events(campaign)
        server = campaign.stack.pid("postgres")
        importing = campaign.stack.manage_in_background("import_events", str(path))
        _in_the_midst_of_a_copy(campaign)
        os.kill(server, sign)
        _started_again(campaign, server)
        importing.communicate(timeout=120)
        until(lambda: campaign.number("SELECT 1") == 1, "the database answers")
        told = campaign.stack.manage("import_events", str(path))
        if told.returncode:
            raise AssertionError(told.stdout + told.stderr)
        campaign.sent |= messages
        campaign.imported |= messages


def _started_again(campaign: "Campaign", killed_server: int) -> None:
    until(lambda: campaign.stack.pid("postgres") not in (0, killed_server), "the database is started again")


def _file_of_events(campaign: "Campaign") -> tuple[Path, set[str]]:
    messages = [str(uuid.uuid4()) for _ in range(campaign.events * 10)]
    path = campaign.folder / "events.ndjson"
    with path.open("w") as file:
        for number, message in enumerate(messages):
            event = {"type": "track", "event": "x", "messageId": message, "anonymousId": f"copied-{number % 97}"}
            file.write(json.dumps(event) + "\n")
    return path, set(messages)


def _in_the_midst_of_a_copy(campaign: "Campaign") -> None:
    deadline = time.monotonic() + 60
    with psycopg.connect(campaign.stack.database_url, autocommit=True) as connection:
        running = "SELECT 1 FROM pg_stat_progress_copy WHERE tuples_processed > 0"
        while not connection.execute(running).fetchone():
            if time.monotonic() > deadline:
                raise AssertionError("no COPY was seen")


def broker_emptied(campaign: "Campaign") -> None:
    for _ in range(5):
        redis.Redis(unix_socket_path=str(campaign.stack.var_dir / "run" / "valkey.sock")).flushall()
        time.sleep(0.5)


class MovedClock:
    """The time of day of every program of a stack, of the database's too; needs a C compiler to be moved."""

    def __init__(self, folder: Path) -> None:
        self.path, library = folder / "clock", folder / "moved_clock.so"
        self.move(0)
        command = ["cc", "-O2", "-shared", "-fPIC", "-o", str(library), str(Path(__file__).parent / "moved_clock.c")]
        has_compiler = shutil.which("cc") is not None
        if has_compiler:
            subprocess.run(command, check=True)
        self.environ = {"LD_PRELOAD": str(library), "MOVED_CLOCK": str(self.path)} if has_compiler else {}

    def move(self, seconds: int) -> None:
        text = f"{seconds:+d}".ljust(32).encode()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT)  # the programs have it mapped: not another file
        os.pwrite(descriptor, text, 0)
        os.close(descriptor)


def clocks_jump(campaign: "Campaign") -> None:
    """Two hours on, then two back from the start, then right again."""
    for seconds in (7200, -7200, 0):
        campaign.clock.move(seconds)
        apart = (campaign.number("SELECT extract(epoch FROM clock_timestamp())::bigint") - time.time()) - seconds
        if abs(apart) > 60:
            raise AssertionError(f"the database's clock was not moved by {seconds} seconds")
        time.sleep(campaign.seconds / 3)  # all three while the crowd streams


@contextmanager
def small_archive(var_dir: Path) -> Iterator[bool]:
    """The archive on a file system of its own, where we may mount one; whether it is."""
    archive = var_dir / "firehose" / "archive"
    archive.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ARCHIVE_MEGABYTES}m", "chaos", str(archive)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(archive)], check=True)


def no_room_for_the_archive(campaign: "Campaign") -> None:
    archive = campaign.stack.var_dir / "firehose" / "archive"
    if not campaign.small_archive:
        return _archive_in_the_way(campaign, archive)
    ballast = archive / ".ballast"
    with ballast.open("wb") as file:
        while _written(file.fileno(), b"\0" * 4096):
            pass
    until(lambda: "No space left" in _last_error(campaign), "the archive can't be written", seconds=30)
    time.sleep(campaign.seconds)
    ballast.unlink()
    return None


def _written(descriptor: int, data: bytes) -> bool:
    try:
        return os.write(descriptor, data) == len(data)
    except OSError:
        return False


def _last_error(campaign: "Campaign") -> str:
    return (campaign.stack.var_dir / "log" / "firehose.log").read_text()


def _archive_in_the_way(campaign: "Campaign", archive: Path) -> None:
    """Without the right to mount: something else stands where the archive is written."""
    aside = archive.with_suffix(".aside")
    archive.rename(aside)
    archive.write_text("in the way of the folder")
    time.sleep(campaign.seconds)
    archive.unlink()
    aside.rename(archive)


def poison(campaign: "Campaign") -> None:
    """Records that no transformation can read, and others that none has read and that don't land."""
    client = boto3.client(
        "firehose", endpoint_url=campaign.stack.firehose(), region_name="eu-central-1",
        aws_access_key_id="local", aws_secret_access_key="local",  # noqa: S106
    )  # fmt: skip
    records = [b"?", b"\xff\xfe", b'{"v": 1}', b"[" * 5000, b'{"v": 1, "events": 7, "source": {"id": 1}}', b""]
    for _ in range(5):
        answer = client.put_record_batch(DeliveryStreamName=STREAM, Records=[{"Data": one + b"\n"} for one in records])
        if answer["FailedPutCount"]:
            raise AssertionError(answer)
        campaign.poison += len(records)
    key = kept_secret(campaign.stack.var_dir, "firehose_access_key")
    endpoint = Endpoint(url=f"{campaign.stack.portal}/ingest/v1/deliveries", access_key=key, source_arn=SOURCE_ARN)
    before = campaign.number("SELECT count(*) FROM rejected_records")
    batch = Batch(str(uuid.uuid4()), [Record(str(n), 0, one) for n, one in enumerate(records)])
    if not endpoint.post(batch).delivered:
        raise AssertionError("a delivery of bad records was not taken")
    rejected = campaign.number("SELECT count(*) FROM rejected_records WHERE reason <> ''") - before
    if rejected < len(records) - 1:  # an empty record holds nothing to reject
        raise AssertionError(f"{rejected} records rejected")
    kept = campaign.stack.var_dir / "firehose" / "errors" / "processing-failed"

    def found() -> list[dict[str, str]]:
        files = (one for one in kept.rglob("*") if one.is_file() and one.name[0] != ".")
        return [json.loads(line) for one in files for line in one.read_text().splitlines()]

    until(lambda: len(found()) == campaign.poison, "every poison record is kept")
    if not all(one["errorCode"] and isinstance(base64.b64decode(one["rawData"]), bytes) for one in found()):
        raise AssertionError("a poison record is kept without its reason")


def clients_clocks_wrong(campaign: "Campaign") -> None:
    """More than a year behind and ahead: by our clock it happened when they say it did before they sent it."""
    for days in (-400, 400):
        sent = datetime.now(UTC) + timedelta(days=days)
        times = {"timestamp": (sent - timedelta(seconds=30)).isoformat()}
        messages = [str(uuid.uuid4()) for _ in range(20)]
        events = [{"type": "page", "messageId": one, "anonymousId": f"off-{days}", **times} for one in messages]
        body = {"sentAt": sent.isoformat(), "batch": events}
        answer = urllib3.request("POST", campaign.stack.collect, json=body, retries=False)
        if answer.status != 200:
            raise AssertionError(answer.data)
        campaign.sent |= set(messages)
    at_its_time = (
        "SELECT count(*) FROM raw_events WHERE event_time BETWEEN now() - '5 min'::interval AND now()"
        " AND identifiers && ARRAY['anonymous_id:off-400', 'anonymous_id:off--400']"
    )
    until(lambda: campaign.number(at_its_time) == 40, "events of wrong clocks are at their time", seconds=60)
