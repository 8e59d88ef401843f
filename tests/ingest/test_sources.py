"""Sources and their keys."""

import json
from io import StringIO

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from ingest.models import RawEvent, Source
from ingest.sources import IMPORT, create_source, import_source, known_sources, rotate_secret, snippet, update_source
from tests.ingest.builders import a_source, delivered, event, record, signature, the_event

pytestmark = pytest.mark.django_db


def test_a_new_source_has_a_public_and_a_secret_key() -> None:
    new = create_source(name=" Web ", origins=["https://Shop.example/"], region="de")
    source = Source.objects.get(name="Web")
    assert source.write_key.startswith("wk_")
    assert new.secret.startswith("sk_")
    assert (source.origins, source.region, source.trusted, source.enabled) == (
        ["https://shop.example"],
        "DE",
        False,
        True,
    )


def test_the_secret_is_nowhere_in_the_database() -> None:
    new = a_source()
    row = Source.objects.values().get(pk=new.source.pk)
    assert new.secret not in str(row)
    assert new.secret.encode() not in bytes(row["secret_encrypted"])
    assert known_sources()[new.source.pk].secret == new.secret.encode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "default"}, "name"),
        ({"origins": ["shop.example"]}, "origins"),
        ({"origins": ["https://shop.example/path"]}, "origins"),
        ({"region": "XX"}, "region"),
        ({"region": "Germany"}, "region"),
        ({"client_ip": "some"}, "client_ip"),
    ],
)
def test_nonsense_is_refused_by_the_field_it_is_in(changes: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as error:
        create_source(**{"name": "shop", **changes})  # type: ignore[arg-type]
    assert list(error.value.message_dict) == [field]
    assert not Source.objects.filter(name="shop").exists()


def test_a_source_is_changed_by_the_same_rules() -> None:
    source = a_source().source
    with pytest.raises(ValidationError):
        update_source(source, origins=["ftp://x"], region="", client_ip="none", enabled=False)
    update_source(source, origins=["http://localhost:8000"], region="us", client_ip="none", enabled=False)
    source.refresh_from_db()
    assert (source.origins, source.region, source.client_ip, source.enabled) == (
        ["http://localhost:8000"], "US", "none", False,
    )  # fmt: skip


def test_after_rotation_the_old_secret_signs_nothing() -> None:
    new = a_source()
    fresh = rotate_secret(new.source)
    for user_id, secret in (("old", new.secret), ("new", fresh)):
        delivered(record(event(userId=user_id, signature=signature(secret, user_id)), source=new.source.pk))
    assert [row.trusted for row in RawEvent.objects.order_by("event_id")] == [False, True]


def test_a_secret_outlives_a_rotation_of_secret_key(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    new = a_source("shop")
    old = django_settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [old]
    assert known_sources()[new.source.pk].secret == new.secret.encode()
    settings.SECRET_KEY_FALLBACKS = []
    assert known_sources()[new.source.pk].secret == b""
    call_command("check", databases=["default"])
    assert "signed events of shop land untrusted" in capsys.readouterr().err


def test_an_event_whose_signature_can_not_be_checked_lands_untrusted(settings: Settings) -> None:
    new = a_source()
    settings.SECRET_KEY = "another"
    delivered(record(event(userId="ada", signature=signature(new.secret, "ada")), source=new.source.pk))
    assert not the_event().trusted


def test_the_snippet_names_the_key_and_both_front_doors(settings: Settings) -> None:
    settings.PORTAL_URL, settings.COLLECT_URL = "https://id.example", "https://collect.example/v1/events"
    text = snippet(a_source().source)
    assert Source.objects.get(name="shop").write_key in text
    assert "https://id.example/" in text
    assert 'data-endpoint="https://collect.example/v1/events"' in text


def test_the_import_source_is_made_when_it_is_missing() -> None:
    Source.objects.filter(name=IMPORT).delete()
    assert import_source().trusted
    assert import_source() == Source.objects.get(name=IMPORT)


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("create_source", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_both_keys() -> None:
    lines = dict(line.split(":", 1) for line in said("shop", "--trusted").splitlines() if ":" in line)
    source = Source.objects.get(name="shop")
    assert lines["write key"].strip() == source.write_key
    assert lines["secret key"].strip().encode() == known_sources()[source.pk].secret
    assert source.trusted


def test_the_command_prints_json() -> None:
    told = json.loads(
        said("shop", "--json", "--origin", "https://a.example", "--origin", "http://b.example", "--region", "DE")
    )
    source = Source.objects.get(name="shop")
    assert (told["id"], told["write_key"]) == (source.pk, source.write_key)
    assert told["secret"].encode() == known_sources()[source.pk].secret
    assert source.origins == ["https://a.example", "http://b.example"]
    assert (source.region, source.trusted) == ("DE", False)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["default"], "already exists"),
        (["shop", "--origin", "x"], "is no origin"),
        (["shop", "--region", "D"], "no country"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: list[str], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        said(*arguments)
