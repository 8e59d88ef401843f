"""The transformation function: record in, record out, under the same id."""

import base64
import json
from typing import Any

import pytest

from lambdas.transform import handler as transform
from lambdas.transform.record import normalise_record

ENVELOPE = {
    "v": 1,
    "received_at": "2026-11-22T23:50:50.123456Z",
    "source": {"id": 3, "region": "DE"},
    "events": [{"messageId": "m-1", "time": "2026-11-22T23:50:49.000000Z", "email": "Ada@Example.com"}],
}


def invoke(*records: Any) -> list[dict[str, Any]]:
    lines = [one if isinstance(one, bytes) else json.dumps(one).encode() + b"\n" for one in records]
    event = {
        "invocationId": "i-1",
        "deliveryStreamArn": "arn:aws:firehose:eu-central-1:000000000000:deliverystream/idportal-events",
        "region": "eu-central-1",
        "records": [
            {
                "recordId": f"r-{number}",
                "approximateArrivalTimestamp": 1_795_391_450_123,
                "data": base64.b64encode(line).decode(),
            }
            for number, line in enumerate(lines)
        ],
    }
    return list(transform.handler(event)["records"])


def line(record: dict[str, Any]) -> dict[str, Any]:
    data = base64.b64decode(record["data"])
    assert data.endswith(b"\n")
    return dict(json.loads(data))


def test_each_record_comes_back_under_its_id_with_its_own_result() -> None:
    answers = invoke(ENVELOPE, b"not an envelope", {**ENVELOPE, "events": []}, ENVELOPE)
    assert [(one["recordId"], one["result"]) for one in answers] == [
        ("r-0", "Ok"),
        ("r-1", "ProcessingFailed"),
        ("r-2", "Dropped"),
        ("r-3", "Ok"),
    ]
    assert line(answers[0])["events"][0]["identifiers"] == [["email", "ada@example.com"]]


def test_a_record_that_can_not_be_read_keeps_its_bytes_for_replay() -> None:
    [failed] = invoke(b"\xff\x00not text")
    assert base64.b64decode(failed["data"]) == b"\xff\x00not text"


def test_a_record_whose_events_are_all_rejected_still_arrives_with_the_reasons() -> None:
    [answer] = invoke({**ENVELOPE, "events": [{"messageId": "m-1", "phone": "12"}]})
    assert answer["result"] == "Ok"
    assert line(answer)["rejected"][0]["reason"] == "unusable_identifier"


def test_a_bug_costs_one_record_a_replay_and_not_its_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    good = normalise_record

    def breaks_on_ben(envelope: dict[str, Any]) -> dict[str, Any]:
        if envelope["events"][0].get("userId") == "ben":
            raise RuntimeError("ben@example.com")
        return good(envelope)

    monkeypatch.setattr(transform, "normalise_record", breaks_on_ben)
    ben = {**ENVELOPE, "events": [{"messageId": "m-1", "userId": "ben"}]}
    assert [one["result"] for one in invoke(ENVELOPE, ben, ENVELOPE)] == ["Ok", "ProcessingFailed", "Ok"]


def test_the_log_counts_and_names_no_one(capsys: pytest.CaptureFixture[str]) -> None:
    invoke(ENVELOPE, b"ada@example.com", {**ENVELOPE, "events": [{"messageId": "m-1", "phone": "12"}]})
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "hop": "transform",
        "invocation_id": "i-1",
        "Ok": 2,
        "ProcessingFailed": 1,
        "events": 1,
        "rejected_unusable_identifier": 1,
    }
