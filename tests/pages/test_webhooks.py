"""The pages about webhooks: made, tested, looked at, told again, and what is shown to whom."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from idportal.accounts.models import User
from idportal.webhooks.models import EventType, Webhook, WebhookAttempt, WebhookEvent
from tests.pages import crowd
from tests.webhooks.receiver import Receiver


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    made = Receiver()
    made.start()
    yield made
    made.stop()


def make(admin: Client, receiver: Receiver) -> Webhook:
    answer = admin.post("/webhooks/new/", {"name": "CRM", "url": receiver.url, "types": EventType.values})
    assert answer.status_code == 302
    return Webhook.objects.get()


def test_a_webhook_is_made_and_its_secret_shown_once(admin: Client, receiver: Receiver) -> None:
    webhook = make(admin, receiver)
    assert "whsec_" in admin.get(f"/webhooks/{webhook.pk}/").content.decode()
    assert "whsec_" not in admin.get(f"/webhooks/{webhook.pk}/").content.decode()
    admin.post(f"/webhooks/{webhook.pk}/rotate/")
    assert "whsec_" in admin.get(f"/webhooks/{webhook.pk}/").content.decode()


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "http://receiver.example/", "https://169.254.169.254/latest"])
def test_an_address_of_our_own_is_refused_with_a_reason(admin: Client, url: str) -> None:
    answer = admin.post("/webhooks/new/", {"name": "CRM", "url": url, "types": ["profile.merged"]})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Webhook.objects.exists()


def test_a_webhook_that_is_told_of_nothing_is_refused(admin: Client) -> None:
    answer = admin.post("/webhooks/new/", {"name": "", "url": "", "types": ["all", "\0"]})
    assert answer.status_code == 422
    assert "Choose at least one." in answer.content.decode()


def test_a_test_arrives_and_is_in_the_log_with_its_answer(admin: Client, receiver: Receiver) -> None:
    webhook = make(admin, receiver)
    said = admin.post(f"/webhooks/{webhook.pk}/test/", follow=True).content.decode()
    assert "Delivered: it answered 200" in said
    event = WebhookEvent.objects.get()
    page = admin.get(f"/webhooks/{webhook.pk}/deliveries/{event.event_id}/").content.decode()
    assert "thanks" in page
    assert f"evt_{event.event_id.hex}" in page
    receiver.statuses = [500]
    said = admin.post(f"/webhooks/{webhook.pk}/deliveries/{event.event_id}/replay/", follow=True).content.decode()
    assert "Not delivered: it answered 500." in said


def test_others_see_neither_the_address_nor_the_answer_nor_a_button(admin: Client, people: dict[str, User]) -> None:
    told = crowd.told_webhook()
    told.answer = b"their stack trace"
    told.save()
    analyst = Client()
    analyst.force_login(people["analyst"])
    pages = [f"/webhooks/{told.webhook_id}/", f"/webhooks/{told.webhook_id}/deliveries/{told.event.event_id}/"]
    for one, sees in ((analyst, False), (admin, True)):
        text = "".join(one.get(page).content.decode() for page in ["/webhooks/", *pages])
        assert ("token=of-our-own" in text) is sees
        assert ("their stack trace" in text) is sees
        assert (f"/webhooks/{told.webhook_id}/test/" in text) is sees


def test_a_delivery_is_shown_only_at_the_webhook_that_got_it(admin: Client) -> None:
    told = crowd.told_webhook()
    other = Webhook.objects.create(name="Other", url="https://o.example/", types=[], secret_encrypted=b"", position=0)
    assert admin.get(f"/webhooks/{other.pk}/deliveries/{told.event.event_id}/").status_code == 404


def test_everything_since_a_time_is_told_again(admin: Client, receiver: Receiver) -> None:
    webhook = make(admin, receiver)
    WebhookEvent.objects.create(type="profile.merged", occurred_at=timezone.now(), body="{}")
    Webhook.objects.update(position=WebhookEvent.objects.get().sequence)
    for since, said in (
        (f"{timezone.now() - timedelta(hours=1):%Y-%m-%dT%H:%M}", "1 event will be told again"),
        ("2200-01-01T00:00", "Nothing that is kept"),
        ("2026-13-45T99:99", "Say from which time"),
        ("", "Say from which time"),
    ):
        answer = admin.post(f"/webhooks/{webhook.pk}/replay/", {"since": since}, follow=True)
        assert said in answer.content.decode()


def test_it_is_switched_off_and_on_edited_and_deleted(admin: Client, receiver: Receiver) -> None:
    webhook = make(admin, receiver)
    admin.post(f"/webhooks/{webhook.pk}/disable/")
    assert "switched off" in admin.get("/webhooks/").content.decode()
    admin.post(f"/webhooks/{webhook.pk}/enable/")
    admin.post(f"/webhooks/{webhook.pk}/edit/", {"name": "ERP", "url": receiver.url, "types": ["profile.erased"]})
    webhook.refresh_from_db()
    assert (webhook.name, webhook.types, webhook.state) == ("ERP", ["profile.erased"], "active")
    admin.post(f"/webhooks/{webhook.pk}/delete/")
    assert not Webhook.objects.exists()


def test_the_log_comes_in_pages_and_asks_no_more_for_more(
    admin: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    told = crowd.told_webhook()
    WebhookAttempt.objects.bulk_create(
        WebhookAttempt(webhook=told.webhook, event=told.event, why="turn", number=n, at=told.at, milliseconds=n,
                       status=200 if n % 2 else 500, answer=b"")
        for n in range(120)
    )  # fmt: skip
    seen, address = 0, f"/webhooks/{told.webhook_id}/"
    before = ""
    while True:
        with django_assert_max_num_queries(16):
            answer = admin.get(address + before)
        seen += len(answer.context["attempts"])
        if answer.context["before"] is None:
            break
        before = f"?before={answer.context['before']}"
    assert seen == 121
    failed = admin.get(f"{address}?failed=on").context["attempts"]
    assert {one.status for one in failed} == {0, 500} or {one.status for one in failed} == {500}
