"""What the collect Lambda learns of the sources."""

import hashlib
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django.fixtures import Settings

from ingest.sources import import_source, rotate_secret
from tests.ingest.builders import a_source, default_source

pytestmark = pytest.mark.django_db


def ask(**headers: str) -> Any:
    return Client().get(
        "/ingest/v1/registry", headers={"Authorization": f"Bearer {django_settings.REGISTRY_TOKEN}", **headers}
    )


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_registry_names_every_source_by_hashes_of_its_keys() -> None:
    new = a_source("web", origins=["https://Shop.example/"], region="de", client_ip="full")
    answer = ask().json()
    assert answer["version"] == 1
    assert answer["sources"][-1] == {
        "id": new.source.pk,
        "name": "web",
        "write_key_sha256": sha256(new.source.write_key),
        "secret_sha256": sha256(new.secret),
        "origins": ["https://shop.example"],
        "client_ip": "full",
        "region": "DE",
        "default": False,
        "enabled": True,
    }
    assert [one["default"] for one in answer["sources"]] == [True, False]
    assert new.secret not in str(answer)


def test_a_source_without_a_secret_has_none() -> None:
    [default] = ask().json()["sources"]
    assert default["id"] == default_source().pk
    assert default["secret_sha256"] is None


def test_the_import_source_takes_nothing_from_outside() -> None:
    assert import_source().pk not in [one["id"] for one in ask().json()["sources"]]


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", "Bearer \xe9", "Basic", "the token alone"])
def test_without_the_token_nothing_is_told(authorization: str) -> None:
    response = ask(Authorization=authorization.replace("the token alone", django_settings.REGISTRY_TOKEN))
    assert response.status_code == 401
    assert b"sources" not in response.content


def test_what_did_not_change_is_not_sent_again() -> None:
    new = a_source()
    etag = ask()["ETag"]
    again = ask(**{"If-None-Match": f'W/"other", {etag}'})
    assert (again.status_code, again.content) == (304, b"")
    rotate_secret(new.source)
    changed = ask(**{"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed["ETag"] != etag


def test_an_empty_token_in_the_settings_opens_nothing(settings: Settings) -> None:
    settings.REGISTRY_TOKEN = ""
    assert ask(Authorization="Bearer ").status_code == 401
