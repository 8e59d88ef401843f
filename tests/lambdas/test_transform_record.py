"""From an event as posted to what the engine reads: identifiers, name, country, bots, traits."""

from typing import Any

import pytest

from lambdas import strict_json
from lambdas.transform.record import Unreadable, normalise_record, read_record

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def envelope(*events: Any, **changes: Any) -> dict[str, Any]:
    return {
        "v": 1,
        "received_at": "2026-11-22T23:50:50.123456Z",
        "request_id": "r-1",
        "source": {"id": 3, "region": "DE"},
        "authenticated": False,
        "client": {"ip": "203.0.113.0", "user_agent": BROWSER},
        "events": [{"messageId": "m-1", "time": "2026-11-22T23:50:49.000000Z", **event} for event in events],
        **changes,
    }


def landed(event: dict[str, Any], **changes: Any) -> dict[str, Any]:
    [one] = normalise_record(envelope(event, **changes))["events"]
    return dict(one)


def identifiers(event: dict[str, Any]) -> list[list[str]]:
    return list(landed(event)["identifiers"])


def test_identifiers_come_from_every_place_once_and_in_byte_order() -> None:
    assert identifiers(
        {
            "type": "identify",
            "userId": 7,
            "anonymousId": "a-1",
            "email": "ADA@example.com",
            "identifiers": {"loyaltyId": ["L-2", "L-1"], "email": "ada@example.com", "device_id": None},
            "traits": {"email": "ada@work.example", "phone": "030 123456", "name": "Ada"},
        }
    ) == [
        ["anonymous_id", "a-1"],
        ["email", "ada@example.com"],
        ["email", "ada@work.example"],
        ["loyalty_id", "L-1"],
        ["loyalty_id", "L-2"],
        ["phone", "+4930123456"],
        ["user_id", "7"],
    ]


def test_traits_keep_everything_but_the_identifiers() -> None:
    event = landed({"userId": "ada", "traits": {"email": "ada@example.com", "phoneNumber": "x", "plan": "pro"}})
    assert event["traits"] == {"plan": "pro"}
    assert event["payload"]["traits"]["email"] == "ada@example.com"


def test_an_unusable_value_stays_visible_beside_the_usable_ones() -> None:
    event = landed({"userId": "ada", "phone": "abc", "email": 7.5})
    assert event["identifiers"] == [["user_id", "ada"]]
    assert event["unusable"] == [
        {"kind": "email", "value": "7.5", "reason": "not_text"},
        {"kind": "phone", "value": "abc", "reason": "not_a_phone"},
    ]


def test_an_impossible_phone_number_is_marked() -> None:
    event = landed({"phone_number": "+1234567890"})
    assert (event["identifiers"], event["marks"]) == ([["phone", "+1234567890"]], ["impossible_phone"])


@pytest.mark.parametrize(
    ("alias", "meant"),
    [
        ({"userId": "new", "previousId": "old"}, [["user_id", "new"], ["user_id", "old"]]),
        ({"anonymousId": "b-2", "previousId": "b-1"}, [["anonymous_id", "b-1"], ["anonymous_id", "b-2"]]),
        (
            {"userId": "new", "anonymousId": "b-1", "previousId": "b-1"},
            [["anonymous_id", "b-1"], ["user_id", "new"]],
        ),
    ],
)
def test_an_alias_ties_the_previous_id(alias: dict[str, Any], meant: list[list[str]]) -> None:
    assert identifiers({"type": "alias", **alias}) == meant


def test_a_previous_id_means_nothing_outside_an_alias() -> None:
    assert identifiers({"type": "track", "userId": "ada", "previousId": "old"}) == [["user_id", "ada"]]


@pytest.mark.parametrize(
    ("event", "kind", "name"),
    [
        ({"type": "track", "event": "Order placed"}, "track", "Order placed"),
        ({"event": "Order placed"}, "track", "Order placed"),
        ({"type": "page", "context": {"page": {"title": "Shoes", "path": "/shoes"}}}, "page", "Shoes"),
        ({"type": "page", "properties": {"path": "/shoes"}}, "page", "/shoes"),
        ({"type": "page", "name": "Start"}, "page", "Start"),
        ({"type": "page", "context": "broken"}, "page", ""),
        ({"type": "identify", "event": "x"}, "identify", ""),
        ({}, "identify", ""),
        ({"type": "track", "event": "x" * 300}, "track", "x" * 255),
    ],
)
def test_an_event_has_the_name_a_person_would_call_it(event: dict[str, Any], kind: str, name: str) -> None:
    made = landed({"userId": "ada", **event})
    assert (made["type"], made["name"]) == (kind, name)


def test_bots_are_flagged_not_dropped() -> None:
    assert landed({"userId": "x"}, client={"user_agent": GOOGLEBOT})["bot"] is True
    assert landed({"userId": "x"})["bot"] is False
    assert landed({"userId": "x"}, client={})["bot"] is False


def test_a_servers_own_user_agent_makes_nobody_a_bot() -> None:
    server = {"user_agent": "python-requests/2.31"}
    assert landed({"userId": "x"}, client=server, authenticated=True)["bot"] is False
    about_a_bot = {"userId": "x", "context": {"userAgent": GOOGLEBOT}}
    assert landed(about_a_bot, client=server, authenticated=True)["bot"] is True


def test_the_country_is_that_of_the_phone_number() -> None:
    assert landed({"phone": "+44 20 7946 0958"})["country"] == "GB"
    assert "country" not in landed({"userId": "ada"})


def test_a_trait_with_an_endless_name_stays_in_the_payload_alone() -> None:
    posted = {"userId": "ada", "traits": {"n" * 256: 1, "n" * 255: 2}}
    event = landed(posted)
    assert (event["traits"], event["marks"]) == ({"n" * 255: 2}, ["long_trait_name"])
    assert event["payload"]["traits"] == posted["traits"]


def test_what_is_said_of_unusable_values_does_not_outgrow_the_event() -> None:
    event = landed({"userId": "ada", "identifiers": {"k" * 16_000: [""] * 99}})
    assert [one["reason"] for one in event["unusable"]] == ["bad_kind"] * 99
    assert len(strict_json.dump(event["unusable"])) < 16_000


def test_the_signature_comes_with_the_user_id_exactly_as_signed() -> None:
    event = landed({"userId": " Ada ", "signature": "ab12"})
    assert (event["user_id"], event["signature"]) == (" Ada ", "ab12")
    assert event["identifiers"] == [["user_id", "Ada"]]
    assert "signature" not in landed({"userId": "ada"})


def test_the_payload_is_the_event_as_posted() -> None:
    event = {"messageId": "m-9", "userId": "ada", "custom": {"a": [1, 2]}}
    assert landed(event)["payload"] == event
    assert landed(event)["message_id"] == "m-9"


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"identifiers": {"device_id": [f"d{number}" for number in range(11)]}}, "too_many_identifiers"),
        ({"userId": "x", "identifiers": {"device_id": [""] * 100}}, "too_many_identifiers"),
        ({"phone": "030"}, "unusable_identifier"),
        ({"event": "x"}, "no_identifiers"),
        ({"userId": "x", "type": "group"}, "unknown_type"),
        ({"userId": "x", "messageId": ""}, "bad_message_id"),
    ],
)
def test_an_event_that_can_not_be_used_is_set_aside_with_its_reason(event: dict[str, Any], reason: str) -> None:
    done = normalise_record(envelope({"userId": "before"}, event, {"userId": "after"}))
    assert [one["identifiers"] for one in done["events"]] == [[["user_id", "before"]], [["user_id", "after"]]]
    [rejected] = done["rejected"]
    assert rejected["reason"] == reason
    assert rejected["event"] == {"messageId": "m-1", "time": "2026-11-22T23:50:49.000000Z", **event}
    assert rejected["detail"]


def test_what_was_rejected_before_stays_rejected() -> None:
    before = {"index": 0, "event": {}, "reason": "no_identifiers", "detail": "none"}
    done = normalise_record(envelope({"userId": "ada"}, rejected=[before]))
    assert done["rejected"] == [{"event": {}, "reason": "no_identifiers", "detail": "none"}]


def test_a_record_from_the_archive_is_not_normalised_twice() -> None:
    done = normalise_record(envelope({"userId": "ada"}))
    assert normalise_record(done) == done


def test_the_envelope_survives() -> None:
    done = normalise_record(envelope({"userId": "ada"}, origin="https://shop.example"))
    assert done["normalised"] is True
    assert {key: done[key] for key in ("v", "request_id", "source", "client", "origin", "authenticated")} == {
        "v": 1,
        "request_id": "r-1",
        "source": {"id": 3, "region": "DE"},
        "client": {"ip": "203.0.113.0", "user_agent": BROWSER},
        "origin": "https://shop.example",
        "authenticated": False,
    }


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        b"[]",
        b'{"v": 2}',
        b'{"v": 1, "events": []}',
        b'{"v": 1, "source": {"id": "3"}, "events": [], "received_at": "2026-11-22T00:00:00Z"}',
        b'{"v": 1, "source": {"id": 3}, "events": {}, "received_at": "2026-11-22T00:00:00Z"}',
        b'{"v": 1, "source": {"id": 3}, "events": [], "received_at": "once"}',
    ],
)
def test_a_record_that_is_no_envelope_is_unreadable_as_a_whole(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read_record(data)


def test_a_record_that_others_wrote_can_be_landed_all_the_same() -> None:
    data = (
        b'{"v": 1, "source": {"id": 3}, "received_at": "2026-11-22T00:00:00Z", '
        b'"events": [{"messageId": "m-1", "time": "soon", "userId": "a\\u0000da\\ud800"}]}'
    )
    [event] = normalise_record(read_record(data))["events"]
    assert event["identifiers"] == [["user_id", "ada\ufffd"]]
    assert event["time"] == "2026-11-22T00:00:00Z"
