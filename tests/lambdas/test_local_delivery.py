"""How Firehose delivers: its headers, how strictly it reads the answer, when it tries again, what is lost."""

import base64
import gzip
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lambdas.local import stream
from lambdas.local.delivery import Endpoint, Retry, Verdict, deliver, judge
from lambdas.local.server import HangUp, HttpResponse
from lambdas.local.spool import Batch, Record
from lambdas.local.stream import Buffer
from tests.lambdas.stage import ARN, Double, Portal, answer, eventually, fine

GOOD = {"requestId": "q-1", "timestamp": 1_795_391_450_123}
BATCH = Batch("q-1", [Record("r-1", 1_795_391_450_000, b"one\n"), Record("r-2", 1_795_391_450_001, b"")])
INVALID = "HttpEndpoint.InvalidResponseFromDestination"
REFUSED = "HttpEndpoint.DestinationException"


def verdict(body: Any = GOOD, *, status: int = 200, **headers: str) -> Verdict:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    given = {"content-type": "application/json", "content-length": str(len(data)), **named}
    return judge(status=status, headers=given, body=data, request_id="q-1")


def test_exactly_the_right_answer_is_a_delivery() -> None:
    assert verdict().delivered
    assert verdict({**GOOD, "errorMessage": "slow today"}).delivered


@pytest.mark.parametrize(
    ("reading", "code"),
    [
        (verdict(status=201), REFUSED),
        (verdict(status=204), REFUSED),
        (verdict(status=302), REFUSED),
        (verdict(status=500), REFUSED),
        (verdict(content_type="application/json; charset=utf-8"), INVALID),
        (verdict(content_type="text/html"), INVALID),
        (verdict(content_encoding="gzip"), INVALID),
        (verdict(content_length=""), INVALID),
        (verdict(b"<html>"), INVALID),
        (verdict([GOOD]), INVALID),
        (verdict({"timestamp": 1}), INVALID),
        (verdict({**GOOD, "requestId": "q-2"}), INVALID),
        (verdict({**GOOD, "timestamp": "1795391450123"}), INVALID),
        (verdict({**GOOD, "timestamp": True}), INVALID),
        (verdict({**GOOD, "landed": 2}), INVALID),
        (verdict({**GOOD, "errorMessage": "x" * 8193}), INVALID),
    ],
)
def test_every_broken_rule_is_a_failed_delivery(reading: Verdict, code: str) -> None:
    assert (reading.delivered, reading.lost, reading.code) == (False, False, code)


def test_a_413_is_lost() -> None:
    assert verdict(status=413).lost


def attempts_of(verdicts: list[Verdict], **retry: float) -> tuple[list[float], tuple[Verdict, int] | None]:
    pauses: list[float] = []

    def wait(pause: float) -> bool:
        pauses.append(pause)
        return False

    ended = deliver(
        BATCH,
        post=lambda _batch: verdicts.pop(0) if len(verdicts) > 1 else verdicts[0],
        retry=Retry(**retry),
        wait=wait,
        attempted=lambda *_: None,
    )
    return pauses, ended


def test_retries_wait_one_second_then_twice_as_long_up_to_two_minutes() -> None:
    failed = Verdict(code=REFUSED)
    pauses, ended = attempts_of([failed] * 10 + [Verdict(delivered=True)], seconds=7200)
    assert ended == (Verdict(delivered=True), 11)
    for pause, even in zip(pauses, [1, 2, 4, 8, 16, 32, 64, 120, 120, 120], strict=True):
        assert even * 0.85 <= pause <= even * 1.15


def test_the_retry_time_ends_the_retries() -> None:
    pauses, ended = attempts_of([Verdict(code=REFUSED)], seconds=300)
    assert ended is not None
    assert ended[1] == len(pauses) + 1
    assert 100 < sum(pauses) <= 300
    assert attempts_of([Verdict(code=REFUSED)], seconds=0) == ([], (Verdict(code=REFUSED), 1))


def test_a_batch_goes_on_where_it_was_before_a_restart() -> None:
    batch = replace(BATCH, attempts=5, waited=299.0)
    failed = Verdict(code=REFUSED)
    ended = deliver(
        batch, post=lambda _: failed, retry=Retry(seconds=300), wait=lambda _: False, attempted=lambda *_: None
    )
    assert ended == (failed, 6)


def endpoint(portal: Portal, **changes: Any) -> Endpoint:
    return Endpoint(url=portal.url, access_key="the key", source_arn=ARN, **changes)


def test_the_request_is_firehoses(portal: Portal) -> None:
    assert endpoint(portal, attributes={"stage": "test"}).post(BATCH).delivered
    [request] = portal.deliveries
    assert {name.lower(): value for name, value in request.headers if name.lower().startswith("x-amz")} == {
        "x-amz-firehose-protocol-version": "1.0",
        "x-amz-firehose-request-id": "q-1",
        "x-amz-firehose-source-arn": ARN,
        "x-amz-firehose-access-key": "the key",
        "x-amz-firehose-common-attributes": '{"commonAttributes": {"stage": "test"}}',
    }
    assert request.header("content-type") == "application/json"
    assert not request.header("content-encoding")
    body = json.loads(request.body)
    assert abs(body["timestamp"] - time.time() * 1000) < 60_000
    assert (body["requestId"], body["records"]) == ("q-1", [{"data": "b25lCg=="}, {"data": ""}])


def test_gzip_when_asked(portal: Portal) -> None:
    assert endpoint(portal, use_gzip=True).post(BATCH).delivered
    [request] = portal.deliveries
    assert request.header("content-encoding") == "gzip"
    assert json.loads(gzip.decompress(request.body))["requestId"] == "q-1"


def hang_up(_request_id: str) -> HttpResponse:
    raise HangUp


def fall_asleep(request_id: str) -> HttpResponse:
    time.sleep(0.5)
    return fine(request_id)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (hang_up, "HttpEndpoint.ConnectionReset"),
        (fall_asleep, "HttpEndpoint.RequestTimeout"),
        (lambda _id: answer(b"x" * 1_100_000), "HttpEndpoint.ResponseTooLarge"),
        (lambda _id: answer({}, status=302, location="/elsewhere"), REFUSED),
    ],
)
def test_what_happens_on_the_wire_has_its_code(make: Callable[[str], HttpResponse], code: str, portal: Portal) -> None:
    portal.answers = [make]
    assert endpoint(portal, answer_seconds=0.2).post(BATCH).code == code


def test_no_one_at_the_address() -> None:
    nobody = Endpoint(url="http://127.0.0.1:9/", access_key="k", source_arn=ARN)
    assert nobody.post(BATCH).code == "HttpEndpoint.ConnectionFailed"


def put(double: Double, *data: bytes) -> None:
    arrived_ms = 1_795_391_450_000
    records = [Record(uuid.uuid4().hex, arrived_ms + number, one) for number, one in enumerate(data)]
    double.stream.take(records)


def envelope(message_id: str) -> bytes:
    return (
        json.dumps(
            {
                "v": 1,
                "received_at": "2026-11-22T23:50:50Z",
                "source": {"id": 3, "region": ""},
                "events": [{"messageId": message_id, "user_id": "ada"}],
            }
        ).encode()
        + b"\n"
    )


def test_the_same_batch_keeps_its_request_id_until_it_is_taken(double: Double, portal: Portal) -> None:
    portal.answers = [
        lambda _id: answer({}, status=503),
        lambda _id: answer({"requestId": "wrong", "timestamp": 1}),
        hang_up,
    ]
    put(double, envelope("m-1"))
    eventually(lambda: double.counts().get("delivered") == 1)
    assert len(portal.deliveries) == 4
    assert len(set(portal.request_ids())) == 1
    assert len({json.dumps(json.loads(request.body)["records"]) for request in portal.deliveries}) == 1


def test_a_413_is_counted_and_neither_tried_again_nor_set_aside(double: Double, portal: Portal) -> None:
    portal.answers = [lambda _id: answer({}, status=413)]
    put(double, envelope("m-1"))
    eventually(lambda: double.counts().get("lost") == 1)
    assert len(portal.deliveries) == 1
    assert not (double.stream.plan.root / "errors").exists()


def test_a_delivery_that_failed_for_good_is_set_aside_for_replay(
    make_double: Callable[..., Double], portal: Portal
) -> None:
    portal.answers = [lambda _id: answer({"errorMessage": 'no "room"'}, status=500)] * 50
    double = make_double(retry=Retry(seconds=0.05, first=0.01))
    put(double, envelope("m-1"), envelope("m-2"))
    eventually(lambda: double.counts().get("delivery_failed") == 2)
    [path] = (double.stream.plan.root / "errors" / "http-endpoint-failed").glob("*/*/*/*/*")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["arrivalTimestamp"] for line in lines] == [1_795_391_450_000, 1_795_391_450_001]
    first = lines[0]
    assert first["attemptsMade"] == len(portal.deliveries)
    assert (first["errorCode"], first["errorMessage"]) == (REFUSED, 'Status 500. no "room"')
    assert first["attemptEndingTimestamp"] > first["arrivalTimestamp"]
    assert {"subsequenceNumber", "dataId"} < set(first)
    assert json.loads(base64.b64decode(first["rawData"]))["events"][0]["message_id"] == "m-1"


def test_a_record_that_can_not_be_transformed_is_set_aside_and_its_neighbours_delivered(
    double: Double, portal: Portal
) -> None:
    put(double, envelope("m-1"), b"poison\n", envelope("m-2"))
    eventually(lambda: double.counts().get("delivered") == 2)
    assert sorted(portal.message_ids()) == ["m-1", "m-2"]
    [path] = (double.stream.plan.root / "errors" / "processing-failed").glob("*/*/*/*/*")
    [line] = [json.loads(line) for line in path.read_text().splitlines()]
    assert base64.b64decode(line["rawData"]) == b"poison\n"
    assert (line["attemptsMade"], line["errorCode"]) == (1, "Lambda.ProcessingFailedStatus")
    assert line["lambdaArn"].endswith(":$LATEST")


def test_a_function_that_breaks_is_tried_four_times(make_double: Callable[..., Double]) -> None:
    calls = []

    def broken(event: dict[str, Any], _context: object) -> None:
        calls.append(event)
        raise RuntimeError("no memory left")

    double = make_double(function=broken)
    put(double, envelope("m-1"))
    eventually(lambda: double.counts().get("processing_failed") == 1)
    assert len(calls) == 4
    assert calls[0]["records"][0].keys() == {"recordId", "approximateArrivalTimestamp", "data"}


def test_an_answer_without_a_record_or_with_it_twice_fails_that_record(make_double: Callable[..., Double]) -> None:
    def forgetful(event: dict[str, Any], _context: object) -> dict[str, Any]:
        a, b, _c = event["records"]
        ok = {"result": "Ok", "data": a["data"]}
        twice = {"recordId": b["recordId"], **ok}
        return {"records": [{"recordId": a["recordId"], **ok}, twice, twice]}

    double = make_double(function=forgetful)
    put(double, envelope("m-1"), envelope("m-2"), envelope("m-3"))
    eventually(lambda: double.counts().get("processing_failed") == 2)
    eventually(lambda: double.counts().get("delivered") == 1)


def test_the_archive_holds_every_record_as_it_was_accepted(double: Double) -> None:
    for number in range(3):
        put(double, envelope(f"m-{number}"), b"poison\n")
        eventually(double.settled)
    [path] = (double.stream.plan.root / "archive").glob("*/*/*/*/*.gz")
    lines = gzip.decompress(path.read_bytes()).splitlines()
    assert len(lines) == 6
    assert lines.count(b"poison") == 3


def test_records_wait_until_the_buffer_is_full_or_old_enough(
    make_double: Callable[..., Double], portal: Portal
) -> None:
    double = make_double(to_deliver=Buffer(size=2_000, seconds=3600))
    put(double, envelope("m-1"))
    eventually(lambda: double.counts().get("transformed") == 1)
    assert not portal.deliveries
    for number in range(2, 12):
        put(double, envelope(f"m-{number}"))
    eventually(lambda: portal.deliveries)
    assert len(json.loads(portal.deliveries[0].body)["records"]) > 1


def test_a_clock_that_was_set_back_holds_nothing_up(make_double: Callable[..., Double], portal: Portal) -> None:
    double = make_double(to_transform=Buffer(size=1_000_000, seconds=60))
    later = int(time.time() * 1000) + 3_600_000
    double.stream.take([Record("r-1", later, envelope("m-1"))])
    assert eventually(portal.message_ids) == ["m-1"]


def test_one_batch_in_trouble_does_not_hold_up_the_next(double: Double, portal: Portal) -> None:
    portal.answers = [lambda _id: answer({}, status=503)]
    double.stream.plan = replace(double.stream.plan, retry=Retry(first=30))
    put(double, envelope("m-1"))
    eventually(lambda: portal.deliveries)
    put(double, envelope("m-2"))
    eventually(lambda: double.counts().get("delivered") == 1)
    assert double.counts()["waiting_to_deliver"] == 1


@pytest.mark.parametrize(
    ("fault", "ids"),
    [("deliver_duplicate", 1), ("deliver_lose_answer", 1), ("deliver_again", 2)],
)
def test_injected_faults_repeat_deliveries(fault: str, ids: int, double: Double, portal: Portal) -> None:
    double.fault(**{fault: 0.99})
    put(double, envelope("m-1"))
    eventually(lambda: len(portal.deliveries) >= 2)
    double.fault()
    eventually(lambda: double.counts().get("delivered") == 1)
    assert len(set(portal.request_ids())) == ids
    assert set(portal.message_ids()) == {"m-1"}


def test_injected_reordering_shuffles_and_loses_nothing(make_double: Callable[..., Double], portal: Portal) -> None:
    double = make_double(to_deliver=Buffer(size=1_000_000, seconds=0.05))
    double.fault(deliver_reorder=1.0)
    put(double, *(envelope(f"m-{number}") for number in range(30)))
    eventually(double.settled)
    order = portal.message_ids()
    assert sorted(order) == sorted(f"m-{number}" for number in range(30))
    assert order != [f"m-{number}" for number in range(30)]


def test_a_full_disk_for_error_objects_stops_the_batch_until_there_is_room(
    make_double: Callable[..., Double], portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PAUSE_AFTER_TROUBLE", 0.05)
    portal.answers = [lambda _id: answer({}, status=500)] * 3
    double = make_double(retry=Retry(seconds=0))
    (double.stream.plan.root / "errors").write_text("in the way of the folder")
    put(double, envelope("m-1"))
    eventually(lambda: double.counts().get("delivered") == 1, within=15)
    assert "delivery_failed" not in double.counts()
