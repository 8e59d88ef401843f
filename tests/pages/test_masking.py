"""A viewer never gets personal data, in whatever page and however deep in a payload it is."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from idportal.accounts.models import User
from ingest.masking import Mask, masked_payload
from ingest.models import RawEvent, RejectedRecord
from profiles.deciding.decisions import merge_profiles
from profiles.ids import profile_id_from
from profiles.models import ReviewQuestion
from tests.pages import crowd

PERSONAL = ["ada@", "Ada", "Lovelace", "London", "7946", "20794", "user-1815", "ada-phone", "ada-laptop", "203.0.113"]


def whole_portal(client: Client, ada: str) -> str:
    addresses = ["/", "/events/", "/profiles/", f"/profiles/{ada}/"]
    for event in RawEvent.objects.values_list("event_id", flat=True):
        addresses += [f"/events/{event}/", f"/events/{event}/effect/"]
    return "".join(client.get(address).content.decode() for address in addresses)


def test_a_viewer_sees_that_personal_data_is_there_and_not_what_it_is(viewer: Client) -> None:
    ada = crowd.ada()
    crowd.ben_and_the_kiosk()
    pages = whole_portal(viewer, ada)
    assert [text for text in PERSONAL if text in pages] == []
    assert "a***@example.com" in pages
    assert "+44***58" in pages
    assert "Personal data is masked for your role" in pages
    assert "Order completed" in pages


def test_why_somebody_decided_is_masked_like_what_was_said_of_them(viewer: Client) -> None:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    a, b = profile_id_from(ada), profile_id_from(ben)
    assert a
    assert b
    merge_profiles(a_profile_id=a, b_profile_id=b, author="Ana", reason="Ada Lovelace called")
    page = viewer.get(f"/profiles/{ada}/", follow=True).content.decode()
    assert "decided it" in page
    assert "Lovelace" not in page


def test_so_is_why_somebody_answered_a_question(people: dict[str, User], viewer: Client) -> None:
    steward = Client()
    steward.force_login(people["steward"])
    question = ReviewQuestion.objects.create(
        kind="value", priority=1, state="decided", answer="yes", answered_by="Ana", answered_at=timezone.now(),
        reason="Ada Lovelace called",
    )  # fmt: skip
    for address in ("/review/?show=decided", f"/review/{question.pk}/"):
        assert "Ada Lovelace called" in steward.get(address).content.decode(), address
        assert "Lovelace" not in viewer.get(address).content.decode(), address


def test_an_analyst_sees_it_all(analyst: Client) -> None:
    pages = whole_portal(analyst, crowd.ada())
    assert [text for text in PERSONAL if text not in pages] == []


def test_a_viewer_finds_a_person_by_a_whole_identifier_only(viewer: Client) -> None:
    ada = crowd.ada()
    assert viewer.get("/search/?q=ada@example.com")["Location"] == f"/profiles/{ada}/"
    for start in ("ada@ex", "user-18", "Lovelace", "+4420"):
        assert viewer.get("/profiles/", {"q": start}).context["rows"] == [], start


def test_a_marketer_sees_events_whole_and_profiles_masked(people: dict[str, User], client: Client) -> None:
    client.force_login(people["marketer"])
    ada = crowd.ada()
    assert "ada@example.com" in client.get("/events/").content.decode()
    assert "ada@example.com" not in client.get(f"/profiles/{ada}/").content.decode()


def test_rejected_bytes_are_masked_for_who_sees_deliveries_but_not_events(
    people: dict[str, User], client: Client
) -> None:
    nobody = people["nobody"]
    nobody.user_permissions.add(Permission.objects.get(codename="view_deliveries"))
    client.force_login(nobody)
    crowd.rejects()
    for record in RejectedRecord.objects.all():
        page = client.get(f"/rejected/{record.pk}/").content.decode()
        assert "ada@example.com" not in page
        assert "00000003" not in page
        assert "2026-11-22T23" not in page


def test_masking_keeps_the_shape_of_a_payload() -> None:
    payload = {
        "type": "track", "event": "Mail to ada@example.com", "userId": 1815, "email": "ada@example.com",
        "traits": {"type": "vip", "name": {"first": "Ada"}, "vip": True, "age": 36, "tags": ["a", None]},
        "properties": {"total": 42.5, "note": "call +44 20 7946 0958"},
        "context": {"page": {"url": "/?mail=ada%40example.com"}, "library": {"name": "x", "version": "1"}},
        "identifiers": [["email", "ada@example.com"]], "consent": {"ads": True}, "timestamp": "2026-11-22T23:50:50Z",
    }  # fmt: skip
    masked = masked_payload(payload)
    assert masked == {
        "type": "track", "event": "Mail to ***", "userId": "***", "email": "***",
        "traits": {"type": "***", "name": {"first": "***"}, "vip": True, "age": "***", "tags": ["***", None]},
        "properties": {"total": "***", "note": "***"},
        "context": {"page": {"url": "***"}, "library": {"name": "x", "version": "1"}},
        "identifiers": [["***", "***"]], "consent": {"ads": True}, "timestamp": "2026-11-22T23:50:50Z",
    }  # fmt: skip
    assert "ada" not in json.dumps(masked)


@pytest.mark.parametrize(
    ("kind", "value", "seen"),
    [
        ("email", "ada@example.com", "a***@example.com"),
        ("email", "a@b.c", "a***@b.c"),
        ("email", "no address", "no***"),
        ("phone", "+442079460958", "+44***58"),
        ("phone", "+12345", "+1***"),
        ("user_id", "user-1815", "us***"),
        ("user_id", "1815", "***"),
        ("anonymous_id", "5f0a2c54-9f0e-4d67-8a36-111111111111", "5f***"),
    ],
)
def test_an_identifier_stays_recognisable_and_no_more(kind: str, value: str, seen: str) -> None:
    assert Mask(on=True).identifier(kind, value) == seen
    assert Mask(on=False).identifier(kind, value) == value


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Order completed", "Order completed"),
        ("/account/ada@example.com/orders", "/account/***/orders"),
        ("Call +44 20 7946 0958 now", "Call *** now"),
        ("Top 10 of 2026", "Top 10 of 2026"),
        ("/basket/5f0a2c54-9f0e-4d67-8a36-111111111111", "/basket/***"),
    ],
)
def test_names_of_events_lose_only_what_may_be_personal(text: str, seen: str) -> None:
    assert Mask(on=True).text(text) == seen
