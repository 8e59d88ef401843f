from datetime import timedelta

from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from idportal.accounts.models import OpenSession, User
from ingest.models import AuditEntry
from tests.pages import crowd
from tests.pages.conftest import admin, people  # noqa: F401 - fixtures

PAGE = "/account/sessions/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)


def logged_in(person: User, agent: str) -> Client:
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR="192.0.2.9")
    assert client.post("/login/", {"username": person.username, "password": crowd.PASSWORD}).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_people_see_where_they_are_logged_in_and_nobody_elses(people: dict[str, User]) -> None:  # noqa: F811
    here, _ = logged_in(people["analyst"], FIREFOX), logged_in(people["analyst"], PHONE)
    logged_in(people["steward"], "curl/8.0")
    page = here.get(PAGE).content.decode()
    assert "Firefox on Windows" in page
    assert "Mobile Safari on iOS" in page
    assert "192.0.2.9" in page
    assert page.count("last used") >= 2
    assert "curl" not in page


def test_one_session_is_ended_and_the_others_stay(people: dict[str, User]) -> None:  # noqa: F811
    here, lost = logged_in(people["analyst"], FIREFOX), logged_in(people["analyst"], PHONE)
    row = OpenSession.objects.get(browser__startswith="Mobile Safari")
    strangers = logged_in(people["steward"], FIREFOX)
    strangers.post(PAGE, {"session": row.pk})
    assert is_in(lost)
    here.post(PAGE, {"session": row.pk})
    assert (is_in(here), is_in(lost), is_in(strangers)) == (True, False, True)
    assert not Session.objects.filter(session_key=row.session_key).exists()
    assert AuditEntry.objects.filter(action="sessions_ended", actor="analyst").count() == 1


def test_all_others_are_ended_and_this_one_stays(people: dict[str, User]) -> None:  # noqa: F811
    here, *others = [logged_in(people["analyst"], FIREFOX) for _ in range(3)]
    here.post(PAGE)
    assert is_in(here)
    assert not any(is_in(client) for client in others)


def test_an_administrator_ends_all_sessions_of_a_person(
    admin: Client, people: dict[str, User]  # noqa: F811
) -> None:  # fmt: skip
    theirs = logged_in(people["analyst"], FIREFOX)
    OpenSession.objects.filter(person=people["analyst"]).delete()  # even one that no list knows
    admin.post(f"/people/{people['analyst'].pk}/sessions/")
    assert not is_in(theirs)
    assert is_in(logged_in(people["analyst"], FIREFOX))


def test_when_it_was_last_used_is_known(people: dict[str, User]) -> None:  # noqa: F811
    client = logged_in(people["analyst"], FIREFOX)
    hour_ago = timezone.now() - timedelta(hours=1)
    OpenSession.objects.update(last_seen_at=hour_ago)
    session = client.session
    session["open_session_seen"] = hour_ago.isoformat()
    session.save()
    client.get("/")
    assert OpenSession.objects.get().last_seen_at > hour_ago + timedelta(minutes=59)
    assert is_in(client)


def test_a_session_that_ran_out_is_not_listed(people: dict[str, User]) -> None:  # noqa: F811
    here, old = logged_in(people["analyst"], FIREFOX), logged_in(people["analyst"], PHONE)
    Session.objects.filter(session_key=old.session.session_key).update(expire_date=timezone.now())
    assert "Mobile Safari" not in here.get(PAGE).content.decode()
