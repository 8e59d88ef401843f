"""The Python client against the real API over HTTP, and the examples of docs/api.md with it."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from idportal_client import Client, NotFound, Refused, TooMany, Unauthorized, is_genuine
from idportal_client.client import MOST
from pytest_django import Settings
from write_answers import written

from idportal.webhooks.signing import new_secret, signatures
from profiles.api import reference
from profiles.api.clients import create_client
from profiles.api.described import document
from profiles.models import ProfileIdKey
from profiles.rules.first_rules import ensure_first_rules
from tests.pages import crowd
from tests.webhooks.receiver import Receiver

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text()
SCOPES = ["read", "events", "decide", "erase"]


@pytest.fixture
def token(live_server: Any) -> str:
    ensure_first_rules()
    ProfileIdKey.objects.get_or_create(defaults={"key": b"0123456789abcdef"})
    return create_client(name="shop", scopes=SCOPES).token


@pytest.fixture
def idportal(live_server: Any, token: str) -> Client:
    return Client(live_server.url, token, retries=0)


@pytest.fixture
def busy() -> Iterator[Receiver]:
    server = Receiver()
    server.start()
    yield server
    server.stop()


class Noting:
    """The headers of every request, also of those that are sent away."""

    def __init__(self, server: Receiver) -> None:
        self.headers: list[dict[str, str]] = []
        self._take, server.take = server.take, self.take  # type: ignore[method-assign]

    def take(self, headers: dict[str, str], body: bytes) -> int:
        self.headers.append(headers)
        return self._take(headers, body)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.S)


def test_there_is_a_method_for_every_operation() -> None:
    operations = {one.name for one in reference.operations()}
    assert operations <= set(dir(Client))


@pytest.mark.django_db(transaction=True)
def test_a_webhook_is_made_tried_and_switched_off(live_server: Any, settings: Settings) -> None:
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    admin = Client(live_server.url, create_client(name="crm", scopes=["admin"]).token, retries=0)
    made = admin.create_webhook("CRM", "http://127.0.0.1:9/hook", ["profile.merged"])
    number = made["webhook_id"]
    assert made["secret"].startswith("whsec_")
    assert not admin.test_webhook(number)["delivered"]
    [failed] = admin.list_deliveries(number, failed=True)
    assert admin.replay_delivery(number, failed["delivery_id"])["number"] == 2
    assert admin.disable_webhook(number)["state"] == "disabled"
    assert admin.enable_webhook(number)["state"] == "active"
    assert admin.replay_webhook(number, "2026-01-31T12:00:00Z")["events"] == 0
    assert admin.read_webhook(number)["waiting"] == 0
    assert [one["webhook_id"] for one in admin.list_webhooks()] == [number]


def test_the_shapes_are_those_of_the_document() -> None:
    """Mended by: python clients/python/write_answers.py openapi.json."""
    shapes = ROOT / "clients" / "python" / "idportal_client" / "answers.py"
    assert shapes.read_text() == written(document())


@pytest.mark.django_db(transaction=True)
def test_what_the_page_shows_works(live_server: Any, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd.ada()
    monkeypatch.setenv("IDPORTAL_URL", live_server.url)
    monkeypatch.setenv("IDPORTAL_TOKEN", token)
    names: dict[str, Any] = {"__name__": "page"}
    exec(compile("\n".join(blocks("python")), "docs/api.md", "exec"), names)  # noqa: S102 - our own page
    assert names["copy"]["user_id", "user-1815"] == names["ada"]


def test_the_calls_for_a_terminal_can_be_read_by_it_and_lead_somewhere() -> None:
    paths = {one.path for one in reference.operations()}
    for call in blocks("sh"):
        subprocess.run(["bash", "-n"], input=call, text=True, check=True)
        found = re.search(r"\$IDPORTAL_URL(/api/v1/[^\"?]*)", call)
        assert found
        assert found[1] in paths


@pytest.mark.django_db(transaction=True)
def test_more_than_a_request_may_hold_is_asked_in_several(idportal: Client) -> None:
    crowd.ada()
    asked = [("user_id", f"nobody {number}") for number in range(MOST + 1)] + [("email", crowd.ADA)]
    answers = idportal.look_up_batch(asked)
    assert [answer["value"] for answer in answers] == [value for _, value in asked]
    assert [answer["found"] for answer in answers] == [False] * (MOST + 1) + [True]


@pytest.mark.django_db(transaction=True)
def test_all_pages_are_read(idportal: Client) -> None:
    crowd.passers_by(7)
    assert len(list(idportal.list_profiles(limit=2))) == 7


@pytest.mark.django_db(transaction=True)
def test_errors_say_what_is_wrong(idportal: Client, live_server: Any) -> None:
    with pytest.raises(Unauthorized) as unknown:
        Client(live_server.url, "none", retries=0).look_up("email", "a@b.example")
    assert unknown.value.status == 401
    with pytest.raises(NotFound):
        idportal.read_profile("6f1d9c0e-2b7a-4c55-9d0e-3a1f5b8c7d21")
    with pytest.raises(Refused) as refused:
        idportal.list_changes(limit=10**6)
    assert refused.value.reason
    assert refused.value.detail


@pytest.mark.django_db(transaction=True)
def test_a_whole_table_comes_in_parts(idportal: Client) -> None:
    crowd.ada()
    assert crowd.ADA.encode() in b"".join(idportal.export_table("identifiers", format="ndjson"))


def test_what_is_busy_is_asked_again_with_the_same_key_and_in_its_time(busy: Receiver) -> None:
    busy.statuses, busy.headers = [503, 429], {"Retry-After": "1"}
    busy.body = json.dumps({"status": "landed", "profile_id": None, "pending": True}).encode()
    seen = Noting(busy)
    began = time.monotonic()
    assert Client(f"http://127.0.0.1:{busy.port}", "token").identify({"userId": "u-1"})["status"] == "landed"
    assert time.monotonic() - began >= 2
    keys = [headers["idempotency-key"] for headers in seen.headers]
    assert len(keys) == 3
    assert len(set(keys)) == 1


def test_what_stays_busy_is_told_with_the_time_to_wait(busy: Receiver) -> None:
    busy.statuses, busy.headers = [503] * 2, {"Retry-After": "1"}
    busy.body = json.dumps({"reason": "busy", "detail": "the engine is busy"}).encode()
    with pytest.raises(TooMany) as told:
        Client(f"http://127.0.0.1:{busy.port}", "token", retries=1).identify({"userId": "u-1"})
    assert (told.value.reason, told.value.retry_after) == ("busy", 1.0)


def test_a_delivery_is_genuine_with_its_own_bytes_and_time_alone() -> None:
    secret, body, now = new_secret(), b'{"id":"evt_1"}', 1_767_225_600
    signed = signatures(secrets=[new_secret(), secret], event_id="evt_1", timestamp=now, body=body)
    headers = {"Webhook-Id": "evt_1", "Webhook-Timestamp": str(now), "Webhook-Signature": signed}
    assert is_genuine(secret, headers, body, now=now + 299)
    assert not is_genuine(secret, headers, body, now=now + 301)
    assert not is_genuine(secret, headers, body + b" ", now=now)
    assert not is_genuine(secret, headers | {"Webhook-Id": "evt_2"}, body, now=now)
    assert not is_genuine(new_secret(), headers, body, now=now)
