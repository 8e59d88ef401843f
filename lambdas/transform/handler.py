"""Takes a Firehose transformation event, gives for each record Ok with the normalised record, Dropped for one without
events, or ProcessingFailed for one that can't be read (Firehose keeps it for replay)."""

import base64
import binascii
from collections import Counter
from collections.abc import Mapping
from typing import Any

from lambdas import strict_json
from lambdas.log import log
from lambdas.transform.record import Unreadable, normalise_record, read_record


def handler(event: Mapping[str, Any], _context: object = None) -> dict[str, Any]:
    told: Counter[str] = Counter()
    records = [_transformed(record, told) for record in event["records"]]
    log(hop="transform", invocation_id=event.get("invocationId"), **told)
    return {"records": records}


def _transformed(record: Mapping[str, Any], told: Counter[str]) -> dict[str, Any]:
    result, data = _result(record["data"], told)
    told[result] += 1
    return {"recordId": record["recordId"], "result": result, "data": data}


def _result(data: str, told: Counter[str]) -> tuple[str, str]:
    try:
        done = normalise_record(read_record(base64.b64decode(data)))
        line = strict_json.dump(done) + b"\n"
    except (Unreadable, binascii.Error):
        return "ProcessingFailed", data
    except Exception as error:  # a bug shall cost one record a replay, not its neighbours
        told[f"bug_{type(error).__name__}"] += 1
        return "ProcessingFailed", data
    told["events"] += len(done["events"])
    told.update(f"rejected_{one['reason']}" for one in done.get("rejected", ()))
    if not done["events"] and not done.get("rejected"):
        return "Dropped", data
    return "Ok", base64.b64encode(line).decode()
