"""Rejected records sent again after a fix, each exactly once."""

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ingest.importing.lines import import_lines
from ingest.importing.reading import Line
from ingest.models import Delivery, RawEvent, RejectedRecord, Source
from ingest.replay import ReplayResult, replay_rejected
from tests.ingest.builders import default_source, delivered, envelope, event, line, record, the_event

pytestmark = pytest.mark.django_db


def rejected() -> RejectedRecord:
    return RejectedRecord.objects.get(replayed_at=None)


def test_an_event_lands_once_its_source_is_known() -> None:
    before = delivered(record(event(messageId="m", userId=7, traits={"plan": "pro"}), source=999))
    Source.objects.create(id=999, name="late", write_key="wk_late")
    assert replay_rejected() == ReplayResult(replayed=1, landed=1)
    row, record_ = the_event(), RejectedRecord.objects.get()
    assert (row.source_id, row.traits) == (999, {"plan": "pro"})
    assert "user_id:7" in row.identifiers
    assert row.event_time == datetime(2026, 11, 22, 23, 50, tzinfo=UTC)
    assert row.payload["client"]["ip"] == "203.0.113.0"
    assert record_.replayed_at is not None
    assert record_.delivery_id == before.delivery_id
    assert record_.replayed_in is not None
    assert (record_.replayed_in.origin, record_.replayed_in.landed) == ("replay", 1)
    assert replay_rejected() == ReplayResult()


def test_an_event_is_read_with_the_region_that_its_source_has_now() -> None:
    made = envelope(event(anonymousId=None, traits={}, phone="030 123456"))
    delivered(line({**made, "source": {**made["source"], "region": ""}}))
    assert rejected().reason == "unusable_identifier"
    assert replay_rejected().rejected == 1
    Source.objects.filter(pk=default_source().pk).update(region="DE")
    assert replay_rejected().landed == 1
    assert the_event().identifiers == ["phone:+4930123456"]
    assert the_event().event_time == datetime(2026, 11, 22, 23, 50, tzinfo=UTC)


def test_what_is_still_bad_waits_again_with_its_reason() -> None:
    delivered(b"?", record(event(anonymousId=None, traits={})))
    result = replay_rejected()
    assert (result.replayed, result.landed, result.rejected) == (2, 0, 2)
    assert result.reasons == {"unreadable": 1, "no_identifiers": 1}
    assert RejectedRecord.objects.count() == 4
    waiting = RejectedRecord.objects.filter(replayed_at=None).order_by("id")
    assert [row.reason for row in waiting] == ["unreadable", "no_identifiers"]
    assert bytes(waiting[0].data) == b"?"


def test_a_replay_of_what_has_landed_meanwhile_is_a_duplicate() -> None:
    delivered(record(event(messageId="m"), source=999))
    Source.objects.create(id=999, name="late", write_key="wk_late")
    delivered(record(event(messageId="m"), source=999))
    assert replay_rejected().duplicate == 1
    assert RawEvent.objects.count() == 1


def test_only_the_reason_or_the_records_asked_for() -> None:
    delivered(b"?", b"??", record(event(), source=999))
    first, second, third = RejectedRecord.objects.order_by("id")
    assert replay_rejected(reason="unknown_source").replayed == 1
    assert replay_rejected(ids=[first.pk, third.pk]) == ReplayResult(
        replayed=1, rejected=1, skipped=1, reasons={"unreadable": 1}
    )
    second.refresh_from_db()
    assert second.replayed_at is None


def test_an_imported_line_finds_the_source_of_its_write_key() -> None:
    posted = event(messageId=None, writeKey="wk_late", timestamp="2020-01-01T00:00:00Z")
    import_lines([Line(1, json.dumps(posted).encode())])
    Source.objects.create(name="late", write_key="wk_late", region="DE")
    assert replay_rejected().landed == 1
    row = the_event()
    assert row.source.name == "late"
    assert row.event_time == datetime(2020, 1, 1, tzinfo=UTC)
    assert import_lines([Line(1, json.dumps(posted).encode())]).duplicate == 1


def test_an_imported_event_that_was_refused_whole_gets_an_id_and_a_time() -> None:
    """As after a fix of the rules: here the refused event is mended by hand."""
    import_lines([Line(1, b'{"type": "purchase", "userId": "ada", "timestamp": "2020-01-01T00:00:00Z"}')])
    waiting = rejected()
    assert waiting.reason == "unknown_type"
    waiting.data = bytes(waiting.data).replace(b"purchase", b"track")
    waiting.save()
    assert replay_rejected().landed == 1
    assert the_event().event_time == datetime(2020, 1, 1, tzinfo=UTC)
    assert the_event().trusted


def test_every_replay_adds_up() -> None:
    delivered(*[b"?"] * 3, record(event(), source=999))
    replay_rejected()
    replayed = Delivery.objects.get(origin="replay")
    assert (replayed.received, replayed.rejected) == (4, 4)


def test_the_command_prints_what_became_of_them() -> None:
    delivered(b"?", b"??")
    out = StringIO()
    first = RejectedRecord.objects.order_by("id")[0]
    call_command("replay_rejected", str(first.pk), stdout=out)
    call_command("replay_rejected", "--reason", "unreadable", "--json", stdout=out)
    said = out.getvalue().splitlines()
    assert said[:2] == ["replayed 1 landed 0 duplicate 0 rejected 1 skipped 0", "  unreadable: 1"]
    assert (json.loads(said[2])["replayed"], json.loads(said[2])["reasons"]) == (2, {"unreadable": 2})
    with pytest.raises(CommandError, match="no rejected record 999999"):
        call_command("replay_rejected", "999999")
