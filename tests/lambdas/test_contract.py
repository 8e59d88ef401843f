"""The hops by example: what one gives is what the next takes. `tests/contract/` is the contract; both sides test it."""

import base64
import json
from dataclasses import replace
from typing import Any, cast

import pytest

from lambdas.collect import handler as collect
from lambdas.collect.firehose import Firehose
from lambdas.collect.sources import Sources, read_sources
from lambdas.collect.stream import Stream
from lambdas.local.delivery import Endpoint, judge, request_body
from lambdas.local.proxy_event import http_response, proxy_event
from lambdas.local.server import HttpRequest
from lambdas.local.spool import Batch, Record
from lambdas.local.transformation import transform
from lambdas.transform.handler import handler as transform_handler
from tests.lambdas.stage import ROOT


def example(name: str) -> Any:
    return json.loads((ROOT / "tests" / "contract" / f"{name}.json").read_text())


class Taken(Stream):
    """Keeps what collect would put."""

    records: list[bytes] = []

    def put(self, records: list[bytes]) -> int:
        self.records.extend(records)
        return 1


class Known:
    """A registry that has been read."""

    def __init__(self, sources: Sources) -> None:
        self.sources = lambda: sources


def posted() -> HttpRequest:
    request = example("01_posted")["request"]
    return HttpRequest(
        method=request["method"],
        path=request["path"],
        query=request["query"],
        headers=list(request["headers"].items()),
        body=json.dumps(request["body"]).encode(),
        ip=request["ip"],
    )


def test_1_what_a_page_posts_becomes_the_proxy_event() -> None:
    expected = example("02_proxy_event")
    made = proxy_event(posted(), route="POST /v1/events")
    for volatile in ("requestId", "time", "timeEpoch"):
        made["requestContext"][volatile] = expected["requestContext"][volatile]
    assert json.loads(made["body"]) == json.loads(expected["body"])
    assert {**made, "body": ""} == {**expected, "body": ""}


def test_2_the_proxy_event_becomes_a_record_and_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Taken(client=cast(Firehose, None), name="idportal-events", seconds=1)
    stream.records.clear()
    monkeypatch.setattr(collect, "STREAM", stream)
    monkeypatch.setattr(collect, "REGISTRY", Known(read_sources(example("00_registry"))))
    result = collect.handler(example("02_proxy_event"))
    expected = example("01_posted")["response"]
    response = http_response(result, cross_origin=True)
    assert (response.status, json.loads(response.body)) == (expected["status"], expected["body"])
    assert expected["headers"].items() <= response.headers.items()
    [line] = stream.records
    assert line.endswith(b"\n")
    assert json.loads(line) == example("03_record")


def test_3_the_record_is_transformed() -> None:
    record = Record("r-1", 1_795_391_450_123, json.dumps(example("03_record")).encode() + b"\n")
    result = transform([record], function=transform_handler, arn="arn:aws:firehose:eu-central-1:0:deliverystream/x")
    [done] = result.ready
    assert json.loads(done.data) == example("04_transformed")


def test_4_the_transformed_record_is_delivered() -> None:
    request = example("05_delivery")["request"]
    [record] = request["body"]["records"]
    data = base64.b64decode(record["data"])
    assert json.loads(data) == example("04_transformed")
    assert data.endswith(b"\n")
    batch = Batch(request["body"]["requestId"], [Record("r-1", 0, data)])
    assert json.loads(request_body(batch, now_ms=request["body"]["timestamp"])) == request["body"]
    named = {name.lower(): value for name, value in request["headers"].items()}
    endpoint = Endpoint(
        url="https://portal.example/",
        access_key=named["x-amz-firehose-access-key"],
        source_arn=named["x-amz-firehose-source-arn"],
    )
    assert endpoint.headers(batch.request_id) == request["headers"]


def test_5_the_endpoints_answer_is_a_delivery() -> None:
    delivery = example("05_delivery")
    answer = delivery["response"]
    body = json.dumps(answer["body"]).encode()
    headers = {**answer["headers"], "content-length": str(len(body))}
    request_id = delivery["request"]["body"]["requestId"]
    assert judge(status=answer["status"], headers=headers, body=body, request_id=request_id).delivered


def test_a_retry_is_the_same_delivery() -> None:
    request = example("05_delivery")["request"]
    batch = Batch(request["body"]["requestId"], [])
    assert replace(batch, attempts=3).request_id == request["headers"]["X-Amz-Firehose-Request-Id"]
