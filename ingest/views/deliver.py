"""Takes a delivery as Firehose posts it, gives the answer that Firehose understands: 200 when all of it is kept.

Anything else is sent again, with one exception: 413 loses the delivery for good, so it is never given.
"""

import logging
import threading
import time
import traceback
import zlib
from binascii import a2b_base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from ingest.access_keys import is_access_key
from ingest.landing import land
from ingest.models import Delivery
from ingest.records import Record, Unreadable, read_record

logger = logging.getLogger(__name__)

MAX_BODY = 64 * 1024 * 1024
MAX_RECORDS = 10_000
MAX_REQUEST_ID = 200
# Of a process, which one interpreter lock keeps from doing more: a delivery of 1 MB takes 30 MB while it is landed, and
# so many threads would each keep that. The rest wait with their bodies unread; Firehose waits 180 s for an answer.
_AT_ONCE = threading.BoundedSemaphore(2)
_PATIENCE = 60.0
_CHUNK = 1 << 20
_MAX_MESSAGE = 8192


class Refused(Exception):
    """A request that isn't taken as it stands. `status` is never 413."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True)
class _Body:
    request_id: str
    records: list[Any]
    size: int


@csrf_exempt
def deliver(request: HttpRequest) -> HttpResponse:
    request_id = request.headers.get("X-Amz-Firehose-Request-Id", "")
    try:
        _admit(request, request_id)
        with _turn():
            body = _read_body(request, request_id)
            request_id = body.request_id
            records = map(_read_record, body.records)
            land(request_id=request_id, origin=Delivery.Origin.FIREHOSE, records=records, size=body.size)
    except Refused as no:
        logger.warning("delivery %r refused with %d: %s", request_id[:MAX_REQUEST_ID], no.status, no.message)
        return _answer(request_id, no.status, no.message)
    except DatabaseError as error:
        message = f"the database did not take the delivery: {_named(error)}"
        logger.error("delivery %r not landed: %s", request_id, message)
        return _answer(request_id, 503, message)
    except Exception as error:  # its text may hold personal data; where it came from does not
        where = "".join(traceback.format_tb(error.__traceback__))
        logger.error("delivery %r not landed: %s\n%s", request_id, type(error).__name__, where)
        return _answer(request_id, 500, f"the delivery could not be landed: {type(error).__name__}")
    return _answer(request_id, 200)


def _admit(request: HttpRequest, request_id: str) -> None:
    if request.method != "POST":
        raise Refused(405, "deliveries are posted")
    given = request.META.get("HTTP_X_AMZ_FIREHOSE_ACCESS_KEY", "").encode("latin-1", "replace")
    if not is_access_key(given):
        raise Refused(401, "the access key is not one of FIREHOSE_ACCESS_KEYS")
    if request.headers.get("X-Amz-Firehose-Source-Arn") not in settings.FIREHOSE_SOURCE_ARNS:
        raise Refused(403, "the source ARN is not one of FIREHOSE_SOURCE_ARNS")
    version = request.headers.get("X-Amz-Firehose-Protocol-Version", "1.0")
    if version != "1.0":
        raise Refused(400, "this is not version 1.0 of the protocol")
    if len(request_id) > MAX_REQUEST_ID:
        raise Refused(400, f"the request id is longer than {MAX_REQUEST_ID} characters")


@contextmanager
def _turn() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        raise Refused(503, "other deliveries are still being landed")
    try:
        yield
    finally:
        _AT_ONCE.release()


def _read_body(request: HttpRequest, request_id: str) -> _Body:
    data = _body_bytes(request)
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise Refused(400, "the body is not JSON") from None
    if not isinstance(body, dict) or not isinstance(body.get("records"), list):
        raise Refused(400, "the body has no list of records")
    stated = body.get("requestId")
    if not isinstance(stated, str) or not 0 < len(stated) <= MAX_REQUEST_ID or "\0" in stated:
        raise Refused(400, "the body has no requestId")
    if request_id not in ("", stated):
        raise Refused(400, "requestId in the body is not that of the header")
    if len(body["records"]) > MAX_RECORDS:
        raise Refused(400, f"{len(body['records'])} records, at most {MAX_RECORDS}")
    return _Body(stated, body["records"], len(data))


def _body_bytes(request: HttpRequest) -> bytearray:
    """The body, unpacked, read by ourselves: Django's limit is for forms."""
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise Refused(400, "the content encoding is neither gzip nor absent")
    chunks = _unzipped(_chunks(request)) if encoding == "gzip" else _chunks(request)
    body = bytearray()
    try:
        for chunk in chunks:
            body += chunk
            if len(body) > MAX_BODY:
                raise Refused(500, f"the body is larger than {MAX_BODY} bytes: lower the buffer size of the stream")
    except OSError:
        raise Refused(400, "the body broke off") from None
    except (zlib.error, EOFError):
        raise Refused(400, "the body is not gzip") from None
    return body


def _chunks(request: HttpRequest) -> Iterator[bytes]:
    # A proxy may send the body on in chunks; Django reads none without a length.
    stream = request.META["wsgi.input"] if "HTTP_TRANSFER_ENCODING" in request.META else request
    while chunk := stream.read(_CHUNK):
        yield chunk


def _unzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Bit by bit, so that a small body that unpacks to a huge one is stopped at the limit.

    Raises zlib.error or EOFError.
    """
    unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    for chunk in chunks:
        data = chunk
        while data and not unzip.eof:
            yield unzip.decompress(data, _CHUNK)
            data = unzip.unconsumed_tail
    if not unzip.eof:
        raise EOFError


def _read_record(record: Any) -> Record:
    data = record.get("data") if isinstance(record, dict) else None
    if not isinstance(data, str):
        return Unreadable(orjson.dumps(record), "a record without data")
    try:
        return read_record(a2b_base64(data, strict_mode=True))
    except ValueError:
        return Unreadable(data.encode(), "not base64")


def _named(error: DatabaseError) -> str:
    """What went wrong, without the values that PostgreSQL shows along."""
    state = getattr(error.__cause__, "sqlstate", None)
    return f"{type(error).__name__} {state}" if state else type(error).__name__


def _answer(request_id: str, status: int, message: str = "") -> HttpResponse:
    said: dict[str, Any] = {"requestId": request_id[:MAX_REQUEST_ID], "timestamp": time.time_ns() // 1_000_000}
    if message:
        said["errorMessage"] = message[:_MAX_MESSAGE]
    content = orjson.dumps(said)
    headers = {"Content-Length": str(len(content))}
    return HttpResponse(content, status=status, content_type="application/json", headers=headers)
