from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from joserfc.jwk import KeySet, RSAKey
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings

from idportal.accounts import people as people_
from idportal.accounts.checks import roles_are_known
from idportal.accounts.models import SignOnLink, User
from idportal.accounts.second_factor import factor
from idportal.accounts.single_sign_on import provider as ours
from ingest.models import AuditEntry
from tests.accounts.provider import Provider, altered, begun, running
from tests.pages import crowd
from tests.pages.conftest import Portal, admin, browser_type_launch_args, context, page, people, portal  # noqa: F401
from tests.pages.test_in_browser import SIZES, faults

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def _running() -> Iterator[Provider]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(_running: Provider, settings: Settings) -> Provider:
    settings.SSO_ISSUER, settings.SSO_CLIENT_ID, settings.SSO_CLIENT_SECRET = _running.issuer, "idportal", "secret"
    settings.PORTAL_URL = "http://testserver"
    return _running


@pytest.fixture
def ana(people: dict[str, User]) -> User:  # noqa: F811
    User.objects.filter(username="analyst").update(email="Ana@example.com")
    return people["analyst"]


def came_back(provider: Provider, subject: str, **claims: object) -> tuple[Client, int]:
    """The status of our answer to whom the provider sends back: 302 for who is in."""
    if claims:
        provider.knows(subject, **claims)
    client = Client()
    return client, client.get(provider.answers(begun(client), subject)).status_code


def who(client: Client) -> str:
    number = client.session.get("_auth_user_id")
    return User.objects.get(pk=number).username if number else ""


def refusals() -> list[str]:
    return [
        row.detail["reason"] for row in AuditEntry.objects.filter(action="single_sign_on_failed").order_by("pk")
    ]  # fmt: skip


VERIFIED: dict[str, object] = {"email": "ana@example.com", "email_verified": True}


def test_who_is_known_by_a_verified_address_is_linked_and_let_in(provider: Provider, ana: User) -> None:
    client, status = came_back(provider, "a1", **VERIFIED)
    assert (status, who(client)) == (302, "analyst")
    assert client.get("/profiles/").status_code == 200
    link = SignOnLink.objects.get(person=ana)
    assert (link.issuer, link.subject) == (provider.issuer, "a1")
    noted = AuditEntry.objects.filter(actor="analyst").order_by("pk").values_list("action", "detail")
    assert list(noted) == [("single_sign_on_linked", {}), ("log_in", {"by": "single sign-on"})]


def test_once_linked_the_subject_counts_and_the_address_no_more(provider: Provider, ana: User) -> None:
    came_back(provider, "a2", **VERIFIED)
    client, _ = came_back(provider, "a2", email="married@example.com", email_verified=False)
    assert who(client) == "analyst"
    assert came_back(provider, "another", **VERIFIED)[1] == 403
    assert refusals() == ["taken"]


def test_an_administrator_unlinks_whom_the_provider_has_made_anew(
    provider: Provider, ana: User, admin: Client  # noqa: F811
) -> None:  # fmt: skip
    came_back(provider, "old", **VERIFIED)
    assert "Unlink" in admin.get("/people/").content.decode()
    assert admin.post(f"/people/{ana.pk}/single-sign-on/").status_code == 302
    assert who(came_back(provider, "new", **VERIFIED)[0]) == "analyst"
    assert AuditEntry.objects.filter(actor="administrator", action="single_sign_on_unlinked").count() == 1


def test_it_asks_for_a_code_with_proof_and_nonce_and_goes_where_the_person_wanted(
    provider: Provider, ana: User
) -> None:
    client = Client()
    provider.knows("a3", **VERIFIED)
    asked = begun(client, next="/profiles/?q=ada")
    said = {name: values[0] for name, values in parse_qs(urlsplit(asked).query).items()}
    assert (said["response_type"], said["code_challenge_method"]) == ("code", "S256")
    assert len(said["nonce"]) >= 20
    assert said["redirect_uri"] == "http://testserver/login/single-sign-on/done/"
    assert client.get(provider.answers(asked, "a3"))["Location"] == "/profiles/?q=ada"


def test_nobody_is_sent_on_to_another_site(provider: Provider, ana: User) -> None:
    client = Client()
    provider.knows("a4", **VERIFIED)
    answer = client.get(provider.answers(begun(client, next="https://evil.example/"), "a4"))
    assert answer["Location"] == "/"


def test_an_unverified_address_opens_nothing_unless_the_provider_is_trusted(
    provider: Provider, ana: User, settings: Settings
) -> None:
    for claims in ({"email_verified": False}, {}):
        client, status = came_back(provider, "u1", email="ana@example.com", **claims)
        assert (status, who(client)) == (403, "")
    assert refusals() == ["unverified", "unverified"]
    assert not SignOnLink.objects.exists()
    settings.SSO_TRUST_EMAIL = True
    assert who(came_back(provider, "u1")[0]) == "analyst"


def test_who_is_unknown_is_told_whom_to_ask(provider: Provider, people: dict[str, User]) -> None:  # noqa: F811
    before = User.objects.count()
    client = Client()
    provider.knows("stranger", email="stranger@example.com", email_verified=True)
    answer = client.get(provider.answers(begun(client), "stranger"))
    assert answer.status_code == 403
    assert "invite you" in answer.content.decode()
    assert User.objects.count() == before
    assert AuditEntry.objects.get(action="single_sign_on_failed").actor == "unknown"


def test_who_is_unknown_is_made_where_that_is_set_and_of_these_domains_only(
    provider: Provider, settings: Settings, people: dict[str, User]  # noqa: F811
) -> None:  # fmt: skip
    settings.SSO_NEW_PEOPLE, settings.SSO_EMAIL_DOMAINS = "viewer", ["Example.com"]
    assert came_back(provider, "n1", email="new@evil.example", email_verified=True)[1] == 403
    assert came_back(provider, "n2", email="new@evil-example.com", email_verified=True)[1] == 403
    assert refusals() == ["domain", "domain"]
    client, _ = came_back(provider, "n3", email="New@example.com", email_verified=True)
    assert who(client) == "new@example.com"
    made = User.objects.get(username="new@example.com")
    assert [group.name for group in made.groups.all()] == ["viewer"]
    assert not made.has_usable_password()


def test_who_was_invited_comes_as_what_they_were_invited_as(
    provider: Provider, people: dict[str, User]  # noqa: F811
) -> None:  # fmt: skip
    people_.invite(email="cy@example.com", role="steward", author="root")
    client, _ = came_back(provider, "cy", email="cy@example.com", email_verified=True)
    assert who(client) == "cy@example.com"
    assert User.objects.get(username="cy@example.com").groups.get().name == "steward"
    assert not people_.open_invitations()


def test_groups_give_the_role_at_each_log_in(provider: Provider, ana: User, settings: Settings) -> None:
    settings.SSO_ROLES = {"crm-admins": "administrator", "crm-marketing": "marketer"}
    came_back(provider, "g1", **VERIFIED, groups=["all", "crm-marketing", "crm-admins"])
    assert ana.groups.get().name == "administrator"
    came_back(provider, "g1", **VERIFIED, groups=["crm-marketing"])
    assert ana.groups.get().name == "marketer"
    client, status = came_back(provider, "g1", **VERIFIED, groups=["all"])
    assert (status, who(client), refusals()) == (403, "", ["no_role"])
    assert ana.groups.get().name == "marketer"
    assert AuditEntry.objects.filter(actor="single sign-on", action="role_changed").count() == 2


def test_the_last_administrator_stays_one_whatever_the_groups(
    provider: Provider, people: dict[str, User], settings: Settings  # noqa: F811
) -> None:  # fmt: skip
    settings.SSO_ROLES = {"crm": "viewer"}
    User.objects.filter(username="administrator").update(email="root@example.com")
    client, _ = came_back(provider, "root", email="root@example.com", email_verified=True, groups=["crm"])
    assert who(client) == "administrator"
    assert people["administrator"].groups.get().name == "administrator"


def test_who_is_deactivated_stays_out(provider: Provider, ana: User) -> None:
    came_back(provider, "d1", **VERIFIED)
    people_.set_active(person_id=ana.pk, active=False, author="root")
    client, status = came_back(provider, "d1")
    assert (status, who(client)) == (403, "")
    SignOnLink.objects.all().delete()
    assert came_back(provider, "d1")[1] == 403
    assert refusals() == ["deactivated", "deactivated"]
    assert not SignOnLink.objects.exists()


def test_an_answer_to_another_nonce_is_not_believed(provider: Provider, ana: User) -> None:
    client = Client()
    provider.knows("r1", **VERIFIED)
    answer = client.get(provider.answers(begun(client), "r1", nonce="of another log-in"))
    assert (answer.status_code, who(client), refusals()) == (403, "", ["untrusted"])


def for_another(app: Any) -> None:
    app.client_id = "another"


def of_another_issuer(app: Any) -> None:
    app.server_metadata["issuer"] = "https://another.example"


def signed_by_another(app: Any) -> None:
    app.server_metadata["jwks"] = KeySet([RSAKey.generate_key(2048)]).as_dict(private=False)


@pytest.mark.parametrize("wrong", [for_another, of_another_issuer, signed_by_another])
def test_what_is_for_another_or_of_another_or_signed_by_another_is_not_believed(
    wrong: Callable[[Any], None], provider: Provider, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    provider.knows("w1", **VERIFIED)
    asked = begun(client)
    back = provider.answers(asked, "w1", client_id="another") if wrong is for_another else provider.answers(asked, "w1")
    app = ours._provider()
    wrong(app)
    monkeypatch.setattr(ours, "_provider", lambda: app)
    answer = client.get(back)
    assert (answer.status_code, who(client), refusals()) == (403, "", ["untrusted"])


def test_a_way_back_that_was_begun_elsewhere_or_used_leads_nowhere(provider: Provider, ana: User) -> None:
    client = Client()
    provider.knows("s1", **VERIFIED)
    back = provider.answers(begun(client), "s1")
    assert Client().get(back).status_code == 400
    assert client.get(altered(back, state="guessed")).status_code == 400
    assert client.get(back).status_code == 302
    assert client.get(back).status_code == 400
    assert refusals() == ["elsewhere"] * 3


def test_who_is_denied_there_is_told_so(provider: Provider, ana: User) -> None:
    client = Client()
    answer = client.get(provider.denies(begun(client)))
    assert answer.status_code == 403
    assert "cancelled there" in answer.content.decode()


def test_a_provider_that_is_down_or_is_another_is_said(provider: Provider, ana: User, settings: Settings) -> None:
    client = Client()
    settings.SSO_ISSUER = "http://127.0.0.1:9"
    answer = client.get("/login/single-sign-on/")
    assert answer.status_code == 503
    assert "Wait a minute" in answer.content.decode()
    settings.SSO_ISSUER = provider.issuer.replace("127.0.0.1", "localhost")  # calls itself by the name it is asked by
    assert client.get("/login/single-sign-on/").status_code == 302


def test_no_code_of_ours_is_asked_for(provider: Provider, ana: User, settings: Settings) -> None:
    settings.SECOND_FACTOR_ROLES = ["analyst"]
    begun_factor = factor.begin(ana)
    type(begun_factor).objects.filter(pk=begun_factor.pk).update(confirmed_at="2026-01-01T00:00:00Z")
    client, _ = came_back(provider, "f1", **VERIFIED)
    assert client.get("/profiles/").status_code == 200


def test_with_single_sign_on_alone_a_password_opens_only_for_emergencies(
    provider: Provider, ana: User, settings: Settings
) -> None:
    settings.SSO_ONLY, settings.SSO_PASSWORDS_FOR = True, ["administrator"]
    assert 'name="password"' not in Client().get("/login/").content.decode()
    for name, status in (("analyst", 200), ("administrator", 302)):
        assert Client().post("/login/", {"username": name, "password": crowd.PASSWORD}).status_code == status
    assert who(came_back(provider, "o1", **VERIFIED)[0]) == "analyst"


def test_without_a_provider_there_is_no_button_and_no_way(people: dict[str, User]) -> None:  # noqa: F811
    assert "single-sign-on" not in Client().get("/login/").content.decode()
    assert Client().get("/login/single-sign-on/").status_code == 404
    assert Client().get("/login/single-sign-on/done/?code=x&state=y").status_code == 404


def test_somebody_logs_in_with_the_button(
    portal: Portal, provider: Provider, page: Page, settings: Settings  # noqa: F811
) -> None:  # fmt: skip
    settings.PORTAL_URL = portal.url
    User.objects.filter(username="analyst").update(email="ana@example.com")
    provider.knows("browser", **VERIFIED)
    page.goto(f"{portal.url}/profiles/")
    page.get_by_role("link", name="Log in with single sign-on").click()
    page.get_by_placeholder("sub").fill("browser")
    page.get_by_role("button", name="Authorize").click()
    expect(page).to_have_url(f"{portal.url}/profiles/")


def test_a_role_that_does_not_exist_is_said_at_the_start(settings: Settings) -> None:
    settings.SSO_NEW_PEOPLE, settings.SSO_ROLES = "boss", {"crm": "viewer", "all": "chief"}
    assert [found.msg.rpartition(" ")[2] for found in roles_are_known()] == ["boss", "chief"]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_its_pages_are_usable_by_everyone(
    portal: Portal, provider: Provider, browser: Browser, settings: Settings, theme: str, size: str  # noqa: F811
) -> None:  # fmt: skip
    settings.PORTAL_URL = portal.url
    seen = browser.new_context(viewport=SIZES[size], color_scheme=theme)  # type: ignore[arg-type]
    page = seen.new_page()  # noqa: F811
    for only, address in ((False, "/login/"), (True, "/login/"), (True, "/login/?password")):
        settings.SSO_ONLY = only
        page.goto(portal.url + address)
        assert faults(page) == [], address
    provider.knows("stranger", email="stranger@example.com", email_verified=True)
    page.goto(f"{portal.url}/login/single-sign-on/")
    page.get_by_placeholder("sub").fill("stranger")
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_role("heading", name="You have no access yet")).to_be_visible()
    assert faults(page) == []
    seen.close()
