import re
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from redis.exceptions import ConnectionError as CacheIsAway

from idportal.accounts import people as people_
from idportal.accounts.models import Invitation, LogInTries, User
from idportal.accounts.throttle import FAILED_OF_BOTH
from ingest.models import AuditEntry
from tests.pages import crowd
from tests.pages.conftest import admin, people  # noqa: F401 - fixtures

PASSWORD = "eleven purple herons"


def log_in(name: str, password: str, *, address: str = "192.0.2.7") -> tuple[Client, int]:
    client = Client(REMOTE_ADDR=address)
    return client, client.post("/login/", {"username": name, "password": password}).status_code


def link_in_letter() -> str:
    (letter,) = mail.outbox
    found = re.search(r"http\S+(/invited/\S+)", str(letter.body))
    assert found
    return found[1]


def test_an_invited_person_joins_once_with_the_role_they_were_given(admin: Client) -> None:  # noqa: F811
    assert admin.post("/people/", {"email": "Cy@Example.com", "role": "analyst"}).status_code == 302
    link, guest = link_in_letter(), Client()
    assert "cy@example.com" in guest.get(link).content.decode()
    assert guest.post(link, {"password1": PASSWORD, "password2": PASSWORD}).status_code == 302
    assert guest.get("/profiles/").status_code == 200
    assert User.objects.get(username="cy@example.com").groups.get().name == "analyst"
    assert Client().get(link).status_code == 410
    assert AuditEntry.objects.filter(action__in=["invited", "joined"]).count() == 2
    assert log_in("cy@example.com", PASSWORD)[1] == 302


def test_where_letters_are_dropped_nobody_seems_invited(
    admin: Client, settings: LazySettings  # noqa: F811
) -> None:  # fmt: skip
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    answer = admin.post("/people/", {"email": "cy@example.com", "role": "viewer"})
    assert answer.status_code == 422
    assert "EMAIL_URL" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_a_weak_password_or_one_like_the_address_is_refused(admin: Client) -> None:  # noqa: F811
    admin.post("/people/", {"email": "cypriana@example.com", "role": "viewer"})
    for password in ("password", "12345678901", "short", "cypriana@example.co"):
        assert Client().post(link_in_letter(), {"password1": password, "password2": password}).status_code == 422
    assert not User.objects.filter(username="cypriana@example.com").exists()


def test_an_old_link_and_one_that_never_was_lead_nowhere(admin: Client) -> None:  # noqa: F811
    admin.post("/people/", {"email": "cy@example.com", "role": "viewer"})
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().post(link_in_letter(), {"password1": PASSWORD, "password2": PASSWORD}).status_code == 410
    assert Client().get("/invited/nothing/").status_code == 410


def test_whom_is_deactivated_is_out_at_once_and_old_sessions_stay_ended(
    admin: Client, people: dict[str, User]  # noqa: F811
) -> None:  # fmt: skip
    steward, status = log_in(people["steward"].username, crowd.PASSWORD)
    assert status == 302
    address = f"/people/{people['steward'].pk}/"
    admin.post(address, {"active": "no"})
    assert steward.get("/")["Location"].startswith("/login/")
    assert log_in(people["steward"].username, crowd.PASSWORD)[1] == 200
    admin.post(address, {"active": "yes"})
    assert steward.get("/").status_code == 302
    assert log_in(people["steward"].username, crowd.PASSWORD)[1] == 302


def test_the_last_administrator_stays(admin: Client, people: dict[str, User]) -> None:  # noqa: F811
    root = people["administrator"]
    for form in ({"role": "viewer"}, {"active": "no"}):
        page = admin.post(f"/people/{root.pk}/", form, follow=True).content.decode()
        assert "last administrator" in page
    people_.change_role(person_id=people["viewer"].pk, role="administrator", author="root")
    people_.change_role(person_id=root.pk, role="viewer", author="root")
    assert admin.get("/people/").status_code == 403
    assert AuditEntry.objects.filter(action="role_changed").count() == 2


def test_the_page_asks_as_little_for_many_people_as_for_few(
    admin: Client, django_assert_max_num_queries: object  # noqa: F811
) -> None:  # fmt: skip
    for number in range(30):
        User.objects.create_user(f"person{number}")
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        admin.get("/people/")


def test_guessing_is_stopped_for_the_guesser_and_not_for_the_person(people: dict[str, User]) -> None:  # noqa: F811
    name = people["analyst"].username
    for _ in range(FAILED_OF_BOTH):
        log_in(name, "wrong", address="192.0.2.66")
    assert log_in(name, crowd.PASSWORD, address="192.0.2.66")[1] == 200
    assert AuditEntry.objects.filter(actor=name, action="locked_out", address="192.0.2.66").count() == 1
    assert log_in(name, crowd.PASSWORD)[1] == 302


def test_logging_in_many_times_is_no_guessing(people: dict[str, User]) -> None:  # noqa: F811
    for _ in range(60):
        assert log_in(people["analyst"].username, crowd.PASSWORD)[1] == 302


@pytest.fixture
def _no_cache(settings: Settings) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9/0"}}


@pytest.mark.usefixtures("_no_cache")
def test_people_log_in_and_guessing_is_stopped_while_the_cache_is_away(people: dict[str, User]) -> None:  # noqa: F811
    with pytest.raises(CacheIsAway):
        cache.get("anything")
    name = people["analyst"].username
    client, status = log_in(name, crowd.PASSWORD)
    assert status == 302
    assert client.get("/").status_code == 200
    for _ in range(FAILED_OF_BOTH):
        assert log_in(name, "wrong", address="192.0.2.66")[1] == 200
    assert log_in(name, crowd.PASSWORD, address="192.0.2.66")[1] == 200
    assert AuditEntry.objects.filter(actor=name, action="locked_out").count() == 1


def test_failed_tries_are_forgotten_after_a_quarter_of_an_hour(people: dict[str, User]) -> None:  # noqa: F811
    name = people["analyst"].username
    for _ in range(FAILED_OF_BOTH + 1):
        log_in(name, "wrong")
    log_in("somebody else", "wrong", address="192.0.2.8")
    LogInTries.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert log_in(name, crowd.PASSWORD)[1] == 302
    assert LogInTries.objects.count() == 3
    assert not [tries.key for tries in LogInTries.objects.all() if name in tries.key]


def test_an_open_invitation_is_sent_again_and_the_old_link_ends(admin: Client) -> None:  # noqa: F811
    admin.post("/people/", {"email": "cy@example.com", "role": "analyst"})
    old = link_in_letter()
    mail.outbox.clear()
    assert "Send again" in admin.get("/people/").content.decode()
    invitation = Invitation.objects.get()
    Invitation.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
    assert admin.post(f"/people/invitations/{invitation.pk}/", {"do": "again"}).status_code == 302
    assert Client().get(old).status_code == 410
    assert Client().get(link_in_letter()).status_code == 200
    assert Invitation.objects.get().expires_at > timezone.now() + timedelta(days=6)
    assert AuditEntry.objects.filter(action="invitation_sent_again").count() == 1


def test_an_open_invitation_can_be_withdrawn_and_an_ended_one_no_more(admin: Client) -> None:  # noqa: F811
    admin.post("/people/", {"email": "cy@example.com", "role": "analyst"})
    address = f"/people/invitations/{Invitation.objects.get().pk}/"
    assert admin.post(address, {"do": "withdraw"}).status_code == 302
    assert Client().get(link_in_letter()).status_code == 410
    assert "Invited, not here yet" not in admin.get("/people/").content.decode()
    for do in ("withdraw", "again"):
        assert "has ended already" in admin.post(address, {"do": do}, follow=True).content.decode()
    assert len(mail.outbox) == 1
    assert AuditEntry.objects.filter(action="invitation_withdrawn").count() == 1


def test_a_letter_that_cannot_be_sent_again_leaves_the_old_link_open(
    admin: Client, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    admin.post("/people/", {"email": "cy@example.com", "role": "analyst"})

    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError("no mail server")

    monkeypatch.setattr(people_, "send_mail", refuse)
    page = admin.post(f"/people/invitations/{Invitation.objects.get().pk}/", {"do": "again"}, follow=True)
    assert "could not be sent" in page.content.decode()
    assert Client().get(link_in_letter()).status_code == 200
