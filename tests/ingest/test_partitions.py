"""Months ahead, months past retention, and events that no month took."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from ingest import tasks
from ingest.landing import land
from ingest.models import Delivery, RawEvent, RejectedRecord
from ingest.partitions import MONTHS_AHEAD, apply_retention, ensure_partitions, partitions
from ingest.records import read_record
from tests.ingest.builders import event, record

pytestmark = pytest.mark.django_db

NOW = datetime(2031, 2, 14, 12, tzinfo=UTC)


def landed(at: datetime, *, events: int = 1, resolved: bool = True) -> None:
    data = record(*[event() for _ in range(events)])
    done = land(request_id=str(at), origin="import", records=[read_record(data)], size=1, received_at=at)
    if resolved:
        Delivery.objects.filter(pk=done.delivery_id).update(resolved_at=at)


def rows_in(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def test_after_migrating_this_month_and_those_ahead_have_a_partition() -> None:
    now = datetime.now(UTC)
    covering = [one for one in partitions() if one.first <= now < one.end]
    assert len(covering) == 1
    assert len(partitions()) == MONTHS_AHEAD + 1


def test_months_follow_each_other_across_the_year() -> None:
    assert ensure_partitions(now=datetime(2030, 11, 30, 23, 59, tzinfo=UTC)) == [
        "raw_events_2030_11", "raw_events_2030_12", "raw_events_2031_01", "raw_events_2031_02",
    ]  # fmt: skip
    assert ensure_partitions(now=datetime(2030, 12, 1, tzinfo=UTC)) == ["raw_events_2031_03"]
    assert ensure_partitions(now=datetime(2030, 12, 1, tzinfo=UTC)) == []


def test_an_event_lands_in_the_partition_of_its_month() -> None:
    ensure_partitions(now=NOW)
    landed(datetime(2031, 2, 28, 23, 59, 59, 999999, tzinfo=UTC))
    landed(datetime(2031, 3, 1, tzinfo=UTC))
    assert rows_in("raw_events_2031_02") == rows_in("raw_events_2031_03") == 1


def test_events_that_no_month_took_move_to_theirs() -> None:
    landed(datetime(2030, 7, 1, tzinfo=UTC), events=2)
    landed(NOW, events=3)
    assert rows_in("raw_events_default") == 5
    assert {"raw_events_2030_07", "raw_events_2031_02"} <= set(ensure_partitions(now=NOW))
    assert rows_in("raw_events_default") == 0
    assert (rows_in("raw_events_2030_07"), rows_in("raw_events_2031_02")) == (2, 3)
    assert RawEvent.objects.count() == 5


def test_a_new_partition_has_the_indexes_of_the_others() -> None:
    ensure_partitions(now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'raw_events_2031_02'")
        found = " ".join(row[0] for row in cursor.fetchall())
    assert "(event_id, landed_at)" in found
    assert "(combination_id, event_time)" in found


def test_retention_drops_whole_months_and_counts_what_went() -> None:
    for month in (10, 11, 12):
        ensure_partitions(now=datetime(2030, month, 1, tzinfo=UTC))
        landed(datetime(2030, month, 15, tzinfo=UTC), events=month)
    retention = apply_retention(months=3, now=NOW)
    assert retention.cutoff == datetime(2030, 11, 1, tzinfo=UTC)
    gone = {old.name: old.events for old in retention.partitions if old.events}
    assert gone == {"raw_events_2030_10": 10}
    assert retention.events == 10
    assert RawEvent.objects.count() == 23
    assert "raw_events_2030_10" not in [one.name for one in partitions()]
    assert apply_retention(months=3, now=NOW).events == 0


def test_a_month_with_unresolved_deliveries_is_kept() -> None:
    ensure_partitions(now=datetime(2030, 10, 1, tzinfo=UTC))
    landed(datetime(2030, 10, 15, tzinfo=UTC), resolved=False)
    retention = apply_retention(months=1, now=NOW)
    assert "wait for resolution" in next(old.kept for old in retention.partitions if old.name == "raw_events_2030_10")
    assert retention.events == 0
    assert RawEvent.objects.count() == 1
    Delivery.objects.update(resolved_at=NOW)
    assert apply_retention(months=1, now=NOW).events == 1


def test_retention_takes_old_events_that_no_month_took_and_old_rejected_records() -> None:
    landed(datetime(2029, 1, 1, tzinfo=UTC))
    for created_at in (datetime(2029, 1, 1, tzinfo=UTC), NOW):
        RejectedRecord.objects.create(delivery_id=1, ordinal=0, reason="unreadable", data=b"?", created_at=created_at)
    retention = apply_retention(months=13, now=NOW)
    assert (retention.strays, retention.rejected) == (1, 1)
    assert not RawEvent.objects.exists()
    assert RejectedRecord.objects.get().created_at == NOW


def test_the_command_says_what_would_go_before_it_goes() -> None:
    ensure_partitions(now=datetime(2020, 1, 1, tzinfo=UTC))
    landed(datetime(2020, 1, 15, tzinfo=UTC), events=2)
    for flags, said in ((["--dry-run"], "would be dropped"), ([], "dropped")):
        out = StringIO()
        call_command("apply_retention", "--months", "13", *flags, stdout=out)
        assert f"raw_events_2020_01: 2 events, {said}" in out.getvalue()
    assert not RawEvent.objects.exists()


@pytest.mark.parametrize("months", ["0", "-1"])
def test_retention_can_not_take_this_month(months: str) -> None:
    with pytest.raises(CommandError, match="at least 1"):
        call_command("apply_retention", f"--months={months}")


def test_beat_looks_after_both_every_day(settings: Settings) -> None:
    entries = settings.CELERY_BEAT_SCHEDULE.values()
    scheduled = {entry["task"]: entry["schedule"] for entry in entries}
    assert scheduled[tasks.ensure_partitions.name] == scheduled[tasks.apply_retention.name] == 86_400.0
    landed(datetime(2020, 1, 1, tzinfo=UTC))
    for _ in range(2):  # a task that is delivered twice is safe
        tasks.ensure_partitions()
        tasks.apply_retention()
    assert not RawEvent.objects.exists()


def test_a_check_warns_of_a_month_without_partition(capsys: pytest.CaptureFixture[str]) -> None:
    for one in partitions():
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {one.name}")
    call_command("check", databases=["default"])
    assert "no partition for this month" in capsys.readouterr().err
