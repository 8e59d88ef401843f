"""Webhooks by API: a program makes one, tests it, reads what was delivered, has it told again, switches it off."""

from collections.abc import Callable

import pytest

from idportal.webhooks.managing import create_webhook
from idportal.webhooks.models import Webhook
from tests.api.conftest import Caller, body, caller  # noqa: F401 - a fixture
from tests.webhooks.receiver import Receiver
from tests.webhooks.test_sending import person, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(caller: Callable[..., Caller]) -> Caller:  # noqa: F811
    return caller("admin")


def test_one_is_made_tested_and_its_secret_told_once(admin: Caller, receiver: Receiver) -> None:
    made = admin.post("webhooks/create/", {"name": "CRM", "url": receiver.url, "types": ["profile.created"]})
    assert made.status_code == 201
    number = body(made)["webhook_id"]
    assert body(made)["secret"].startswith("whsec_")
    assert "secret" not in admin.ask(f"webhooks/{number}/")
    sent = body(admin.post(f"webhooks/{number}/test/"))
    assert (sent["type"], sent["delivered"]) == ("webhook.test", True)
    assert receiver.types == ["webhook.test"]
    again = admin.post("webhooks/create/", {"name": "CRM", "url": receiver.url, "types": ["profile.created"]})
    assert again.status_code == 422
    assert [one["name"] for one in admin.ask("webhooks/")["results"]] == ["CRM"]


def test_what_was_delivered_comes_in_pages_and_is_told_again(admin: Caller, receiver: Receiver) -> None:
    webhook = create_webhook(name="CRM", url=receiver.url, types=["profile.created"]).webhook
    for number in range(3):
        person(f"p{number}@x.org")
    send(webhook)
    first = admin.ask(f"webhooks/{webhook.pk}/deliveries/", limit=2)
    rest = admin.ask(f"webhooks/{webhook.pk}/deliveries/", limit=2, after=first["next"])
    found = [*first["results"], *rest["results"]]
    assert (len(found), rest["next"]) == (3, None)
    one = body(admin.post(f"webhooks/{webhook.pk}/deliveries/{found[0]['delivery_id']}/replay/"))
    assert (one["event_id"], one["number"], one["why"]) == (found[0]["event_id"], 2, "replay")
    assert body(admin.post(f"webhooks/{webhook.pk}/replay/", {"since": "2020-01-01T00:00:00Z"}))["events"] == 3
    assert admin.ask(f"webhooks/{webhook.pk}/")["waiting"] == 3
    send(webhook)
    assert len(receiver.types) == 7


def test_one_is_switched_off_and_on(admin: Caller, receiver: Receiver) -> None:
    webhook = create_webhook(name="CRM", url=receiver.url, types=["profile.created"]).webhook
    assert body(admin.post(f"webhooks/{webhook.pk}/disable/"))["state"] == "disabled"
    assert body(admin.post(f"webhooks/{webhook.pk}/enable/"))["state"] == "active"
    assert Webhook.objects.get().disabled_at is None
    assert admin.get("webhooks/99/").status_code == 404


def test_it_takes_the_scope_of_all(caller: Callable[..., Caller]) -> None:  # noqa: F811
    assert caller("write").get("webhooks/").status_code == 403


def test_a_private_address_is_refused_where_none_is_allowed(admin: Caller) -> None:
    wish = {"name": "x", "url": "https://127.0.0.1/", "types": ["profile.merged"]}
    answer = admin.post("webhooks/create/", wish)
    assert (answer.status_code, body(answer)["reason"]) == (422, "refused")
