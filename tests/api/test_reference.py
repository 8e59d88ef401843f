"""Each endpoint has a page with calls that work as they are copied."""

import json
import subprocess
import sys
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from idportal.accounts.models import User
from idportal.webhooks.composing import body_of
from idportal.webhooks.models import EventType
from profiles.api import examples, receiving, reference
from profiles.api.clients import create_client
from profiles.api.described import document
from profiles.models import ProfileIdKey
from profiles.rules.first_rules import ensure_first_rules
from tests.pages import crowd

OPERATIONS = {one.name: one for one in reference.operations()}


@pytest.fixture
def reader(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("ana"))
    return client


def test_the_pages_lead_to_every_endpoint_and_show_its_calls(reader: Client) -> None:
    overview = reader.get("/api-reference/").content.decode()
    for name in OPERATIONS:
        assert f'href="/api-reference/{name}/"' in overview
        page = reader.get(f"/api-reference/{name}/").content.decode()
        assert page.count("data-copy=") >= 3
        assert "IDPORTAL_TOKEN" in page
    assert "<code>dry_run</code>" in reader.get("/api-reference/merge_profiles/").content.decode()
    assert reader.get("/api-reference/no_such/").status_code == 404


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_calls_can_be_read_by_what_runs_them(name: str) -> None:
    one = OPERATIONS[name]
    compile(examples.python(one), name, "exec")
    subprocess.run(["bash", "-n"], input=examples.curl(one), text=True, check=True)
    assert "{" not in examples.curl(one).splitlines()[0]
    assert one.scope


def test_a_receiver_is_shown_the_check_of_a_delivery_that_the_documentation_has(reader: Client) -> None:
    documentation = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
    page = unescape(reader.get("/api-reference/").content.decode())
    for language, code in (("python", receiving.PYTHON), ("javascript", receiving.JAVASCRIPT)):
        assert f"```{language}\n{code}```" in documentation
        assert code in page


def test_the_document_alone_tells_of_what_is_not_an_endpoint() -> None:
    told = document()
    words = told["info"]["description"]
    for needed in ("Authorization: Bearer", "Idempotency-Key", "Retry-After", "`merged`", "410", "`next`"):
        assert needed in words
    delivery = told["webhooks"]["delivery"]["post"]
    sample = delivery["requestBody"]["content"]["application/json"]
    body = body_of(uuid4(), type="profile.merged", at=timezone.now(), data=sample["example"]["data"])
    assert json.loads(body).keys() == sample["example"].keys() == sample["schema"]["properties"].keys()
    assert set(EventType.values) <= set(sample["schema"]["properties"]["type"]["enum"])
    keyed = {one.name for one in OPERATIONS.values() if one.takes_key}
    assert {one.name for one in OPERATIONS.values() if one.method == "POST"} - keyed == {
        "look_up_batch",
        "create_webhook",
    }


def test_what_an_endpoint_takes_and_gives_is_told_down_to_what_is_in_lists() -> None:
    batch = OPERATIONS["look_up_batch"]
    assert {"identifiers", "identifiers[].kind", "identifiers[].value"} <= {one.name for one in batch.takes}
    assert {"results[].found", "results[].profile_id"} <= {one.name for one in batch.gives}
    assert {one.status for one in batch.problems} >= {"400", "401", "403", "429"}


@pytest.mark.django_db(transaction=True)
def test_the_call_of_a_look_up_finds_who_it_is_about(live_server: Any) -> None:
    ensure_first_rules()
    ProfileIdKey.objects.get_or_create(defaults={"key": b"0123456789abcdef"})
    ada = crowd.ada()
    token = create_client(name="shop", scopes=["read"]).token
    call = examples.python(replace(OPERATIONS["look_up"], server=live_server.url))
    run = subprocess.run(
        [sys.executable, "-c", call], env={"IDPORTAL_TOKEN": token}, capture_output=True, text=True, check=True
    )
    assert f"'profile_id': '{ada}'" in run.stdout
