"""What the pages read: events, deliveries, counts and rates."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ingest import deliveries, events
from ingest.events import EventPage, event_of, latest_event_for, recent_events
from ingest.landing import Landed, land
from ingest.models import Delivery
from ingest.records import read_record
from ingest.rejected import rejected_reasons, rejected_records
from ingest.replay import replay_rejected
from tests.ingest.builders import a_source, default_source, delivered, event, record

pytestmark = pytest.mark.django_db


def landed_at(at: datetime, *records: bytes, origin: str = "firehose") -> Landed:
    read = [read_record(data) for data in records]
    return land(request_id=f"{at} {id(read)}", origin=origin, records=read, size=1, received_at=at)


def ids(page: EventPage) -> list[int]:
    return [one.event_id for one in page.events]


def names(page: EventPage) -> list[str]:
    return [one.name for one in page.events]


def track(name: str, **changes: object) -> dict[str, object]:
    return event(type="track", event=name, **changes)


def test_events_come_newest_first_a_page_at_a_time() -> None:
    for number in range(4):
        delivered(record(track(f"{number}a"), track(f"{number}b"), track(f"{number}c")))
    seen, before = [], None
    while True:
        page = recent_events(before=before, limit=5)
        seen += names(page)
        before = page.before
        if before is None:
            break
    assert seen == ["3c", "3b", "3a", "2c", "2b", "2a", "1c", "1b", "1a", "0c", "0b", "0a"]


def test_without_events_there_is_an_empty_page() -> None:
    assert recent_events() == EventPage([], None, None)
    assert latest_event_for(default_source().pk) is None
    assert event_of(1) is None


def test_events_of_different_months_are_one_list() -> None:
    for month in (1, 6, 9):
        landed_at(datetime(2026, month, 1, tzinfo=UTC), record(track(f"{month}")))
    assert names(recent_events()) == ["9", "6", "1"]


def test_events_can_be_filtered_by_source_type_and_delivery() -> None:
    other = a_source().source
    first = delivered(record(track("mine"), event()), record(track("other"), source=other.pk))
    second = delivered(record(event()))
    assert names(recent_events(source=other.pk)) == ["other"]
    assert names(recent_events(type="track")) == ["other", "mine"]
    assert names(recent_events(type="track", source=default_source().pk)) == ["mine"]
    assert len(recent_events(delivery=first.delivery_id).events) == 3
    assert len(recent_events(delivery=second.delivery_id).events) == 1


@pytest.mark.parametrize(
    "text",
    ["ADA@Example.com", "+49 30 123456", "ada-42", "order-17", "checkout", "0198c9b0-1234-7abc-9def-0123456789ab"],
)
def test_one_box_finds_an_event_by_identifier_message_id_or_name(text: str) -> None:
    delivered(
        record(
            track("Checkout Started", messageId="order-17", userId="ada-42", phone="030 123456"),
            track("other", traits=None, anonymousId="ben"),
        )
    )
    delivered(
        record(event(messageId="0198c9b0-1234-7abc-9def-0123456789ab", anonymousId="x", traits={"email": "x@y.z"}))
    )
    found = recent_events(text=text)
    assert len(found.events) == 1
    assert found.before is None


def test_a_search_for_what_is_rare_stops_and_can_be_continued(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "SEARCH_WINDOW", 4)
    rare = delivered(record(track("rare")))
    for _ in range(5):
        delivered(record(track("common"), track("common")))
    first = recent_events(text="rare")
    assert (first.events, first.searched_back_to is not None) == ([], True)
    second = recent_events(text="rare", before=first.before)
    third = recent_events(text="rare", before=second.before)
    assert ids(third) == [rare.delivery_id << 20]
    assert (third.before, third.searched_back_to) == (None, None)


def test_a_page_costs_few_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    delivered(*[record(event()) for _ in range(30)])
    with django_assert_max_num_queries(4):
        assert [one.source.name for one in recent_events(limit=30).events] == ["default"] * 30


def test_the_latest_event_of_a_source_is_found_whatever_others_send() -> None:
    other = a_source().source
    mine = delivered(record(event(), source=other.pk))
    for _ in range(3):
        delivered(record(event()))
    delivered(record(event(anonymousId=None, traits={}), source=other.pk))
    latest = latest_event_for(other.pk)
    assert latest is not None
    assert latest.event_id == mine.delivery_id << 20
    assert latest.source.name == "shop"


def test_deliveries_come_newest_first_a_page_at_a_time() -> None:
    made = [delivered(record(event()), origin=origin).delivery_id for origin in ("firehose", "import", "firehose")]
    first = deliveries.recent_deliveries(limit=2)
    assert [one.delivery_id for one in first] == [made[2], made[1]]
    assert [one.delivery_id for one in deliveries.recent_deliveries(before=made[1])] == [made[0]]
    assert [one.delivery_id for one in deliveries.recent_deliveries(origin="import")] == [made[1]]
    assert deliveries.last_delivery() == first[0]
    assert deliveries.landed_since(made[0]) == 2


def test_counts_are_of_the_time_asked_for() -> None:
    now = timezone.now()
    landed_at(now - timedelta(days=2), record(event()))
    landed_at(now, record(event(messageId="m"), event(messageId="m")), b"?")
    day = deliveries.delivery_counts(since=now - timedelta(days=1))
    assert (day.deliveries, day.received, day.landed, day.duplicate, day.rejected, day.unresolved) == (1, 3, 1, 1, 1, 1)
    assert deliveries.delivery_counts().landed == 2
    by_source = deliveries.source_counts(since=now - timedelta(days=1))
    assert list(by_source) == [default_source().pk]
    assert (by_source[default_source().pk].landed, by_source[default_source().pk].duplicate) == (1, 1)


def test_every_minute_has_its_rate_quiet_ones_too() -> None:
    other = a_source().source
    now = timezone.now().replace(second=30)
    landed_at(now - timedelta(minutes=2), record(event(), event()), record(event(), source=other.pk))
    landed_at(now - timedelta(minutes=90), record(event()))
    minutes = deliveries.events_per_minute(minutes=5)
    assert len(minutes) == 5
    assert sum(one.landed for one in minutes) == 3
    assert max(minutes, key=lambda one: one.landed).minute == (now - timedelta(minutes=2)).replace(
        second=0, microsecond=0
    )
    assert sum(one.landed for one in deliveries.events_per_minute(minutes=5, source=other.pk)) == 1


def test_delays_are_from_the_visit_to_the_profile() -> None:
    assert deliveries.delays() is None
    visit = timezone.now() - timedelta(seconds=10)
    done = delivered(*[record(event(timestamp=None), received_at=visit.isoformat()) for _ in range(3)])
    assert deliveries.delays() is None
    Delivery.objects.filter(pk=done.delivery_id).update(resolved_at=timezone.now())
    found = deliveries.delays()
    assert found is not None
    assert found.events == 3


def test_rejected_records_wait_until_they_are_replayed() -> None:
    first = delivered(b"?", b"??")
    delivered(record(event(), source=999))
    assert rejected_reasons() == [("unreadable", 2), ("unknown_source", 1)]
    newest, *others = rejected_records()
    assert newest.reason == "unknown_source"
    assert rejected_records(before=newest.pk) == others
    assert rejected_records(reason="unreadable") == rejected_records(delivery=first.delivery_id) == others
    replay_rejected(ids=[newest.pk])
    assert newest not in rejected_records()
    assert newest in rejected_records(waiting=False)
