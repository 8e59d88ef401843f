"""Takes records, gives them to Firehose in one PutRecordBatch; its answer, or the error with its code."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import urllib3

from lambdas.collect.signing import Credentials, read_credentials, signed

TARGET = "Firehose_20150804.PutRecordBatch"
_CONNECT, _READ = 1, 5


class Failed(Exception):
    """No record of the call is surely taken. The message is AWS's error code, or what broke on the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firehose:
    url: str
    region: str
    credentials: Credentials
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    http: urllib3.PoolManager = field(
        default_factory=lambda: urllib3.PoolManager(
            maxsize=64, retries=False, timeout=urllib3.Timeout(connect=_CONNECT, read=_READ)
        )
    )

    def put_record_batch(self, *, stream: str, records: Sequence[bytes]) -> list[str]:
        """For each record the code of its error, or "" where Firehose has it. Raises Failed."""
        wanted = {
            "DeliveryStreamName": stream,
            "Records": [{"Data": base64.b64encode(one).decode()} for one in records],
        }
        answer = self._called(json.dumps(wanted).encode())
        try:
            codes = [str(one.get("ErrorCode") or "") for one in answer["RequestResponses"]]
        except (AttributeError, KeyError, TypeError):
            raise Failed("InvalidAnswer") from None
        if len(codes) != len(records):
            raise Failed("InvalidAnswer")
        return codes

    def _called(self, body: bytes) -> Any:
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": TARGET}
        host = urlsplit(self.url).netloc
        sent = signed(
            headers=headers, body=body, host=host, region=self.region, service="firehose",
            credentials=self.credentials, now=self.now(),
        )  # fmt: skip
        try:
            response = self.http.request("POST", self.url, body=body, headers=sent, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            raise Failed(_broken(error)) from error
        try:
            answer = json.loads(response.data)
        except ValueError:
            answer = None
        if response.status != 200:
            raise Failed(_code(response.status, response.headers, answer))
        return answer


def make_firehose(env: Mapping[str, str]) -> Firehose:
    """Raises KeyError where the environment has no region or credentials."""
    region = env["AWS_REGION"]
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    url = env.get("AWS_ENDPOINT_URL_FIREHOSE") or env.get("AWS_ENDPOINT_URL") or f"https://firehose.{region}.{suffix}"
    return Firehose(url=url.rstrip("/") + "/", region=region, credentials=read_credentials(env))


def _code(status: int, headers: Mapping[str, str], answer: Any) -> str:
    """As the JSON protocol says it: `prefix#Code:address`, in a header or in the body."""
    stated = headers.get("x-amzn-errortype") or (answer.get("__type") if isinstance(answer, dict) else None)
    return str(stated).rpartition("#")[2].partition(":")[0] if stated else f"Status{status}"


def _broken(error: Exception) -> str:
    if isinstance(error, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError):
        return "EndpointConnectionError"
    return type(error).__name__
