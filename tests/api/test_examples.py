"""The calls on the endpoints' pages, run as they are copied: in Python, in a terminal and in JavaScript."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from idportal_client import Client
from pytest_django import Settings

from idportal.webhooks.models import Webhook
from profiles.api import examples, reference, samples
from profiles.api.clients import create_client
from profiles.api.described import document
from profiles.api.reference import Operation
from profiles.models import ProfileIdKey
from profiles.rules.first_rules import ensure_first_rules
from profiles.tasks import erase
from tests.pages import crowd, review_crowd
from tests.webhooks.receiver import Receiver

# What changes more than the rest can bear, in the order in which it may come.
LAST = ["answer_question", "undo_answer", "separate", "ask_erasure", "confirm_erasure"]


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    made = Receiver()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def scene(live_server: Any, settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> list[Operation]:
    """Every endpoint, about people who exist, with a token that may do everything."""
    settings.REVIEW_SAMPLE_PERCENT = 0
    ensure_first_rules()
    ProfileIdKey.objects.get_or_create(defaults={"key": b"0123456789abcdef"})
    question = review_crowd.held()
    token = create_client(name="shop", scopes=["admin"]).token
    monkeypatch.setenv("IDPORTAL_TOKEN", token)
    idportal = Client(live_server.url, token, retries=0)
    webhook = idportal.create_webhook("Shop", receiver.url, ["profile.merged"])["webhook_id"]
    erasure = idportal.ask_erasure("email", crowd.BEN)["erasure_id"]
    erase()
    real = {
        samples.ADA: crowd.profile_id(crowd.ADA),
        samples.BEN: crowd.profile_id(crowd.BEN),
        "41-97-0c1f2a9be4d7": idportal.read_question(question.pk)["fingerprint"],
        "https://crm.example/hooks/idportal": receiver.url,
    }
    places = {
        "public": real[samples.ADA],
        "decision_id": idportal.assert_same(("email", crowd.ADA), ("user_id", "user-1815"))["decision_id"],
        "question_id": question.pk,
        "webhook_id": webhook,
        "delivery_id": idportal.test_webhook(webhook)["delivery_id"],
        "erasure_id": erasure,
    }
    for name, value in places.items():
        monkeypatch.setitem(reference.PLACES, name, str(value))
    told = _about(document(), real, live_server.url)
    monkeypatch.setattr("profiles.api.reference.document", lambda: told)
    return sorted(reference.operations(), key=_turn)


def _about(document: dict[str, Any], real: dict[str, str], server: str) -> dict[str, Any]:
    text = json.dumps(document | {"servers": [{"url": server}]})
    for sample, value in real.items():
        text = text.replace(sample, value)
    found: dict[str, Any] = json.loads(text)
    return found


def _turn(one: Operation) -> tuple[bool, int]:
    return one.method != "GET", LAST.index(one.name) if one.name in LAST else -1


def run_python(one: Operation) -> None:
    exec(compile(examples.python(one), one.name, "exec"), {})  # noqa: S102 - our own page


def run_curl(one: Operation) -> None:
    call = f'curl() {{ command curl -sS --fail-with-body "$@"; }}\n{examples.curl(one)}'
    run = subprocess.run(["bash", "-c", call], capture_output=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def run_javascript(one: Operation) -> None:
    call = ["node", "--input-type=module", "-e", examples.javascript(one)]
    run = subprocess.run(call, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", [run_python, run_curl, run_javascript])
def test_the_call_of_every_endpoint_works_as_it_is_copied(
    run: Callable[[Operation], None], scene: list[Operation], tmp_path: Path
) -> None:
    failed = {}
    with chdir(tmp_path):
        for one in scene:
            try:
                run(one)
            except Exception as error:
                failed[one.name] = error
    assert not failed
    assert "export_table" in "".join(os.listdir(tmp_path)) or run is run_javascript
    assert Webhook.objects.filter(name="CRM").exists()
