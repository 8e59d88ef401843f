"""What people agreed to: recorded with their events, the strictest where profiles merge, each side's own after."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.models import RawEvent
from ingest.privacy.consent import stated_consent
from profiles.deciding import decisions
from profiles.deciding.decisions import Named, withdraw
from profiles.golden_record import golden_record
from profiles.identities import NEWEST, ProfileFilters, profile_of, profile_page
from profiles.ids import public_id
from profiles.models import Decision, TraitValue
from profiles.privacy.consent import consent_of
from profiles.rebuild import check
from profiles.resolution import resolve_pending
from tests.api.conftest import Caller, caller  # noqa: F401 - a fixture
from tests.ingest.builders import delivered, event, record

NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)
SAYS = [
    ({"granted": True, "explicit": True, "purposes": ["ads", "analytics"]}, (["ads", "analytics"], [], True)),
    ({"granted": True, "explicit": True}, (["general"], [], False)),
    ({"granted": "denied"}, ([], ["general"], True)),
    ({"analytics": True}, (["analytics"], [], False)),
    ({"categoryPreferences": {"ads": False, "analytics": True}}, (["analytics"], ["ads"], False)),
    ({"purposes": {"ads": "denied"}}, ([], ["ads"], False)),
    ({"purposes": []}, ([], [], True)),
]


@pytest.mark.parametrize(("said", "wanted"), SAYS)
def test_every_way_of_saying_it_is_one_statement(said: dict[str, Any], wanted: tuple[Any, ...]) -> None:
    found = stated_consent({"context": {"consent": said}})
    assert found
    assert (found["granted"], found["denied"], found["whole"]) == wanted


@pytest.mark.parametrize("said", [None, {}, {"granted": True, "explicit": False}, "yes", {"analytics": 7}])
def test_what_nobody_decided_says_nothing(said: Any) -> None:
    assert stated_consent({"context": {"consent": said}}) is None


def say(consent: Any = None, *, minute: int = 0, **changes: Any) -> None:
    at = NOON + timedelta(minutes=minute)
    context = {"context": {"consent": consent}} if consent is not None else {}
    delivered(record(event(**{"traits": None, "timestamp": at.isoformat(), "anonymousId": None, **context, **changes})))
    resolve_pending()


def consent(kind: str, value: str) -> dict[str, bool]:
    profile_id = profile_of(kind=kind, value=value)
    assert profile_id
    return {one.purpose: one.granted for one in consent_of(profile_id)}


@pytest.mark.django_db
def test_the_latest_word_on_each_device_counts_and_one_no_is_a_no() -> None:
    say({"purposes": ["ads", "analytics"]}, anonymousId="phone")
    say({"analytics": True}, userId="ada", minute=1)
    assert consent("anonymous_id", "phone") == {"ads": True, "analytics": True}
    say(userId="ada", anonymousId="phone", minute=2)
    assert consent("user_id", "ada") == {"ads": True, "analytics": True}  # ada never spoke of ads
    say({"ads": False}, userId="ada", minute=3)
    assert consent("user_id", "ada") == {"ads": False, "analytics": True}
    say({"ads": True}, userId="ada", anonymousId="phone", minute=4)  # for both
    assert consent("user_id", "ada") == {"ads": True, "analytics": True}
    say({"granted": False}, anonymousId="phone", minute=5)
    assert consent("user_id", "ada") == {"ads": False, "analytics": False, "general": False}
    assert check().differences == []


@pytest.mark.django_db
def test_after_an_unmerge_each_side_has_its_own_again() -> None:
    say({"ads": True}, userId="ada")
    say({"ads": False, "analytics": True}, userId="ben", minute=1)
    decisions.decide(action="assert", a=[Named("user_id", "ada")], b=[Named("user_id", "ben")], author="Ana")
    assert consent("user_id", "ada") == {"ads": False, "analytics": True}
    withdraw(Decision.objects.get(), author="Ana")
    assert consent("user_id", "ada") == {"ads": True}
    assert consent("user_id", "ben") == {"ads": False, "analytics": True}


@pytest.mark.django_db
def test_it_is_no_trait_that_anybody_sees_or_sets() -> None:
    say(traits={"$consent": {"granted": ["ads"], "denied": [], "whole": False}, "plan": "pro"}, userId="ada")
    assert RawEvent.objects.get().traits == {"plan": "pro"}
    say({"ads": True}, userId="ada", minute=1)
    profile_id = profile_of(kind="user_id", value="ada")
    assert profile_id
    assert [trait.name for trait in golden_record(profile_id)] == ["plan"]
    assert TraitValue.objects.filter(name="$consent").count() == 1


@pytest.mark.django_db
def test_programs_read_it_and_filter_by_purpose(caller: Callable[..., Caller]) -> None:  # noqa: F811
    say({"ads": True}, userId="ada")
    say({"ads": False}, userId="ben", minute=1)
    say(userId="cleo", minute=2)
    client = caller("read")
    ids = {name: public_id(profile_of(kind="user_id", value=name) or 0) for name in ("ada", "ben", "cleo")}
    said = client.ask(f"profiles/{ids['ada']}/")["consent"]
    assert [(one["purpose"], one["granted"]) for one in said] == [("ads", True)]
    assert [one["profile_id"] for one in client.ask("profiles/", purpose="ads")["results"]] == [ids["ada"]]
    assert client.ask("profiles/", purpose="ads", q="ben")["results"] == []
    assert client.ask("lookup/", kind="user_id", value="ada", purpose="ads")["profile_id"] == ids["ada"]
    no = client.ask("lookup/", kind="user_id", value="ben", purpose="ads")
    assert (no["found"], no["profile_id"], no["reason"]) == (False, None, "no_consent")
    asked = [{"kind": "user_id", "value": name} for name in ("ada", "ben", "cleo", "nobody")]
    many = client.post("lookup/batch/", {"identifiers": asked, "purpose": "ads"}).json()["results"]
    assert [one["reason"] for one in many] == [None, "no_consent", "no_consent", None]
    assert [one["profile_id"] for one in many] == [ids["ada"], None, None, None]
    assert profile_page(ProfileFilters(purpose="ads"), before=NEWEST).profile_ids
