"""Programs get their tokens from a page: shown once, renewed without a gap, revoked."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from idportal.accounts.models import User
from profiles.models import ApiClient, ApiUsage

pytestmark = pytest.mark.django_db
FORM = {"name": "shop", "scopes": ["read", "events"], "days": "90", "rate_limit": "600"}


@pytest.fixture
def admin(people: dict[str, User]) -> Client:
    client = Client()
    client.force_login(people["administrator"])
    return client


def token_on(page: str) -> str:
    found = re.search(r"idp_[\w-]{40,}", page)
    return found[0] if found else ""


def may_ask(token: str) -> bool:
    answer = Client().get("/api/v1/profiles/", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code == 200


def made(admin: Client) -> tuple[str, str]:
    """The address of a new client's page, and its token."""
    address = admin.post("/api-clients/new/", FORM)["Location"]
    return address, token_on(admin.get(address).content.decode())


def test_a_token_is_shown_once_and_works(admin: Client) -> None:
    address, token = made(admin)
    assert may_ask(token)
    assert token_on(admin.get(address).content.decode()) == ""
    client = ApiClient.objects.get()
    assert (client.scopes, client.rate_limit) == (["events", "read"], 600)
    assert client.expires_at
    assert timedelta(days=89) < client.expires_at - timezone.now() < timedelta(days=91)


def test_the_session_store_never_holds_a_new_secret_in_plain_text(admin: Client) -> None:
    admin.post("/api-clients/new/", {"name": "CRM", "scopes": ["read"], "days": "30", "rate_limit": "600"})
    (kept,) = (session.get_decoded() for session in Session.objects.all())
    sealed = str(kept)
    token = token_on(admin.get(f"/api-clients/{ApiClient.objects.get().pk}/").content.decode())
    assert token
    assert "new secret of API client" in sealed
    assert token not in sealed


def test_a_new_token_leaves_the_one_before_another_day_and_revoking_ends_both(admin: Client) -> None:
    address, old = made(admin)
    admin.post(f"{address}rotate/")
    new = token_on(admin.get(address).content.decode())
    assert new != old
    assert may_ask(old)
    assert may_ask(new)
    admin.post(f"{address}revoke/")
    assert not may_ask(old)
    assert not may_ask(new)
    assert admin.post(f"{address}rotate/").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"scopes": []}, "scopes-error"),
        ({"name": ""}, "name-error"),
        ({"rate_limit": "many"}, "rate-error"),
        ({"days": "1000000"}, "days-error"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_is_made(admin: Client, wrong: dict[str, str], said: str) -> None:
    answer = admin.post("/api-clients/new/", {**FORM, **wrong})
    assert answer.status_code == 422
    assert f'id="{said}"' in answer.content.decode()
    assert not ApiClient.objects.exists()


def test_what_a_client_asked_is_told_by_day(admin: Client) -> None:
    address, _ = made(admin)
    ApiUsage.objects.create(client=ApiClient.objects.get(), day=timezone.now().date(), requests=12_345, limited=67)
    page = admin.get(address).content.decode()
    assert "12,345" in page
    assert "67" in page
    assert "12,345" in admin.get("/api-clients/").content.decode()
