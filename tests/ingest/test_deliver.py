"""The delivery endpoint, as Firehose uses it and as it must never answer."""

import base64
import gzip
import json
import logging
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from ingest.models import Delivery, RawEvent, RejectedRecord
from ingest.views import deliver
from tests.ingest.builders import ADA, answer, body_of, event, headers, post, record

pytestmark = pytest.mark.django_db


def test_a_delivery_lands_and_is_answered_as_firehose_wants() -> None:
    response = post(body_of(record(), record(event(), event())))
    assert response.status_code == 200
    assert answer(response)["requestId"] == "request-1"
    delivery = Delivery.objects.get()
    assert (delivery.request_id, delivery.origin, delivery.records) == ("request-1", "firehose", 2)
    assert (delivery.received, delivery.landed) == (3, 3)
    assert delivery.bytes > 0


def test_the_timestamp_counts_milliseconds() -> None:
    assert answer(post())["timestamp"] > 1_600_000_000_000


def test_the_same_delivery_again_is_a_success_and_lands_nothing() -> None:
    body = body_of()
    assert post(body).status_code == 200
    assert post(body).status_code == 200
    assert RawEvent.objects.count() == Delivery.objects.count() == 1


def test_a_zipped_delivery_lands() -> None:
    assert post(zipped=True).status_code == 200
    assert RawEvent.objects.count() == 1


@pytest.mark.parametrize(
    "data",
    [b"no gzip", gzip.compress(b"{}")[:-9], gzip.compress(b"x" * 100)[:20]],
    ids=["no gzip", "cut short", "cut in the middle"],
)
def test_what_is_not_gzip_is_refused(data: bytes) -> None:
    response = Client().post(
        "/ingest/v1/deliveries", data, "application/json", headers=headers() | {"Content-Encoding": "gzip"}
    )
    assert response.status_code == 400
    answer(response)


def test_an_encoding_nobody_agreed_on_is_refused() -> None:
    assert post(sent={"Content-Encoding": "br"}).status_code == 400


def test_while_keys_are_rotated_both_are_good(settings: Settings) -> None:
    settings.FIREHOSE_ACCESS_KEYS = ["new", "old"]
    for number, key in enumerate(["new", "old"]):
        assert post(request_id=f"request-{number}", sent={"X-Amz-Firehose-Access-Key": key}).status_code == 200


@pytest.mark.parametrize("key", ["wrong", "", None, "\xe9"])
def test_without_a_good_key_nothing_lands(key: str | None) -> None:
    response = post(sent={"X-Amz-Firehose-Access-Key": key})
    assert response.status_code == 401
    assert answer(response)["requestId"] == "request-1"
    assert not Delivery.objects.exists()


def test_an_empty_key_in_the_settings_opens_nothing(settings: Settings) -> None:
    settings.FIREHOSE_ACCESS_KEYS = [""]
    assert post(sent={"X-Amz-Firehose-Access-Key": ""}).status_code == 401


@pytest.mark.parametrize("arn", ["arn:aws:firehose:eu-west-1:1:deliverystream/other", None])
def test_a_stream_that_is_not_ours_is_refused(arn: str | None) -> None:
    response = post(sent={"X-Amz-Firehose-Source-Arn": arn})
    assert response.status_code == 403
    answer(response)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        {"requestId": "request-1"},
        {"requestId": "request-1", "records": {}},
        {"records": []},
        {"requestId": 7, "records": []},
        {"requestId": "another", "records": []},
    ],
)
def test_a_body_that_is_no_delivery_is_refused_with_a_reason(body: bytes | dict[str, object]) -> None:
    response = post(body)
    assert response.status_code == 400
    assert answer(response)["requestId"] == "request-1"
    assert not Delivery.objects.exists()


def test_ten_thousand_records_are_a_delivery_and_one_more_is_none() -> None:
    assert post(body_of(*[record()] * 10_000)).status_code == 200
    delivery = Delivery.objects.get()
    assert (delivery.records, delivery.landed, delivery.duplicate) == (10_000, 1, 9_999)
    response = post(body_of(*[b"{}"] * 10_001, request_id="request-2"), request_id="request-2")
    assert response.status_code == 400
    answer(response)


def test_a_record_that_can_not_be_read_does_not_keep_its_neighbours() -> None:
    body = body_of(record(), b"?", b"")
    body["records"] += [{"data": "@@@"}, {"date": 1}, 7]
    assert post(body).status_code == 200
    delivery = Delivery.objects.get()
    assert (delivery.records, delivery.received, delivery.landed, delivery.rejected) == (6, 6, 1, 5)
    assert [bytes(row.data) for row in RejectedRecord.objects.order_by("id")] == [
        b"?",
        b"",
        b"@@@",
        b'{"date":1}',
        b"7",
    ]


def _padded(size: int) -> bytes:
    """A delivery of exactly that many bytes."""
    body = json.dumps(body_of(filler="")).encode()
    return body.replace(b'"filler": ""', b'"filler": "' + b"x" * (size - len(body)) + b'"')


@pytest.mark.parametrize("zipped", [False, True])
def test_a_body_of_64_mib_lands_and_a_larger_one_is_never_answered_with_413(zipped: bool) -> None:
    assert post(_padded(deliver.MAX_BODY), zipped=zipped).status_code == 200
    response = post(_padded(deliver.MAX_BODY + 1), zipped=zipped)
    assert response.status_code == 500
    assert "buffer" in answer(response)["errorMessage"]


def test_a_header_without_request_id_is_forgiven() -> None:
    response = post(sent={"X-Amz-Firehose-Request-Id": None})
    assert response.status_code == 200
    assert answer(response)["requestId"] == "request-1"


def test_another_version_of_the_protocol_is_refused() -> None:
    assert post(sent={"X-Amz-Firehose-Protocol-Version": "2.0"}).status_code == 400


def test_only_post_is_answered() -> None:
    response = Client().get("/ingest/v1/deliveries", headers=headers())
    assert response.status_code == 405
    answer(response)


@pytest.mark.parametrize(
    ("break_it", "restore"),
    [
        ("ALTER TABLE raw_events RENAME TO gone", "ALTER TABLE gone RENAME TO raw_events"),
        (
            "ALTER TABLE raw_events ADD CONSTRAINT no CHECK (name = 'never')",
            "ALTER TABLE raw_events DROP CONSTRAINT no",
        ),
    ],
)
def test_what_the_database_refuses_comes_again_and_nobody_reads_personal_data(
    break_it: str, restore: str, caplog: pytest.LogCaptureFixture
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(break_it)
    with caplog.at_level(logging.INFO):
        response = post()
    assert response.status_code == 503
    assert answer(response)["errorMessage"].startswith("the database did not take the delivery: ")
    assert "request-1" in caplog.text
    assert ADA not in caplog.text + response.content.decode()
    with connection.cursor() as cursor:
        cursor.execute(restore)
    assert post().status_code == 200
    assert RawEvent.objects.count() == 1


def test_a_bug_is_answered_with_500_and_says_where_it_is(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(**_: object) -> None:
        raise KeyError(ADA)

    monkeypatch.setattr(deliver, "land", broken)
    response = post()
    assert response.status_code == 500
    assert "KeyError" in answer(response)["errorMessage"]
    assert "deliver.py" in caplog.text
    assert ADA not in caplog.text + response.content.decode()


def test_base64_is_read_strictly() -> None:
    data = base64.b64encode(record()).decode()
    assert post({"requestId": "request-1", "records": [{"data": data[:8] + "\n" + data[8:]}]}).status_code == 200
    assert Delivery.objects.get().rejected == 1


def test_a_body_sent_in_chunks_lands() -> None:
    data = json.dumps(body_of()).encode()
    sent = headers() | {"Transfer-Encoding": "chunked"}
    chunked = {"wsgi.input": BytesIO(data), "CONTENT_LENGTH": ""}
    response = Client().generic("POST", "/ingest/v1/deliveries", headers=sent, **chunked)  # type: ignore[arg-type]
    assert response.status_code == 200
    assert RawEvent.objects.count() == 1


def test_more_than_two_at_once_wait_for_their_turn_and_are_asked_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(deliver, "_PATIENCE", 0.05)
    with deliver._turn():
        assert post(request_id="request-1").status_code == 200
        with deliver._turn():
            response = post(request_id="request-2")
            assert response.status_code == 503
            assert "other deliveries" in answer(response)["errorMessage"]
    assert post(request_id="request-2").status_code == 200
    assert Delivery.objects.count() == 2
