"""A Firehose for one laptop: takes PutRecordBatch over the wire, buffers, transforms, and delivers to an HTTP endpoint.

What it accepted lies on disk under VAR_DIR/firehose before it answers; stopped or killed, it goes on where it was.

  FIREHOSE_ENDPOINT_URL   where deliveries are posted (needed)
  FIREHOSE_ACCESS_KEY     the key they carry (needed)
  FIREHOSE_SOURCE_ARN     the stream's ARN (arn:aws:firehose:eu-central-1:000000000000:deliverystream/<stream>)
  FIREHOSE_STREAM         its name (idportal-events)
  FIREHOSE_PORT, FIREHOSE_HOST, VAR_DIR                              8002, 127.0.0.1, var
  FIREHOSE_BUFFER_MB, FIREHOSE_BUFFER_SECONDS                        1 and 1; on AWS 1 to 64 and 0 to 900
  FIREHOSE_TRANSFORM_BUFFER_MB, FIREHOSE_TRANSFORM_BUFFER_SECONDS    1 and 0; on AWS 0.2 to 3 and 0 to 900
  FIREHOSE_RETRY_SECONDS, FIREHOSE_RETRY_CAP_SECONDS                 86400 and 10; on AWS up to 7200, and 120
  FIREHOSE_CONTENT_ENCODING                                          NONE or GZIP
  FIREHOSE_COMMON_ATTRIBUTES                                         JSON, {} by default
  FIREHOSE_FAULTS                                                    JSON, as POST /_control/faults takes it
"""

import argparse
import fcntl
import json
import os
import signal
import threading
from pathlib import Path
from typing import IO, Any

from lambdas.local import environment
from lambdas.local.delivery import Endpoint, Retry
from lambdas.local.faults import FaultBox
from lambdas.local.server import Server
from lambdas.local.stream import Buffer, DeliveryStream, Plan
from lambdas.local.wire import MAX_BODY, firehose
from lambdas.transform.handler import handler

STOP_SECONDS = 4.0


def read_plan() -> Plan:
    name = os.environ.get("FIREHOSE_STREAM", "idportal-events")
    arn = os.environ.get("FIREHOSE_SOURCE_ARN") or f"arn:aws:firehose:eu-central-1:000000000000:deliverystream/{name}"
    if arn.count(":") < 5:
        environment.refuse(f"FIREHOSE_SOURCE_ARN is {arn!r}, but must be an ARN.")
    return Plan(
        name=name,
        arn=arn,
        root=Path(os.environ.get("VAR_DIR", "var")) / "firehose",
        function=handler,
        endpoint=Endpoint(
            url=environment.needed("FIREHOSE_ENDPOINT_URL", meaning="the address that deliveries are posted to"),
            access_key=environment.needed("FIREHOSE_ACCESS_KEY", meaning="the key that deliveries carry"),
            source_arn=arn,
            use_gzip=environment.one_of("FIREHOSE_CONTENT_ENCODING", choices=("NONE", "GZIP")) == "GZIP",
            attributes=_json_object("FIREHOSE_COMMON_ATTRIBUTES"),
        ),
        to_transform=_buffer("FIREHOSE_TRANSFORM_BUFFER", seconds=0, smallest=0.2, largest=3),
        to_deliver=_buffer("FIREHOSE_BUFFER", seconds=1, smallest=1, largest=64),
        retry=Retry(
            seconds=environment.number("FIREHOSE_RETRY_SECONDS", default=86_400, low=0, high=31_536_000),
            cap=environment.number("FIREHOSE_RETRY_CAP_SECONDS", default=10, low=0.1, high=120),
        ),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    plan = read_plan()
    lock = _alone(plan.root)
    stream = DeliveryStream(plan, faults=_faults())
    server = _server(stream)
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    print(f"Firehose on {server.url}, delivering to {plan.endpoint.url}", flush=True)
    stream.start()
    server.serve_in_background()
    stop.wait()
    server.finish(seconds=STOP_SECONDS / 2)
    stream.stop(seconds=STOP_SECONDS / 2)
    lock.close()


def _server(stream: DeliveryStream) -> Server:
    host, port = os.environ.get("FIREHOSE_HOST", "127.0.0.1"), environment.port("FIREHOSE_PORT", default=8002)
    try:
        return Server(host=host, port=port, respond=firehose(stream), max_body=MAX_BODY)
    except OSError as error:
        environment.refuse(f"The Firehose double can't listen on {host}:{port} (FIREHOSE_PORT): {error.strerror}.")


def _alone(root: Path) -> IO[str]:
    """Two processes on one spool would deliver everything twice."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = (root / "lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        environment.refuse(f"Another Firehose double uses {root} (VAR_DIR).")
    except OSError as error:
        environment.refuse(f"{root} (VAR_DIR) can't be written: {error.strerror}.")
    return lock


def _buffer(name: str, *, seconds: float, smallest: float, largest: float) -> Buffer:
    megabytes = environment.number(f"{name}_MB", default=1, low=smallest, high=largest)
    wait = environment.number(f"{name}_SECONDS", default=seconds, low=0, high=900)
    return Buffer(size=int(megabytes * 1_000_000), seconds=wait)


def _faults() -> FaultBox:
    box = FaultBox()
    try:
        box.change(_json_object("FIREHOSE_FAULTS"))
    except ValueError as error:
        environment.refuse(f"FIREHOSE_FAULTS: {error}.")
    return box


def _json_object(name: str) -> dict[str, Any]:
    text = os.environ.get(name, "").strip() or "{}"
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        environment.refuse(f"{name} is {text!r}, but must be a JSON object.")
    return value


if __name__ == "__main__":
    main()
