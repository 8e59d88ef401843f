import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from django.conf import LazySettings
from django.test import Client

from idportal.accounts import people as people_
from idportal.accounts.checks import roles_are_known
from idportal.accounts.models import RecoveryCode, SecondFactor, User
from idportal.accounts.second_factor import factor as factor_
from idportal.accounts.throttle import FAILED_OF_BOTH
from ingest.models import AuditEntry
from tests.pages import crowd
from tests.pages.conftest import people  # noqa: F401 - fixture

PAGE = "/account/second-factor/"


def password_given(person: User) -> Client:
    client = Client()
    client.post("/login/?next=/profiles/", {"username": person.username, "password": crowd.PASSWORD})
    return client


def code_of(person: User, *, steps: int = 0) -> str:
    """What the phone shows so many half minutes after the last code that was used, or now."""
    factor = SecondFactor.objects.get(person=person)
    totp = pyotp.TOTP(factor_.secret_of(factor) or "")
    return totp.generate_otp(max(factor.last_step + 1, totp.timecode(datetime.now(UTC))) + steps)


@pytest.fixture
def steward(people: dict[str, User]) -> User:  # noqa: F811
    return people["steward"]


@pytest.fixture
def codes(steward: User) -> list[str]:
    """Turned on, as the page does it, long enough ago that the codes of now are free; the recovery codes."""
    factor = factor_.begin(steward)
    secret, then = factor_.secret_of(factor), datetime.now(UTC) - timedelta(minutes=5)
    made = factor_.confirm(steward, code=pyotp.TOTP(secret or "").at(then), at=then)
    assert made
    return made


def test_what_the_page_shows_turns_it_on_and_the_next_log_in_asks_for_a_code(steward: User) -> None:
    client = password_given(steward)
    shown = re.search(r"<code class=\"wrap\">([A-Z2-7 ]+)</code>", client.get(PAGE).content.decode())
    assert shown
    code = pyotp.TOTP(shown[1].replace(" ", "")).now()
    page = client.post(PAGE, {"code": code}).content.decode()
    assert len(re.findall(r"<li><code>[a-z2-9]{5}-[a-z2-9]{5}</code>", page)) == factor_.RECOVERY_CODES
    assert client.get("/profiles/").status_code == 200  # here they stay logged in
    other = password_given(steward)
    assert other.get("/profiles/")["Location"].startswith("/login/")
    answer = other.post("/login/code/", {"code": code_of(steward)})
    assert answer["Location"] == "/profiles/"
    assert other.get("/profiles/").status_code == 200


def test_the_password_alone_opens_nothing(steward: User, codes: list[str]) -> None:
    client = password_given(steward)
    for page in ("/", "/profiles/", PAGE, "/login/code/"):
        answer = client.get(page)
        assert answer.status_code == 302 or "Your code" in answer.content.decode()
    assert not AuditEntry.objects.filter(actor=steward.username, action="log_in").exists()
    assert client.post("/login/code/", {"code": "000000"}).status_code == 422


def test_a_code_is_good_once_and_only_near_its_time(steward: User, codes: list[str]) -> None:
    code = code_of(steward)
    assert password_given(steward).post("/login/code/", {"code": code}).status_code == 302
    assert password_given(steward).post("/login/code/", {"code": code}).status_code == 422
    assert password_given(steward).post("/login/code/", {"code": code_of(steward, steps=5)}).status_code == 422


def test_a_recovery_code_is_good_once_however_it_is_typed(steward: User, codes: list[str]) -> None:
    typed = f" {codes[0].upper().replace('-', ' ')} "
    assert password_given(steward).post("/login/code/", {"code": typed}).status_code == 302
    assert password_given(steward).post("/login/code/", {"code": codes[0]}).status_code == 422
    assert factor_.recovery_codes_left(steward) == factor_.RECOVERY_CODES - 1


def test_guessing_codes_is_stopped(steward: User, codes: list[str]) -> None:
    client = password_given(steward)
    for _ in range(FAILED_OF_BOTH):
        client.post("/login/code/", {"code": "123456"})
    page = client.post("/login/code/", {"code": code_of(steward)})
    assert page.status_code == 422
    assert "quarter of an hour" in page.content.decode()
    assert AuditEntry.objects.filter(action="second_factor_locked_out").count() == 1


def test_what_is_right_is_no_guessing_however_often_and_what_is_wrong_is_noted(steward: User, codes: list[str]) -> None:
    client = password_given(steward)
    client.post("/login/code/", {"code": code_of(steward)})
    form, used = {"do": "codes", "password": crowd.PASSWORD}, codes
    for _ in range(FAILED_OF_BOTH + 1):
        page = client.post(f"{PAGE}change/", form | {"code": used[0]})
        assert page.status_code == 200
        used = re.findall(r"<li><code>(.*?)</code></li>", page.content.decode())
    assert client.post(f"{PAGE}change/", form | {"code": "1"}).status_code == 422
    assert AuditEntry.objects.filter(actor=steward.username, action="second_factor_failed").count() == 1


def test_a_secret_that_cannot_be_opened_any_more_is_made_anew_unless_it_is_in_use(
    steward: User, settings: LazySettings
) -> None:
    first = bytes(factor_.begin(steward).secret_encrypted)
    settings.SECRET_KEY = "another key"
    assert factor_.secret_of(factor_.begin(steward))
    second = bytes(SecondFactor.objects.get(person=steward).secret_encrypted)
    assert second != first
    assert bytes(factor_.begin(steward).secret_encrypted) == second


def test_a_password_that_changed_meanwhile_and_a_person_deactivated_go_no_further(
    steward: User, codes: list[str]
) -> None:
    client = password_given(steward)
    steward.set_password("another purple heron")
    steward.save()
    assert client.post("/login/code/", {"code": code_of(steward)})["Location"] == "/login/"


def test_it_ends_the_sessions_that_were_opened_without_it(steward: User) -> None:
    before = password_given(steward)
    factor = factor_.begin(steward)
    assert factor_.confirm(steward, code=pyotp.TOTP(factor_.secret_of(factor) or "").now())
    assert before.get("/profiles/")["Location"].startswith("/login/")


def test_it_is_turned_off_by_password_and_code_together(steward: User, codes: list[str]) -> None:
    client = password_given(steward)
    client.post("/login/code/", {"code": code_of(steward)})
    change = f"{PAGE}change/"
    assert client.post(change, {"do": "off", "password": "wrong", "code": codes[0]}).status_code == 422
    assert client.post(change, {"do": "off", "password": crowd.PASSWORD, "code": "1"}).status_code == 422
    assert factor_.has_factor(steward)
    assert client.post(change, {"do": "off", "password": crowd.PASSWORD, "code": codes[0]}).status_code == 302
    assert client.get("/profiles/").status_code == 200
    assert password_given(steward).get("/profiles/").status_code == 200


def test_new_recovery_codes_replace_the_old_ones(steward: User, codes: list[str]) -> None:
    client = password_given(steward)
    client.post("/login/code/", {"code": code_of(steward)})
    page = client.post(f"{PAGE}change/", {"do": "codes", "password": crowd.PASSWORD, "code": codes[0]})
    assert codes[1] not in page.content.decode()
    assert not factor_.check(steward, code=codes[1])
    assert RecoveryCode.objects.filter(person=steward).count() == factor_.RECOVERY_CODES


def test_an_administrator_resets_it_for_who_lost_everything(
    steward: User, codes: list[str], people: dict[str, User]  # noqa: F811
) -> None:  # fmt: skip
    session = password_given(steward)
    session.post("/login/code/", {"code": code_of(steward)})
    admin = Client()
    admin.force_login(people["administrator"])
    assert "Reset the second factor of steward" in admin.get("/people/").content.decode()
    admin.post(f"/people/{steward.pk}/second-factor/")
    assert session.get("/profiles/").status_code == 302
    assert password_given(steward).get("/profiles/").status_code == 200
    row = AuditEntry.objects.get(action="second_factor_off")
    assert (row.actor, row.subject) == ("administrator", "steward")


def test_a_role_that_must_have_one_does_nothing_before_it_is_set_up(
    steward: User, people: dict[str, User], settings: LazySettings  # noqa: F811
) -> None:  # fmt: skip
    settings.SECOND_FACTOR_ROLES = ["steward"]
    client = password_given(steward)
    for page in ("/", "/profiles/", "/review/"):
        assert client.get(page)["Location"] == PAGE
    assert client.post("/review/keys/")["Location"] == PAGE
    assert "must have a second factor" in client.get(PAGE).content.decode()
    secret = factor_.secret_of(SecondFactor.objects.get(person=steward))
    client.post(PAGE, {"code": pyotp.TOTP(secret or "").now()})
    assert client.get("/profiles/").status_code == 200
    viewer = password_given(people["viewer"])
    assert viewer.get("/profiles/").status_code == 200
    people_.change_role(person_id=people["viewer"].pk, role="steward", author="root")
    assert viewer.get("/profiles/")["Location"] == PAGE


def test_turned_off_it_is_demanded_again_at_once_of_a_role_that_must_have_it(
    steward: User, codes: list[str], settings: LazySettings
) -> None:
    settings.SECOND_FACTOR_ROLES = ["steward"]
    client = password_given(steward)
    client.post("/login/code/", {"code": code_of(steward)})
    assert client.get("/profiles/").status_code == 200
    client.post(f"{PAGE}change/", {"do": "off", "password": crowd.PASSWORD, "code": codes[0]})
    assert client.get("/profiles/")["Location"] == PAGE


def test_a_role_that_does_not_exist_is_refused(settings: LazySettings) -> None:
    settings.SECOND_FACTOR_ROLES = ["administrators"]
    assert "administrators" in str(roles_are_known())


def test_nothing_in_the_database_makes_codes(steward: User, codes: list[str]) -> None:
    factor = SecondFactor.objects.get(person=steward)
    secret = factor_.secret_of(factor) or ""
    assert secret.encode() not in bytes(factor.secret_encrypted)
    stored = " ".join(RecoveryCode.objects.values_list("code_hmac", flat=True))
    assert not any(code.replace("-", "") in stored for code in codes)
