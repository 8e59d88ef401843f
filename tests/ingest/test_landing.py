"""From records to rows: exactly once, nothing lost, and never a delivery lost to a bad record."""

import hashlib
import json
import uuid
from datetime import UTC, datetime

import pytest

from ingest import batch
from ingest.events import posted_event
from ingest.landing import Landed
from ingest.models import Delivery, DeliverySource, EventKey, RawEvent, RejectedRecord
from ingest.replay import replay_rejected
from tests.ingest.builders import (
    ADA,
    a_source,
    default_source,
    delivered,
    envelope,
    event,
    line,
    record,
    signature,
    the_event,
)

pytestmark = pytest.mark.django_db


def counts(landed: Landed) -> tuple[int, int, int, int]:
    return landed.received, landed.landed, landed.duplicate, landed.rejected


def reasons() -> list[str]:
    return list(RejectedRecord.objects.order_by("id").values_list("reason", flat=True))


def test_an_event_lands_with_everything_the_hops_before_found_out() -> None:
    posted = event(messageId="0198c9b0-1234-7abc-9def-0123456789ab", userId=42, traits={"email": ADA, "plan": "pro"})
    landed = delivered(record(posted))
    row = the_event()
    assert row.event_id == landed.delivery_id << 20
    assert row.message_id == uuid.UUID("0198c9b0-1234-7abc-9def-0123456789ab")
    assert row.event_time == datetime(2026, 11, 22, 23, 50, tzinfo=UTC)
    assert row.identifiers == ["anonymous_id:ada's phone", f"email:{ADA}", "user_id:42"]
    assert (row.type, row.name, row.trusted, row.source) == ("identify", "", False, default_source())
    assert row.traits == {"plan": "pro"}
    assert row.payload["client"]["ip"] == "203.0.113.0"
    assert row.payload["origin"] == "https://shop.example"
    assert row.payload["request_id"] == "gateway-request"
    assert "plan" not in json.dumps(row.payload)
    assert posted_event(row) == posted


def test_a_combination_is_named_by_a_hash_of_its_sorted_identifiers() -> None:
    delivered(record(event(anonymousId=None, identifiers={"a": "1", "a1": "2"}, traits=None)))
    row = the_event()
    assert row.identifiers == ["a1:2", "a:1"]
    assert row.combination_id.bytes == hashlib.sha256(b"a1:2\x1fa:1").digest()[:16]


def test_a_message_id_that_is_no_uuid_is_known_by_its_hash() -> None:
    delivered(record(event(messageId="order-17")))
    assert the_event().message_id.bytes == hashlib.sha256(b"order-17").digest()[:16]


def test_an_event_without_traits_has_none() -> None:
    delivered(record(event(traits={"email": ADA})))
    assert the_event().traits is None
    assert posted_event(the_event())["traits"] == {"email": ADA}


def test_a_delivery_that_comes_twice_lands_once_and_gets_the_same_answer() -> None:
    data = record(event(), event(traits={}, anonymousId=None))
    first = delivered(data, request_id="again")
    assert delivered(data, request_id="again") == first
    assert RawEvent.objects.count() == 1
    assert Delivery.objects.count() == 1
    assert RejectedRecord.objects.count() == 1


def test_an_event_lands_once_within_a_delivery_and_the_first_copy_counts() -> None:
    landed = delivered(record(event(messageId="m", userId="first"), event(messageId="m", userId="second")))
    assert counts(landed) == (2, 1, 1, 0)
    assert "user_id:first" in the_event().identifiers


def test_an_event_lands_once_across_deliveries() -> None:
    delivered(record(event(messageId="m", userId="first"), event(messageId="other")))
    landed = delivered(record(event(messageId="new"), event(messageId="m", userId="second"), event(messageId="new")))
    assert counts(landed) == (3, 1, 2, 0)
    assert RawEvent.objects.count() == EventKey.objects.count() == 3


def test_two_sources_may_use_the_same_message_id() -> None:
    other = a_source().source
    landed = delivered(record(event(messageId="m")), record(event(messageId="m"), source=other.pk))
    assert counts(landed) == (2, 2, 0, 0)


def test_an_event_of_an_unknown_source_is_kept_for_replay() -> None:
    landed = delivered(record(event(messageId="m"), source=999))
    assert counts(landed) == (1, 0, 0, 1)
    rejected = RejectedRecord.objects.get()
    assert (rejected.reason, rejected.delivery_id) == ("unknown_source", landed.delivery_id)
    kept = json.loads(bytes(rejected.data))
    assert "normalised" not in kept
    assert kept["events"] == [{**event(messageId="m"), "time": "2026-11-22T23:50:00.000000Z"}]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (event(anonymousId=None, traits={}), "no_identifiers"),
        (event(identifiers={f"kind_{n}": "x" for n in range(10)}), "too_many_identifiers"),
        (event(anonymousId=None, traits={"email": "nobody"}), "unusable_identifier"),
    ],
)
def test_an_event_that_identifies_nobody_or_too_many_is_rejected_alone(bad: dict[str, object], reason: str) -> None:
    landed = delivered(record(event(), bad, event()))
    assert counts(landed) == (3, 2, 0, 1)
    assert reasons() == [reason]
    assert RejectedRecord.objects.get().detail


def test_events_that_the_transformation_let_through_are_checked_again() -> None:
    good = json.loads(record(event(messageId="good")))
    none = {**good["events"][0], "identifiers": []}
    many = {**good["events"][0], "identifiers": [["kind", str(n)] for n in range(11)]}
    odd = {**good["events"][0], "time": "yesterday"}
    landed = delivered(line({**good, "events": [none, many, odd, "text", {}, *good["events"]]}))
    assert counts(landed) == (6, 1, 0, 5)
    assert reasons() == ["no_identifiers", "too_many_identifiers", "unreadable", "unreadable", "unreadable"]


@pytest.mark.parametrize(
    "bad", [b"", b"\n", b"{", b"\xff\xfe", b"[]", b'{"v": 1}', b'{"v":1,"normalised":true}', b"[" * 5000]
)
def test_a_record_that_can_not_be_read_is_kept_and_its_neighbours_land(bad: bytes) -> None:
    landed = delivered(record(event()), bad, record(event()))
    assert counts(landed) == (3, 2, 0, 1)
    rejected = RejectedRecord.objects.get()
    assert rejected.reason == "unreadable"
    assert bytes(rejected.data) == bad
    assert rejected.detail


def test_a_record_that_was_never_transformed_lands_too() -> None:
    delivered(line(envelope(event(phone="030 123456"))))
    assert "phone:+4930123456" in the_event().identifiers


def test_text_that_postgresql_can_not_hold_is_mended() -> None:
    data = record(event(messageId="m", traits={"email": ADA, "name": "X"}))
    for odd in (b"a\\u0000b", b"a\\ud800b"):
        delivered(data.replace(b'"X"', b'"' + odd + b'"').replace(b'"m"', b'"' + odd + b'"'))
    names = sorted(row.traits["name"] for row in RawEvent.objects.all() if row.traits)
    assert names == ["ab", "a\ufffdb"]


def test_long_numbers_stay_exact() -> None:
    delivered(record(event(userId=123456789012345678901234567890, traits={"card": 89012345678901234567})))
    row = the_event()
    assert "user_id:123456789012345678901234567890" in row.identifiers
    assert row.traits == {"card": 89012345678901234567}


def test_every_delivery_adds_up_also_by_source() -> None:
    other = a_source().source
    landed = delivered(
        record(event(messageId="m"), event(messageId="m"), event(anonymousId=None, traits={})),
        record(event(), source=other.pk),
        record(event(), source=999),
        b"?",
    )
    assert landed.records == 4
    assert counts(landed) == (6, 2, 1, 3)
    by_source = {row.source_id: row for row in DeliverySource.objects.all()}
    mine, others = by_source.pop(default_source().pk), by_source.pop(other.pk)
    assert not by_source
    assert (mine.landed, mine.duplicate, mine.rejected) == (1, 1, 1)
    assert (others.landed, others.duplicate, others.rejected) == (1, 0, 0)
    assert others.last_event_id == landed.delivery_id << 20 | 3
    ordinals = [
        event_id & 0xFFFFF for event_id in RawEvent.objects.order_by("event_id").values_list("event_id", flat=True)
    ]
    assert ordinals == [0, 3]
    assert list(RejectedRecord.objects.order_by("id").values_list("ordinal", flat=True)) == [2, 4, 5]


def test_a_write_key_alone_is_not_trusted_even_if_it_is_of_a_trusted_source() -> None:
    source = a_source(trusted=True).source
    delivered(record(event(), source=source.pk))
    assert not the_event().trusted


def test_whoever_proved_the_secret_key_is_trusted() -> None:
    delivered(record(event(), authenticated=True))
    assert the_event().trusted


def test_an_event_signed_by_the_sites_server_is_trusted() -> None:
    new = a_source()
    signed = event(userId=" Ada-42 ", signature=signature(new.secret, " Ada-42 ").upper())
    delivered(record(signed, source=new.source.pk))
    assert the_event().trusted


@pytest.mark.parametrize(
    "forge",
    [
        lambda secret: {"userId": "ben", "signature": signature(secret, "ada")},
        lambda secret: {"userId": "ada", "signature": signature("sk_guess", "ada")},
        lambda secret: {"userId": "ada", "signature": "é"},
        lambda secret: {"userId": "ada", "signature": ""},
        lambda secret: {"signature": signature(secret, "")},
    ],
)
def test_a_forged_signature_lands_untrusted(forge) -> None:  # type: ignore[no-untyped-def]
    new = a_source()
    delivered(record(event(**forge(new.secret)), source=new.source.pk))
    assert not the_event().trusted


def test_a_signature_vouches_only_for_a_user_id_that_the_event_carries() -> None:
    new = a_source()
    normalised = json.loads(record(event(userId="ben"), source=new.source.pk))
    normalised["events"][0] |= {"user_id": "ada", "signature": signature(new.secret, "ada")}
    delivered(line(normalised))
    assert not the_event().trusted


def test_a_signature_by_another_sources_secret_is_worth_nothing() -> None:
    mine, other = a_source("mine"), a_source("other")
    delivered(record(event(userId="ada", signature=signature(other.secret, "ada")), source=mine.source.pk))
    assert not the_event().trusted


def test_a_record_beyond_what_a_delivery_can_number_is_kept_for_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "EVENTS_PER_DELIVERY", 4)
    landed = delivered(record(event(), event()), record(event(), event(), event()), record(event()))
    assert counts(landed) == (4, 3, 0, 1)
    assert reasons() == ["delivery_full"]
    monkeypatch.undo()
    assert replay_rejected().landed == 3
