"""What is taken at the front door and by imports, and what is refused with which word."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas import strict_json
from lambdas.collect.envelope import content_id, make_envelope, new_message_id
from lambdas.transform.record import normalise_record

RECEIVED = datetime(2026, 11, 22, 23, 50, 50, 123456, UTC)


def envelope(*posted: object, **known: Any) -> dict[str, Any]:
    return make_envelope(posted=posted, **{"source_id": 3, "region": "DE", "received_at": RECEIVED, **known})


def refusal(event: object) -> str:
    made = envelope(event)
    assert made["events"] == []
    assert made["rejected"][0]["event"] == event
    return str(made["rejected"][0]["reason"])


def test_the_smallest_event_is_taken_with_an_id_and_a_time() -> None:
    made = envelope({"phone_number": "+1234567890"})
    [event] = made["events"]
    assert event["phone_number"] == "+1234567890"
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", event["messageId"])
    assert event["time"] == "2026-11-22T23:50:50.123456Z"
    assert "rejected" not in made


def test_made_ids_are_ordered_by_time_and_differ() -> None:
    made = [new_message_id({}) for _ in range(200)]
    assert len(set(made)) == 200
    assert [one[:13] for one in made] == sorted(one[:13] for one in made)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({}, "no_identifiers"),
        ({"phone_number": None, "identifiers": {}, "traits": {"name": "Ada"}}, "no_identifiers"),
        ({"phone_number": "abc"}, "unusable_identifier"),
        ({"email": "not an address"}, "unusable_identifier"),
        ({"user_id": "\u200b\u0000 "}, "unusable_identifier"),
        ({"identifiers": {"7 days": "x"}}, "unusable_identifier"),
        ({"identifiers": "x"}, "unusable_identifier"),
        ({"user_id": {"a": 1}}, "unusable_identifier"),
        ({"identifiers": {"device_id": [f"d{number}" for number in range(11)]}}, "too_many_identifiers"),
        ({"user_id": "ada", "identifiers": {"device_id": [""] * 100}}, "too_many_identifiers"),
        ({"user_id": "ada", "type": "group"}, "unknown_type"),
        ({"user_id": "ada", "type": ["track"]}, "unknown_type"),
        ({"user_id": "ada", "messageId": "m" * 129}, "bad_message_id"),
        ({"user_id": "ada", "messageId": {"a": 1}}, "bad_message_id"),
        ({"user_id": "ada", "properties": {"page": "x" * 20_000}}, "too_long"),
        ({"user_id": "ada", "properties": [["x" * 16_000]] * 20}, "too_large"),
        ({"user_id": "ada", "properties": {"n": float("inf")}}, "not_json"),
        ("ada@example.com", "not_an_object"),
        (7, "not_an_object"),
    ],
)
def test_every_refusal_has_its_word(event: object, reason: str) -> None:
    assert refusal(event) == reason


def test_a_nest_without_end_is_too_deep() -> None:
    nest: dict[str, Any] = {"user_id": "ada"}
    for _ in range(40):
        nest = {"user_id": "ada", "properties": nest}
    assert refusal(nest) == "too_deep"


def test_one_bad_event_does_not_stop_its_neighbours() -> None:
    made = envelope({"user_id": "ada"}, {}, {"user_id": "ben"})
    assert [event["user_id"] for event in made["events"]] == ["ada", "ben"]
    assert [(one["index"], one["reason"]) for one in made["rejected"]] == [(1, "no_identifiers")]


def test_ten_identifiers_in_many_spellings_are_still_ten() -> None:
    spellings = {"email": ["Ada@example.com", "ada@example.com "], "phone": ["+49 30 1234567", "+49301234567"]}
    devices = [f"d{number}" for number in range(8)]
    assert "rejected" not in envelope({"identifiers": {**spellings, "device_id": devices}})


def test_text_cut_within_an_emoji_and_nul_are_mended_not_lost() -> None:
    event = strict_json.parse(
        b'{"user_id": "ada\\u0000", "properties": {"na\\u0000me": "caf\\ud83d", "ok": "\\ud83d\\ude00"}}'
    )
    [taken] = envelope(event)["events"]
    assert taken["user_id"] == "ada"
    assert taken["properties"] == {"name": "caf\ufffd", "ok": "😀"}
    strict_json.dump(taken)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b"[" + b"9" * 5000 + b"]",
        b'{"a": "\xff"}',
        b'{"a": "\x01"}',
    ],
)
def test_only_what_postgresql_can_hold_is_json(body: bytes) -> None:
    with pytest.raises(strict_json.NotJson):
        strict_json.parse(body)


def test_a_hundred_thousand_brackets_do_not_break_the_reader() -> None:
    with pytest.raises(strict_json.TooDeep):
        strict_json.parse(b"[" * 100_000)


def test_an_imported_line_has_the_same_id_every_time() -> None:
    once, again = {"user_id": "ada", "traits": {"a": 1, "b": "ü"}}, {"traits": {"b": "ü", "a": 1}, "user_id": "ada"}
    assert content_id(once) == content_id(again)
    assert content_id(once).startswith("sha256:")
    assert content_id(once) != content_id({**once, "user_id": "ben"})
    made = envelope(once, {"user_id": "ben", "messageId": "m-1"}, message_id=content_id)
    assert [event["messageId"] for event in made["events"]] == [content_id(once), "m-1"]


TEXT = st.text(st.characters(exclude_categories=()), max_size=8)  # lone surrogates too
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    [
        "userId",
        "email",
        "phone_number",
        "identifiers",
        "traits",
        "type",
        "event",
        "messageId",
        "timestamp",
        "previousId",
        "context",
        "properties",
        "signature",
        "sentAt",
    ]
)
EVENTS = st.dictionaries(FIELDS, JSON, max_size=6)


@settings(max_examples=200, deadline=None)
@given(posted=st.lists(EVENTS, max_size=4))
def test_whatever_is_posted_comes_out_as_text_that_can_be_landed_or_with_a_reason(posted: list[Any]) -> None:
    made = envelope(*posted)
    done = normalise_record(made)
    assert len(done["events"]) + len(done.get("rejected", [])) == len(posted)
    assert all(one["reason"] for one in done.get("rejected", []))
    for event in done["events"]:
        line = strict_json.dump(event)
        assert b"\\u0000" not in line
        assert json.loads(line) == event
        assert 1 <= len(event["identifiers"]) <= 10


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from(["email", "phone", "user_id", "loyalty_id"]),
    value=st.one_of(st.text(max_size=20), st.emails(), st.from_regex(r"\+?[0-9 ()/-]{3,18}", fullmatch=True)),
)
def test_the_front_door_refuses_nothing_that_the_normaliser_takes(kind: str, value: str) -> None:
    made = envelope({"identifiers": {kind: value}})
    if "rejected" not in made:
        return
    posted = {"v": 1, "source": {"id": 3, "region": "DE"}, "received_at": "2026-11-22T23:50:50Z"}
    alone = normalise_record({**posted, "events": [{"identifiers": {kind: value}, "messageId": "m-1"}]})
    assert alone["events"] == []
