"""Takes records, gives them to the transformation function as Firehose does; sorts what it answers."""

import base64
import binascii
import json
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lambdas.local.spool import Record

RETRIES = 3
MAX_PAYLOAD = 6 * 1024 * 1024
FUNCTION_ARN = "arn:aws:lambda:eu-central-1:000000000000:function:idportal-transform:$LATEST"

Function = Callable[[dict[str, Any], object], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    record: Record
    code: str
    message: str
    attempts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Transformed:
    ready: list[Record]
    failed: list[Failed]
    dropped: int


def transform(records: Sequence[Record], *, function: Function, arn: str) -> Transformed:
    """A function that breaks is tried again three times, then its records are set aside."""
    event = _event(records, arn)
    error = ""
    for _ in range(1 + RETRIES):
        try:
            return _sorted(records, _called(function, event))
        except Exception as exception:  # whatever a function may raise
            error = type(exception).__name__
    failed = [
        Failed(record=record, code="Lambda.FunctionError", message=error, attempts=1 + RETRIES) for record in records
    ]
    return Transformed(ready=[], failed=failed, dropped=0)


def _event(records: Sequence[Record], arn: str) -> dict[str, Any]:
    return {
        "invocationId": str(uuid.uuid4()),
        "deliveryStreamArn": arn,
        "region": arn.split(":")[3],
        "records": [
            {
                "recordId": record.record_id,
                "approximateArrivalTimestamp": record.arrived_ms,
                "data": base64.b64encode(record.data).decode(),
            }
            for record in records
        ],
    }


def _called(function: Function, event: dict[str, Any]) -> list[Any]:
    answer = function(event, None)
    if len(json.dumps(answer)) > MAX_PAYLOAD:
        raise OverflowError("the answer is larger than 6 MB")
    return list(answer["records"])


def _sorted(records: Sequence[Record], answers: list[Any]) -> Transformed:
    by_id = {answer["recordId"]: answer for answer in answers}
    times = Counter(answer["recordId"] for answer in answers)
    ready: list[Record] = []
    failed: list[Failed] = []
    dropped = 0
    for record in records:
        result = by_id.get(record.record_id, {}).get("result")
        error = _error(times[record.record_id], result)
        if error:
            failed.append(Failed(record=record, code=error[0], message=error[1]))
        elif result == "Dropped":
            dropped += 1
        else:
            _keep(record, by_id[record.record_id].get("data"), ready, failed)
    return Transformed(ready=ready, failed=failed, dropped=dropped)


def _error(times: int, result: object) -> tuple[str, str] | None:
    if times == 0:
        return "Lambda.MissingRecordId", "The record id is not in the function's answer."
    if times > 1:
        return "Lambda.DuplicatedRecordId", "The record id is more than once in the function's answer."
    if result not in ("Ok", "Dropped"):
        return "Lambda.ProcessingFailedStatus", f"ProcessingFailed status set for record (result {result})."
    return None


def _keep(record: Record, data: object, ready: list[Record], failed: list[Failed]) -> None:
    try:
        ready.append(Record(record.record_id, record.arrived_ms, base64.b64decode(str(data), validate=True)))
    except binascii.Error:
        message = "The function's data is not base64."
        failed.append(Failed(record=record, code="Lambda.JsonProcessingException", message=message))
