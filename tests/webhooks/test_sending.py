"""From a change of a profile to a real receiver: signed, in order, once, whatever the receiver does."""

import re
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from idportal.attention import matters
from idportal.webhooks import managing, posting, sending
from idportal.webhooks.composing import compose
from idportal.webhooks.models import EventType, Webhook, WebhookAttempt, WebhookEvent
from idportal.webhooks.sending import send_due, take_turn
from profiles.deciding.decisions import Named, decide, withdraw
from profiles.ids import public_id
from profiles.models import Decision, Identifier, ProfileChange
from profiles.privacy.carrying_out import run
from profiles.privacy.erasure import ask, confirm
from tests.profiles.builders import land, resolve
from tests.profiles.reference import Event
from tests.webhooks.conftest import Clock
from tests.webhooks.receiver import Receiver

START = timezone.now() - timedelta(days=1)
DOCS = Path(__file__).parent.parent.parent / "docs" / "webhooks.md"


def person(*names: str, minutes: int = 0, **traits: object) -> None:
    """An event that names somebody, resolved."""
    named = frozenset(("email", name) if "@" in name else ("anonymous_id", name) for name in names)
    land(Event(named, START + timedelta(minutes=minutes), trusted=True), traits=traits or None)
    resolve()


def webhook_to(receiver: Receiver, *, types: list[str] = EventType.values, name: str = "CRM") -> Webhook:
    return managing.create_webhook(name=name, url=receiver.url, types=types).webhook


def send(webhook: Webhook) -> int:
    """In this thread, so that a test's transaction is seen."""
    compose()
    return take_turn(webhook.pk, until=time.monotonic() + 20)


def again(webhook: Webhook) -> Webhook:
    webhook.refresh_from_db()
    return webhook


def verify() -> Any:
    """As the documentation has it."""
    code: dict[str, Any] = {}
    found = re.search(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert found
    exec(found[1], code)  # noqa: S102
    return code["verify"]


@pytest.mark.django_db
def test_what_happens_is_told_in_order_and_signed_as_documented(receiver: Receiver) -> None:
    person("before@x.org")
    made = managing.create_webhook(name="CRM", url=receiver.url, types=EventType.values)
    person("a@x.org", "phone")
    person("b@x.org")
    decision = decide(action="assert", a=[Named("email", "a@x.org")], b=[Named("email", "b@x.org")], author="Ana")
    send(made.webhook)
    person("a@x.org", "laptop")
    withdraw(Decision.objects.get(), author="Ana")
    send(made.webhook)
    assert decision
    assert receiver.types == [
        "profile.created", "profile.created", "profile.merged", "profile.split", "profile.updated",
    ]  # fmt: skip
    a, b = (Identifier.objects.get(value=value).profile_id for value in ("a@x.org", "b@x.org"))
    assert {one["data"]["profile_id"] for one in receiver.events[:2]} == {public_id(a), public_id(b)}
    said = receiver.events[2]["data"]
    assert said == {"profile_id": public_id(min(a, b)), "from_profile_id": public_id(max(a, b)), "cause": "decision"}
    for headers, body in receiver.requests:
        assert verify()(made.secret, headers, body)
        assert not verify()(made.secret, headers, body + b" ")
        assert headers["host"] == f"127.0.0.1:{receiver.port}"
    assert "@" not in "".join(str(one) for one in receiver.events)


@pytest.mark.django_db
def test_new_traits_of_a_known_person_are_told_once(receiver: Receiver) -> None:
    person("a@x.org")
    webhook = webhook_to(receiver)
    person("a@x.org", city="London")
    person("a@x.org", city="Paris")
    person("a@x.org")
    send(webhook)
    send(webhook)
    assert receiver.types == ["profile.updated"]


@pytest.mark.django_db
def test_traits_that_are_said_again_are_no_news_and_one_that_comes_back_is(receiver: Receiver) -> None:
    person("a@x.org", city="London")
    webhook = webhook_to(receiver)

    def told_of(minutes: int, **traits: str) -> int:
        person("a@x.org", minutes=minutes, **traits)
        send(webhook)
        return len(receiver.types)

    cities = ("London", "London", "Paris", "Paris", "London", "London")
    assert [told_of(n, city=city) for n, city in enumerate(cities, start=1)] == [0, 0, 1, 1, 2, 2]
    assert told_of(7, city="London", plan="pro") == 3
    assert told_of(8) == 3


@pytest.mark.django_db
def test_what_a_merge_made_of_the_traits_is_no_news_after_it(receiver: Receiver) -> None:
    person("a@x.org", city="London")
    person("b@x.org", plan="pro")
    webhook = webhook_to(receiver)
    person("a@x.org", city="London")
    send(webhook)
    assert decide(action="assert", a=[Named("email", "a@x.org")], b=[Named("email", "b@x.org")], author="Ana")
    send(webhook)
    person("a@x.org", city="London")
    send(webhook)
    assert receiver.types == ["profile.merged"]


@pytest.mark.django_db
def test_an_erased_person_is_told_of_by_an_opaque_id_alone(receiver: Receiver) -> None:
    person("a@x.org")
    webhook = webhook_to(receiver)
    number = Identifier.objects.get().profile_id
    ProfileChange.objects.create(
        change="erased", from_profile_id=number, to_profile_id=number, identifier_ids=[number], cause="erasure"
    )
    send(webhook)
    assert receiver.events[0]["type"] == "profile.erased"
    assert receiver.events[0]["data"] == {"profile_id": public_id(number), "from_profile_id": None, "cause": "erasure"}


@pytest.mark.django_db
def test_only_what_it_is_for_is_told_and_the_rest_is_passed_over(receiver: Receiver) -> None:
    merges, all_ = webhook_to(receiver, types=["profile.merged"]), webhook_to(receiver, name="All")
    person("a@x.org")
    assert (send(merges), send(all_)) == (0, 1)
    assert again(merges).position == again(all_).position == WebhookEvent.objects.get().sequence


@pytest.mark.django_db
def test_a_receiver_that_was_down_for_an_hour_gets_everything_once_and_in_order(
    receiver: Receiver, clock: Clock
) -> None:
    webhook = webhook_to(receiver)
    receiver.stop()
    for number in range(12):
        person(f"p{number}@x.org")
        send(webhook)
        clock.forward(minutes=5)
    assert "refused" in WebhookAttempt.objects.earliest("pk").error
    assert again(webhook).failures > 3
    receiver.start()
    clock.forward(minutes=12)
    assert send(webhook) == 12
    told = [one["data"]["profile_id"] for one in receiver.events]
    assert told == [public_id(Identifier.objects.get(value=f"p{n}@x.org").profile_id) for n in range(12)]
    assert again(webhook).state == "active"
    assert send(webhook) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("status", [302, 400, 404, 429, 500, 503])
def test_any_answer_but_2xx_is_tried_again_with_the_same_id_and_nothing_overtakes_it(
    receiver: Receiver, clock: Clock, status: int
) -> None:
    webhook = webhook_to(receiver)
    person("a@x.org")
    person("b@x.org")
    receiver.statuses = [status, status]
    receiver.headers = {"Location": receiver.url}
    assert send(webhook) == 0
    assert send(webhook) == 0  # it is not due yet
    assert WebhookAttempt.objects.count() == 1
    clock.forward(seconds=6.1)
    assert send(webhook) == 0
    clock.forward(seconds=12.1)
    assert send(webhook) == 2
    attempts = WebhookAttempt.objects.order_by("pk")
    assert [one.status for one in attempts] == [status, status, 200, 200]
    assert [one.number for one in attempts] == [1, 2, 3, 1]
    assert bytes(attempts[0].answer) == b"thanks"
    assert len({one.event_id for one in attempts[:3]}) == 1


@pytest.mark.django_db
def test_gone_is_gone_at_once(receiver: Receiver) -> None:
    webhook = webhook_to(receiver)
    person("a@x.org")
    receiver.statuses = [410]
    send(webhook)
    assert (again(webhook).state, webhook.disabled_why) == ("disabled", "gone")
    assert any("“CRM” is disabled: it answered 410" in matter.title for matter in matters())


@pytest.mark.django_db
def test_after_a_day_of_failures_it_is_disabled_and_enabled_again_goes_on_where_it_stood(
    receiver: Receiver, clock: Clock
) -> None:
    webhook = webhook_to(receiver)
    person("a@x.org")
    receiver.statuses = [500] * 1000
    hours = 0.0
    while again(webhook).disabled_at is None:
        send(webhook)
        clock.forward(minutes=30)
        hours += 0.5
        assert hours < 30
    assert hours >= 24
    assert webhook.disabled_why == "failing"
    assert 20 < WebhookAttempt.objects.count() < 60
    assert any("“CRM” is disabled: it failed for a day" in matter.title for matter in matters())
    receiver.statuses = []
    person("b@x.org")
    assert send(webhook) == 0
    managing.enable(webhook)
    assert send(webhook) == 2
    assert matters() == [] or not any("Webhook" in matter.title for matter in matters())


def test_the_pause_doubles_to_ten_minutes_and_is_never_shorter_than_asked() -> None:
    def pause(failures: int, asked: str = "", jitter: float = 0.5) -> float:
        return sending.pause(failures, asked, now=START, jitter=lambda: jitter).total_seconds()

    assert [pause(n) for n in (1, 2, 3, 7, 8, 500)] == [5, 10, 20, 320, 600, 600]
    assert (pause(1, jitter=0), pause(1, jitter=1)) == (4, 6)
    assert pause(1, "120") == 120
    assert pause(1, "999999") == 6 * 3600
    assert pause(1, (START + timedelta(minutes=9)).strftime("%a, %d %b %Y %H:%M:%S GMT")) == pytest.approx(540, abs=1)
    for odd in ("soon", "-5", "", "1" * 30, "٣"):
        assert pause(1, odd) == 5


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["silent", "dripping"])
def test_a_slow_receiver_is_cut_off_also_where_it_drips(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(posting, "SECONDS", 0.3)
    webhook = webhook_to(receiver)
    person("a@x.org")
    receiver.slow, receiver.drips = (2, False) if how == "silent" else (0, True)
    began = time.monotonic()
    assert send(webhook) == 0
    assert time.monotonic() - began < 1.8
    assert WebhookAttempt.objects.get().error == "No answer within 0.3 seconds."


@pytest.mark.django_db
def test_of_a_long_answer_only_the_first_bytes_are_read_and_kept(receiver: Receiver) -> None:
    webhook = webhook_to(receiver)
    receiver.body = b"x" * 3_000_000
    person("a@x.org")
    person("b@x.org")
    assert send(webhook) == 2
    assert bytes(WebhookAttempt.objects.earliest("pk").answer) == b"x" * posting.KEPT


@pytest.mark.django_db
def test_with_a_new_secret_both_sign_for_a_day(receiver: Receiver, clock: Clock) -> None:
    made = managing.create_webhook(name="CRM", url=receiver.url, types=EventType.values)
    new = managing.rotate_secret(made.webhook)
    person("a@x.org")
    send(made.webhook)
    assert all(verify()(secret, *receiver.requests[0]) for secret in (made.secret, new))
    clock.forward(days=1)
    person("b@x.org")
    send(made.webhook)
    headers = receiver.requests[1][0]
    assert len(headers["webhook-signature"].split()) == 1
    assert made.secret.encode() not in bytes(made.webhook.secret_encrypted)


@pytest.mark.django_db
def test_one_delivery_and_everything_since_a_time_are_told_again_with_their_ids(receiver: Receiver) -> None:
    webhook = webhook_to(receiver)
    for number in range(4):
        person(f"p{number}@x.org")
        send(webhook)
    told = receiver.ids
    third = WebhookEvent.objects.order_by("sequence")[2]
    assert managing.replay(again(webhook), third).delivered
    assert receiver.ids[4:] == [told[2]]
    assert managing.replay_from(again(webhook), third.occurred_at) == 2
    person("p4@x.org")
    assert send(webhook) == 3
    assert receiver.ids[5:7] == told[2:]
    assert managing.replay_from(again(webhook), timezone.now()) == 0


@pytest.mark.django_db
def test_an_event_that_is_never_taken_can_be_left_out(receiver: Receiver) -> None:
    webhook = webhook_to(receiver)
    person("a@x.org")
    person("b@x.org")
    receiver.statuses = [400]
    send(webhook)
    managing.skip(again(webhook))
    assert send(webhook) == 1
    assert receiver.ids == [f"evt_{WebhookEvent.objects.latest('sequence').event_id.hex}"]


@pytest.mark.django_db
def test_a_test_is_told_to_nobody_else_and_stands_outside_the_order(receiver: Receiver) -> None:
    webhook, other = webhook_to(receiver), webhook_to(receiver, name="Other")
    assert managing.send_test(webhook).delivered
    assert receiver.types == ["webhook.test"]
    assert (send(webhook), send(other)) == (0, 0)


@pytest.mark.django_db
def test_old_events_are_forgotten_but_not_what_still_waits(receiver: Receiver) -> None:
    webhook = webhook_to(receiver)
    person("a@x.org")
    send(webhook)
    person("b@x.org")
    compose()
    late = timezone.now() + timedelta(days=31)
    assert managing.forget_old_events() == 0
    assert managing.forget_old_events(now=late) == 1
    assert send(webhook) == 1
    assert managing.forget_old_events(now=late) == 1
    assert WebhookAttempt.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_senders_never_send_to_one_receiver_at_once_and_a_slow_one_stops_no_other(receiver: Receiver) -> None:
    slow = Receiver()
    slow.slow = 0.3
    slow.start()
    fast, tardy = webhook_to(receiver), webhook_to(slow, name="Tardy")
    for number in range(30):
        person(f"p{number}@x.org")
        compose()
    began = time.monotonic()
    senders = [threading.Thread(target=_send_and_close) for _ in range(3)]
    for one in senders:
        one.start()
    while len(receiver.requests) < 30 and time.monotonic() - began < 10:
        time.sleep(0.02)
    assert len(slow.requests) < 20
    for one in senders:
        one.join()
    slow.stop()
    assert slow.most_at_once == receiver.most_at_once == 1
    assert len(receiver.ids) == len(set(receiver.ids)) == 30
    assert slow.ids == receiver.ids[: len(slow.ids)]
    assert again(fast).position >= again(tardy).position
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE raw_events")


def _send_and_close() -> None:
    send_due(seconds=4)
    connection.close()


def test_a_page_of_changes_is_written_by_one_process_at_a_time(receiver: Receiver, transactional_db: None) -> None:
    webhook_to(receiver)
    for number in range(20):
        person(f"p{number}@x.org")
    composers = [threading.Thread(target=_compose_and_close) for _ in range(4)]
    for one in composers:
        one.start()
    for one in composers:
        one.join()
    assert WebhookEvent.objects.count() == 20
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE raw_events")


def _compose_and_close() -> None:
    compose()
    connection.close()


@pytest.mark.django_db
def test_nobody_is_told_of_a_stranger_however_much_waits(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each profile is created once and before anything else of it, also where that is told in many pages."""
    monkeypatch.setattr("idportal.webhooks.composing.PAGE", 3)
    webhook = webhook_to(receiver)
    for number in range(8):
        person(f"visitor {number}")
        person(f"p{number}@x.org")
        person(f"visitor {number}", f"p{number}@x.org", minutes=number)
    for number in range(0, 6, 2):
        sides = [Named("email", f"p{number}@x.org")], [Named("email", f"p{number + 1}@x.org")]
        decide(action="assert", a=sides[0], b=sides[1], author="Ana")
    send(webhook)
    known: set[str] = set()
    for event in receiver.events:
        about = event["data"]
        if event["type"] == "profile.created":
            assert about["profile_id"] not in known
            known.add(about["profile_id"])
        assert {about["profile_id"], about["from_profile_id"] or about["profile_id"]} <= known
    assert len(known) == 16
    assert receiver.types.count("profile.merged") == 11


@pytest.mark.django_db
def test_the_erasure_of_a_real_person_is_told_and_names_nobody(receiver: Receiver) -> None:
    webhook = webhook_to(receiver)
    person("a@x.org", city="London")
    number = Identifier.objects.get().profile_id
    send(webhook)
    erasure = ask(profile_id=number, author="Ana")
    run(erasure.pk)
    erasure.refresh_from_db()
    confirm(erasure, author="Root", typed="ERASE")
    while run(erasure.pk):
        pass
    send(webhook)
    assert receiver.types == ["profile.created", "profile.erased"]
    assert receiver.events[1]["data"]["profile_id"] == receiver.events[0]["data"]["profile_id"] == public_id(number)
    assert "x.org" not in "".join(WebhookEvent.objects.values_list("body", flat=True))
