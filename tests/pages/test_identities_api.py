import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from profiles.models import ApiClient, Identifier
from tests.pages import crowd

ADDRESS = "/api/v1/identities/"


@pytest.fixture
def token(db: None) -> str:
    out = io.StringIO()
    call_command("create_api_client", "crm", "--scope", "read", stdout=out, stderr=io.StringIO())
    return out.getvalue().strip()


def ask(token: str, **query: str) -> tuple[int, str, dict[str, object]]:
    answer = Client().get(ADDRESS, query, headers={"Authorization": f"Bearer {token}"} if token else {})
    return answer.status_code, answer["Content-Type"], json.loads(answer.content)


def test_an_identifier_in_any_notation_gives_its_profile(token: str) -> None:
    ada = crowd.ada()
    for kind, value in (("email", " ADA@example.com"), ("phone", "+44 20 7946 0958"), ("user_id", "user-1815")):
        status, content_type, said = ask(token, kind=kind, value=value)
        assert (status, content_type) == (200, "application/json")
        assert said["profile_id"] == ada
    assert (said["kind"], said["value"]) == ("user_id", "user-1815")
    assert said["identifiers"] == [
        {"kind": "user_id", "value": "user-1815"},
        {"kind": "email", "value": "ada@example.com"},
        {"kind": "phone", "value": "+442079460958"},
        {"kind": "anonymous_id", "value": "ada-laptop-91b0aa"},
        {"kind": "anonymous_id", "value": "ada-phone-6f1c2d"},
    ]


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ({"kind": "email", "value": "nobody@example.com"}, 404, "not_found"),
        ({"kind": "loyalty_id", "value": "7"}, 404, "not_found"),
        ({"kind": "email"}, 400, "incomplete"),
        ({}, 400, "incomplete"),
        ({"kind": "email", "value": "no address"}, 400, "not_an_email"),
        ({"kind": "Kind!", "value": "x"}, 400, "bad_kind"),
        ({"kind": "user_id", "value": "\x00"}, 400, "empty"),
    ],
)
def test_what_cannot_be_answered_is_a_problem_with_a_reason(
    token: str, query: dict[str, str], status: int, reason: str
) -> None:
    got, content_type, said = ask(token, **query)
    assert (got, content_type) == (status, "application/problem+json")
    assert (said["status"], said["reason"]) == (status, reason)
    assert said["title"]
    assert said["detail"]


def test_without_a_token_that_holds_nothing_is_said(token: str) -> None:
    crowd.ada()
    for wrong in ("", "nonsense", token[:-1]):
        status, content_type, said = ask(wrong, kind="email", value=crowd.ADA)
        assert (status, content_type) == (401, "application/problem+json")
        assert "profile_id" not in said
    ApiClient.objects.update(revoked_at="2026-01-01T00:00Z")
    assert ask(token, kind="email", value=crowd.ADA)[0] == 401


def test_a_person_logged_in_needs_a_token_all_the_same(admin: Client) -> None:
    assert admin.get(ADDRESS, {"kind": "email", "value": crowd.ADA}).status_code == 401


def test_the_api_only_reads(token: str) -> None:
    answer = Client().post(ADDRESS, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")


def test_a_token_is_kept_as_its_hash_only(token: str) -> None:
    client = ApiClient.objects.get()
    assert token.startswith(client.token_prefix)
    assert len(token) > len(client.token_prefix) + 20
    assert client.token_sha256 not in token


def test_two_clients_never_share_a_name(token: str) -> None:
    with pytest.raises(CommandError, match="already exists"):
        call_command("create_api_client", "crm", "--scope", "admin")


def test_the_export_names_every_identifier_with_the_profile_that_the_pages_show(token: str) -> None:
    ada = crowd.ada()
    crowd.passers_by(20)
    out = io.StringIO()
    call_command("export_identities", stdout=out)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    values = list(Identifier.objects.order_by("pk").values_list("kind__name", "value"))
    assert [(line["kind"], line["value"]) for line in lines] == values
    assert {line["value"] for line in lines if line["profile_id"] == ada} >= {crowd.ADA, "user-1815"}
    assert len({line["profile_id"] for line in lines}) == 21


def test_an_export_of_nothing_is_empty(db: None) -> None:
    out = io.StringIO()
    call_command("export_identities", stdout=out)
    assert out.getvalue() == ""
