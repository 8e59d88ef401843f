"""Takes Firehose's JSON protocol over HTTP, gives its answers: PutRecord, PutRecordBatch, DescribeDeliveryStream, and a
few addresses under /_control for tests and people."""

import base64
import binascii
import json
import secrets
import time
import uuid
from collections.abc import Callable
from typing import Any

from lambdas.local.server import HangUp, HttpRequest, HttpResponse
from lambdas.local.spool import Record
from lambdas.local.stream import DeliveryStream

MAX_RECORDS = 500
MAX_CALL = 4 * 1024 * 1024
MAX_RECORD = 1000 * 1024
MAX_BODY = 16 * 1024 * 1024
TARGET = "Firehose_20150804."


class Fault(Exception):
    """An error of the protocol: its type, a message, a status."""

    def __init__(self, kind: str, message: str, *, status: int = 400) -> None:
        super().__init__(kind)
        self.kind = kind
        self.message = message
        self.status = status


def firehose(stream: DeliveryStream) -> Callable[[HttpRequest], HttpResponse]:
    def respond(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/_control/"):
            return _control(stream, request)
        if request.method == "GET" and request.path == "/healthz":
            return _plain(200, {"status": "ok"})
        try:
            return _answer(200, _operation(stream, request))
        except Fault as fault:
            return _answer(fault.status, {"__type": fault.kind, "message": fault.message})

    return respond


def _operation(stream: DeliveryStream, request: HttpRequest) -> dict[str, Any]:
    target = request.header("x-amz-target")
    operations = {"PutRecord": _put_record, "PutRecordBatch": _put_batch, "DescribeDeliveryStream": _describe}
    operation = operations.get(target.removeprefix(TARGET))
    if request.method != "POST" or operation is None:
        raise Fault("UnknownOperationException", f"{target or 'this'} is no operation of the double.")
    try:
        wanted = json.loads(request.body)
    except ValueError:
        raise Fault("SerializationException", "The body is not JSON.") from None
    if not isinstance(wanted, dict) or wanted.get("DeliveryStreamName") != stream.plan.name:
        raise Fault("ResourceNotFoundException", "Firehose not found under this name.")
    return operation(stream, wanted)


def _put_record(stream: DeliveryStream, wanted: dict[str, Any]) -> dict[str, Any]:
    [result] = _put(stream, [wanted.get("Record")])
    if "ErrorCode" in result:
        raise Fault("ServiceUnavailableException", "Slow down.", status=503)
    return {**result, "Encrypted": False}


def _put_batch(stream: DeliveryStream, wanted: dict[str, Any]) -> dict[str, Any]:
    posted = wanted.get("Records")
    if not isinstance(posted, list) or not 1 <= len(posted) <= MAX_RECORDS:
        raise Fault("ValidationException", f"Records has 1 to {MAX_RECORDS} members.")
    results = _put(stream, posted)
    failed = sum("ErrorCode" in result for result in results)
    return {"FailedPutCount": failed, "Encrypted": False, "RequestResponses": results}


def _put(stream: DeliveryStream, posted: list[Any]) -> list[dict[str, str]]:
    data = [_data(record) for record in posted]
    if sum(map(len, data)) > MAX_CALL:
        raise Fault("InvalidArgumentException", "Records total size exceeds 4 MiB.")
    faults, strikes = stream.faults.now, stream.faults.strikes
    time.sleep(faults.put_delay)
    if strikes(faults.put_throttle):
        raise Fault("ServiceUnavailableException", "Slow down.", status=503)
    refused = [strikes(faults.put_partial) for _ in data]
    arrived_ms = time.time_ns() // 1_000_000
    records = [Record(_record_id(), arrived_ms, one) for one in data]
    _take(stream, [record for record, no in zip(records, refused, strict=True) if not no])
    if strikes(faults.put_lose_answer):
        raise HangUp
    return [
        {"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."}
        if no
        else {"RecordId": one.record_id}
        for one, no in zip(records, refused, strict=True)
    ]


def _take(stream: DeliveryStream, records: list[Record]) -> None:
    try:
        if records:
            stream.take(records)
    except Exception as error:  # a full disk: the caller keeps its records
        raise Fault("ServiceUnavailableException", f"The spool failed: {type(error).__name__}.", status=503) from None


def _data(record: Any) -> bytes:
    try:
        data = base64.b64decode(record["Data"], validate=True)
    except (TypeError, KeyError, binascii.Error):
        raise Fault("SerializationException", "A record has base64 Data.") from None
    if len(data) > MAX_RECORD:
        raise Fault("ValidationException", f"A record has at most {MAX_RECORD} bytes.")
    return data


def _record_id() -> str:
    return secrets.token_hex(28)


def _describe(stream: DeliveryStream, _wanted: dict[str, Any]) -> dict[str, Any]:
    plan = stream.plan
    hints = {"SizeInMBs": max(1, plan.to_deliver.size // 1_000_000), "IntervalInSeconds": int(plan.to_deliver.seconds)}
    destination = {
        "DestinationId": "destinationId-000000000001",
        "HttpEndpointDestinationDescription": {
            "EndpointConfiguration": {"Url": plan.endpoint.url, "Name": plan.name},
            "BufferingHints": hints,
            "RetryOptions": {"DurationInSeconds": int(plan.retry.seconds)},
            "S3BackupMode": "AllData",
        },
    }
    return {
        "DeliveryStreamDescription": {
            "DeliveryStreamName": plan.name,
            "DeliveryStreamARN": plan.arn,
            "DeliveryStreamStatus": "ACTIVE",
            "DeliveryStreamType": "DirectPut",
            "VersionId": "1",
            "Destinations": [destination],
            "HasMoreDestinations": False,
        }
    }


def _control(stream: DeliveryStream, request: HttpRequest) -> HttpResponse:
    """GET state; POST faults with {name: share or seconds}, which replaces all faults before."""
    if (request.method, request.path) == ("GET", "/_control/state"):
        return _plain(
            200, {**stream.spool.counts(), "last_error": stream.last_error, "faults": stream.faults.as_json()}
        )
    if (request.method, request.path) != ("POST", "/_control/faults"):
        return _plain(404, {"message": "GET /_control/state or POST /_control/faults"})
    try:
        stream.faults.change(json.loads(request.body or b"{}"))
    except ValueError as error:
        return _plain(400, {"message": str(error)})
    return _plain(200, stream.faults.as_json())


def _answer(status: int, body: dict[str, Any]) -> HttpResponse:
    headers = {"content-type": "application/x-amz-json-1.1", "x-amzn-requestid": str(uuid.uuid4())}
    return HttpResponse(status=status, headers=headers, body=json.dumps(body).encode())


def _plain(status: int, body: dict[str, Any]) -> HttpResponse:
    return HttpResponse(status=status, headers={"content-type": "application/json"}, body=json.dumps(body).encode())
