"""Takes a batch, gives it to the HTTP endpoint as Firehose does, reads the answer as strictly, and tries again."""

import base64
import gzip
import json
import random
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from lambdas.local.spool import Batch

ANSWER_SECONDS = 180
MAX_ANSWER = 1024 * 1024
MAX_MESSAGE = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How one attempt ended: delivered, lost for good (413), or failed with an error code, to be tried again."""

    delivered: bool = False
    lost: bool = False
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """First 1 s, doubling, 15 % jitter, 2 minutes at most, until `seconds` were spent waiting."""

    seconds: float = 300.0
    first: float = 1.0
    cap: float = 120.0
    jitter: float = 0.15

    def pause(self, attempt: int) -> float:
        even = min(self.cap, self.first * 2.0 ** min(attempt - 1, 60))
        return even * random.uniform(1 - self.jitter, 1 + self.jitter)  # noqa: S311 - spreads load, guards nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    url: str
    access_key: str
    source_arn: str
    use_gzip: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    answer_seconds: float = ANSWER_SECONDS
    http: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(maxsize=16, retries=False))

    def post(self, batch: Batch) -> Verdict:
        body = request_body(batch, now_ms=time.time_ns() // 1_000_000)
        try:
            return self._answer(batch.request_id, gzip.compress(body, 1) if self.use_gzip else body)
        except (ReadTimeoutError, TimeoutError):
            return Verdict(code="HttpEndpoint.RequestTimeout", message="No answer within the time allowed.")
        except (SSLError, ssl.SSLError):
            return Verdict(code="HttpEndpoint.SSLHandshakeFailure", message="No TLS connection.")
        except (NewConnectionError, ConnectTimeoutError):
            return Verdict(code="HttpEndpoint.ConnectionFailed", message="The endpoint can't be reached.")
        except (ProtocolError, OSError):
            return Verdict(code="HttpEndpoint.ConnectionReset", message="The connection broke.")
        except HTTPError as error:
            return Verdict(code="HttpEndpoint.ConnectionFailed", message=type(error).__name__)

    def headers(self, request_id: str) -> dict[str, str]:
        return {
            "X-Amz-Firehose-Protocol-Version": "1.0",
            "X-Amz-Firehose-Request-Id": request_id,
            "X-Amz-Firehose-Source-Arn": self.source_arn,
            "X-Amz-Firehose-Access-Key": self.access_key,
            "X-Amz-Firehose-Common-Attributes": json.dumps({"commonAttributes": dict(self.attributes)}),
            "Content-Type": "application/json",
            "User-Agent": "Amazon Kinesis Data Firehose Agent/1.0",
            **({"Content-Encoding": "gzip"} if self.use_gzip else {}),
        }

    def _answer(self, request_id: str, body: bytes) -> Verdict:
        give_up = time.monotonic() + self.answer_seconds
        response = self.http.request(
            "POST",
            self.url,
            body=body,
            headers=self.headers(request_id),
            timeout=urllib3.Timeout(connect=10, read=self.answer_seconds),
            redirect=False,
            preload_content=False,
            decode_content=False,
        )
        try:
            answer = b""
            while chunk := response.read(65_536):
                answer += chunk
                if len(answer) > MAX_ANSWER:
                    response.close()
                    return Verdict(code="HttpEndpoint.ResponseTooLarge", message="The answer is larger than 1 MiB.")
                if time.monotonic() > give_up:
                    response.close()
                    raise TimeoutError
        finally:
            response.release_conn()
        return judge(status=response.status, headers=response.headers, body=answer, request_id=request_id)


def request_body(batch: Batch, *, now_ms: int) -> bytes:
    records = [{"data": base64.b64encode(record.data).decode()} for record in batch.records]
    return json.dumps({"requestId": batch.request_id, "timestamp": now_ms, "records": records}).encode()


def judge(*, status: int, headers: Mapping[str, str], body: bytes, request_id: str) -> Verdict:
    """An answer as Firehose reads it: exactly 200, and every rule kept, or it was no delivery."""
    named = {name.lower(): value for name, value in headers.items()}
    if status == 413:
        return Verdict(lost=True, code="HttpEndpoint.DestinationException", message="413: lost, it is not tried again.")
    answer = _object(body)
    if status != 200:
        said = str((answer or {}).get("errorMessage", ""))[:MAX_MESSAGE]
        return Verdict(code="HttpEndpoint.DestinationException", message=f"Status {status}. {said}".strip())
    broken = _broken_rule(named, body, answer, request_id)
    if broken:
        return Verdict(code="HttpEndpoint.InvalidResponseFromDestination", message=broken)
    return Verdict(delivered=True)


def _broken_rule(headers: Mapping[str, str], body: bytes, answer: dict[str, Any] | None, request_id: str) -> str:
    rules = {
        "Content-Type is not application/json.": headers.get("content-type") == "application/json",
        "The answer has a Content-Encoding.": "content-encoding" not in headers,
        "Content-Length is missing or wrong.": headers.get("content-length") == str(len(body)),
        "The answer is no JSON object.": answer is not None,
    }
    return next((rule for rule, kept in rules.items() if not kept), "") or _broken_field(answer or {}, request_id)


def _broken_field(answer: dict[str, Any], request_id: str) -> str:
    timestamp, message = answer.get("timestamp"), answer.get("errorMessage", "")
    rules = {
        "requestId is not that of the request.": answer.get("requestId") == request_id,
        "timestamp is not a number.": isinstance(timestamp, int | float) and not isinstance(timestamp, bool),
        "errorMessage is not a text of 8192 characters at most.": isinstance(message, str)
        and len(message) <= MAX_MESSAGE,
        "The answer has unexpected fields.": set(answer) <= {"requestId", "timestamp", "errorMessage"},
    }
    return next((rule for rule, kept in rules.items() if not kept), "")


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def deliver(
    batch: Batch,
    *,
    post: Callable[[Batch], Verdict],
    retry: Retry,
    wait: Callable[[float], bool],
    attempted: Callable[[int, float, Verdict], None],
) -> tuple[Verdict, int] | None:
    """How it ended and after how many attempts; None when `wait` said to stop. Only waiting counts against the retry
    time, not the time the endpoint takes to answer."""
    attempts, waited = batch.attempts, batch.waited
    while True:
        verdict = post(batch)
        attempts += 1
        if verdict.delivered or verdict.lost:
            return verdict, attempts
        pause = retry.pause(attempts)
        if waited + pause > retry.seconds:
            return verdict, attempts
        waited += pause
        attempted(attempts, waited, verdict)
        if wait(pause):
            return None
