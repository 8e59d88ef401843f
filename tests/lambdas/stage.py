"""A portal that can be told how to answer, and a Firehose double, both on real sockets."""

import hashlib
import json
import os
import socket
import subprocess
import threading
import time
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from lambdas.local.delivery import Endpoint, Retry
from lambdas.local.faults import FaultBox
from lambdas.local.server import HttpRequest, HttpResponse, Server
from lambdas.local.stream import Buffer, DeliveryStream, Plan
from lambdas.local.wire import MAX_BODY, firehose
from lambdas.transform.handler import handler as transform

ROOT = Path(__file__).parents[2]
ARN = "arn:aws:firehose:eu-central-1:000000000000:deliverystream/idportal-events"

# What collect's handler needs to be imported; each test gives it the stream and registry it talks to.
os.environ.update(
    AWS_REGION="eu-central-1",
    AWS_ACCESS_KEY_ID="local",
    AWS_SECRET_ACCESS_KEY="local",
    FIREHOSE_STREAM="idportal-events",
    REGISTRY_URL="http://127.0.0.1:9/",
    REGISTRY_TOKEN="registry-token",
)


Start = Callable[..., "subprocess.Popen[str]"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(condition: Callable[[], Any], *, within: float = 10.0) -> Any:
    give_up = time.monotonic() + within
    while not (value := condition()):
        assert time.monotonic() < give_up, "it never came true"
        time.sleep(0.01)
    return value


def source(**changes: Any) -> dict[str, Any]:
    """A source of the registry, valid by default."""
    return {
        "id": 3,
        "name": "web",
        "write_key_sha256": sha256("wk_web"),
        "secret_sha256": sha256("sk_web"),
        "origins": [],
        "client_ip": "truncated",
        "region": "DE",
        "default": True,
        "enabled": True,
        **changes,
    }


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def fine(request_id: str) -> HttpResponse:
    return answer({"requestId": request_id, "timestamp": 1_795_391_450_000})


def answer(body: Any, *, status: int = 200, content_type: str = "application/json", **headers: str) -> HttpResponse:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpResponse(status=status, headers={"content-type": content_type, **headers}, body=data)


class Portal:
    """The registry and the delivery endpoint. `answers` are used up one a delivery, then everything is fine."""

    def __init__(self) -> None:
        self.forget()
        self._lock = threading.Lock()
        self.server = Server(host="127.0.0.1", port=0, respond=self._respond, max_body=64 * 1024 * 1024)
        self.server.serve_in_background()

    def forget(self) -> None:
        self.sources: list[dict[str, Any]] = [source()]
        self.answers: list[Callable[[str], HttpResponse]] = []
        self.deliveries: list[HttpRequest] = []
        self.registry_requests: list[HttpRequest] = []
        self.registry_status = 200

    @property
    def url(self) -> str:
        return self.server.url + "/ingest/v1/deliveries"

    @property
    def registry_url(self) -> str:
        return self.server.url + "/ingest/v1/registry"

    def request_ids(self) -> list[str]:
        return [request.header("x-amz-firehose-request-id") for request in self.deliveries]

    def envelopes(self) -> list[dict[str, Any]]:
        bodies = [json.loads(request.body) for request in list(self.deliveries)]
        return [json.loads(b64decode(record["data"])) for body in bodies for record in body["records"]]

    def message_ids(self) -> list[str]:
        return [event["message_id"] for envelope in self.envelopes() for event in envelope["events"]]

    def _respond(self, request: HttpRequest) -> HttpResponse:
        if request.path.endswith("/registry"):
            return self._registry(request)
        with self._lock:
            self.deliveries.append(request)
            make = self.answers.pop(0) if self.answers else fine
        return make(request.header("x-amz-firehose-request-id"))

    def _registry(self, request: HttpRequest) -> HttpResponse:
        self.registry_requests.append(request)
        body = json.dumps({"version": 1, "sources": self.sources}).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()}"'
        if self.registry_status != 200:
            return HttpResponse(status=self.registry_status)
        if request.header("if-none-match") == etag:
            return HttpResponse(status=304)
        return answer(body, etag=etag)


class Double:
    """The Firehose double in this process, on a socket of its own. Retries take milliseconds, not minutes."""

    def __init__(self, root: Path, portal_url: str, **changes: Any) -> None:
        plan = Plan(
            name="idportal-events",
            arn=ARN,
            root=root,
            endpoint=Endpoint(url=portal_url, access_key="key", source_arn=ARN, answer_seconds=2),
            function=transform,
            to_transform=Buffer(size=1_000_000, seconds=0),
            to_deliver=Buffer(size=1_000_000, seconds=0),
            retry=Retry(seconds=3600, first=0.01, cap=0.05),
        )
        self.stream = DeliveryStream(replace(plan, **changes), faults=FaultBox(seed=7))
        self.server = Server(host="127.0.0.1", port=0, respond=firehose(self.stream), max_body=MAX_BODY)
        self.stream.start()
        self.server.serve_in_background()

    @property
    def url(self) -> str:
        return self.server.url

    def fault(self, **shares: float) -> None:
        self.stream.faults.change(shares)

    def counts(self) -> dict[str, int]:
        return self.stream.spool.counts()

    def settled(self) -> bool:
        counts = self.counts()
        return counts["waiting_to_transform"] == counts["waiting_to_deliver"] == 0

    def close(self) -> None:
        self.server.finish(seconds=1)
        self.stream.stop(seconds=3)
