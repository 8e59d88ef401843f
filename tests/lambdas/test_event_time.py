"""A browser's clock may be wrong; the time of its events isn't."""

from datetime import UTC, datetime, timedelta

import pytest

from lambdas.clock import event_time, read_time, write_time

RECEIVED = datetime(2026, 11, 22, 23, 50, 50, 123456, UTC)


def at(*, sent_at: object = None, timestamp: object = None) -> str:
    return write_time(event_time(received_at=RECEIVED, sent_at=sent_at, timestamp=timestamp))


def test_an_hour_in_the_queue_of_a_wrong_clock_is_an_hour_before_receipt() -> None:
    assert at(sent_at="2031-01-01T13:00:00Z", timestamp="2031-01-01T12:00:00Z") == "2026-11-22T22:50:50.123456Z"


def test_without_sent_at_the_timestamp_is_taken_as_it_is() -> None:
    assert at(timestamp="2026-11-20T10:00:00+02:00") == "2026-11-20T08:00:00.000000Z"
    assert at(timestamp="2026-11-20T10:00:00.5") == "2026-11-20T10:00:00.500000Z"


@pytest.mark.parametrize(
    ("sent_at", "timestamp"),
    [
        (None, "2027-01-01T00:00:00Z"),
        ("2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z"),
        (None, None),
        ("2026-11-22T10:00:00Z", None),
        (None, "yesterday"),
        (None, 1e300),
        (None, float("nan")),
        (None, True),
        ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"),
        (None, "0001-01-01T00:00:00+10:00"),
    ],
)
def test_no_event_is_in_the_future_and_what_can_not_be_read_happened_at_receipt(
    sent_at: object, timestamp: object
) -> None:
    assert at(sent_at=sent_at, timestamp=timestamp) == "2026-11-22T23:50:50.123456Z"


def test_numbers_count_seconds_or_milliseconds() -> None:
    moment = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    assert read_time(moment.timestamp()) == moment
    assert read_time(int(moment.timestamp() * 1000)) == moment


def test_early_years_keep_four_digits() -> None:
    assert write_time(datetime(1, 1, 1, tzinfo=UTC) + timedelta(hours=1)) == "0001-01-01T01:00:00.000000Z"
