import logging
import re
from uuid import uuid4

import pytest
from celery import Celery
from django.conf import settings
from django.core import mail
from django.test import Client

from idportal.accounts.models import User
from idportal.accounts.passwords.letter import send_reset_letter
from idportal.accounts.throttle import FAILED_FROM_ADDRESS, FAILED_OF_BOTH
from ingest.models import AuditEntry
from tests.accounts.test_sessions import FIREFOX, is_in, logged_in
from tests.pages import crowd
from tests.pages.conftest import people  # noqa: F401 - fixture

NEW = "eleven purple herons"


@pytest.fixture
def steward(people: dict[str, User]) -> User:  # noqa: F811
    User.objects.filter(pk=people["steward"].pk).update(email="Stew@Example.com")
    people["steward"].refresh_from_db()
    return people["steward"]


def link_of_letter() -> str:
    found = re.search(r"http\S+(/login/new-password/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_a_changed_password_keeps_this_session_and_ends_the_others(steward: User) -> None:
    here, other = logged_in(steward, FIREFOX), logged_in(steward, FIREFOX)
    form = {"old_password": crowd.PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert here.post("/account/password/", form | {"old_password": "wrong"}).status_code == 422
    assert here.post("/account/password/", form | {"new_password1": "short"}).status_code == 422
    assert is_in(other)
    assert here.post("/account/password/", form).status_code == 302
    assert (is_in(here), is_in(other)) == (True, False)
    assert "this one" in here.get("/account/sessions/").content.decode()
    assert Client().post("/login/", {"username": "steward", "password": NEW}).status_code == 302


def test_an_open_session_is_no_leave_to_guess_the_password(steward: User) -> None:
    here = logged_in(steward, FIREFOX)
    form = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    for _ in range(FAILED_OF_BOTH):
        here.post("/account/password/", form)
    refused = here.post("/account/password/", form | {"old_password": crowd.PASSWORD})
    assert refused.status_code == 422
    assert "quarter of an hour" in refused.content.decode()
    wrong = here.post("/account/password/", form)
    told, expected = (re.sub(rb'(?<=value=")\w{64}', b"", answer.content) for answer in (refused, wrong))
    assert told == expected  # nor is a right guess told from a wrong one


def test_who_forgot_it_gets_a_letter_whose_link_is_good_once(steward: User) -> None:
    session = logged_in(steward, FIREFOX)
    send_reset_letter("stew@example.com")
    assert mail.outbox[-1].to == ["Stew@Example.com"]
    link, guest = link_of_letter(), Client()
    assert "For steward." in guest.get(link).content.decode()
    assert guest.post(link, {"new_password1": "short", "new_password2": "short"}).status_code == 422
    assert guest.post(link, {"new_password1": NEW, "new_password2": NEW})["Location"] == "/login/"
    assert not is_in(session)
    assert guest.get(link).status_code == 410
    assert Client().post("/login/", {"username": "steward", "password": NEW}).status_code == 302
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"password_letter", "password_reset"}


def test_a_link_that_is_still_good_is_in_no_log(steward: User, caplog: pytest.LogCaptureFixture) -> None:
    send_reset_letter("stew@example.com")
    link = link_of_letter()
    assert Client().post(link, {"new_password1": "short", "new_password2": "short"}).status_code == 422
    (handler,) = (one for one in logging.getLogger().handlers if one.filters)
    (record,) = (one for one in caplog.records if one.name == "django.request")
    assert handler.filter(record)
    assert handler.format(record).endswith("Unprocessable Entity: /login/new-password/<str:person>/<str:token>/")


def test_a_forged_link_opens_nothing(steward: User) -> None:
    send_reset_letter("stew@example.com")
    link = link_of_letter()
    other = link[:-2] + ("b/" if link.endswith("a/") else "a/")
    for forged in (other, *(f"/login/new-password/{end}/" for end in ("MQ/abc-def", "%ff/x", "OTk5/x"))):
        assert Client().get(forged).status_code == 410, forged


def test_nobody_learns_who_has_an_account(steward: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the worker finds out is all that differs; the page's own answers are the same, byte by byte."""
    asked: list[str] = []
    monkeypatch.setattr(send_reset_letter, "delay", asked.append)
    people_asked = (f"{uuid4()}@example.com", f"{uuid4()}@example.com")
    User.objects.filter(pk=steward.pk).update(email=people_asked[0])
    answers = {Client().post("/login/forgotten/", {"email": who}).content for who in people_asked}
    assert len(answers) == 1
    assert asked == [*people_asked]
    send_reset_letter(people_asked[1])
    assert mail.outbox == []


@pytest.mark.django_db
def test_nobody_is_flooded_with_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(send_reset_letter, "delay", asked.append)
    address = "ana@example.com"
    for _ in range(FAILED_OF_BOTH + 3):
        assert Client().post("/login/forgotten/", {"email": address}).status_code == 200
    assert len(asked) == FAILED_OF_BOTH


@pytest.mark.django_db
def test_it_is_said_that_no_letter_can_be_sent_while_the_broker_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    away = Celery(broker="redis://127.0.0.1:9/0")
    away.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    monkeypatch.setattr(send_reset_letter, "delay", lambda *args: away.send_task("letter", args))
    answer = Client().post("/login/forgotten/", {"email": "ana@example.com"})
    assert answer.status_code == 503
    assert "Try again in a few minutes" in answer.content.decode()


def test_an_office_that_asks_for_many_letters_still_logs_in(steward: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_reset_letter, "delay", lambda address: None)
    for number in range(FAILED_FROM_ADDRESS + 1):
        Client(REMOTE_ADDR="192.0.2.9").post("/login/forgotten/", {"email": f"{number}@example.com"})
    assert is_in(logged_in(steward, FIREFOX))
