"""Kinds whose values nobody may read: kept as keyed hashes, and found by who knows a value."""

from collections.abc import Callable, Iterator

import pytest
from django.core.exceptions import ValidationError

from ingest.events import recent_events
from ingest.models import RawEvent, RejectedRecord
from ingest.privacy.hashed import forget_hashed_kinds
from ingest.privacy.keyed import hashed_value
from ingest.replay import replay_rejected
from profiles.identities import find_profiles, profile_of
from profiles.ids import public_id
from profiles.models import Identifier
from profiles.rebuild import check
from profiles.resolution import resolve_pending
from profiles.rules.differences import difference
from profiles.rules.rules import apply_rules, current_rules
from tests.api.conftest import Caller, caller  # noqa: F401 - a fixture
from tests.ingest.builders import delivered, event, record
from tests.profiles.test_erasure import everything_stored
from tests.profiles.test_erasure_laws import erase

pytestmark = pytest.mark.django_db
ADA, CARD = "ada.secret@example.com", "CARD-4711"
RULES = {"kinds": {"email": {"hashed": True}, "card": {"rank": 2, "known": True, "hashed": True}}}


@pytest.fixture(autouse=True)
def _hashed() -> Iterator[None]:
    apply_rules(RULES, author="Ana")
    yield
    forget_hashed_kinds()


def land() -> None:
    delivered(
        record(event(userId="ada", anonymousId=None, traits={"email": f" {ADA.upper()}", "plan": "pro"})),
        record(event(userId="ada", anonymousId=None, traits=None, identifiers={"card": [CARD], "email": ADA})),
        record(event(type="dance", anonymousId=None, traits={"email": ADA})),
        record(event(userId="ben", anonymousId=None, traits={"email": "no address Ada-Secret"})),
    )
    resolve_pending()


def test_no_table_has_the_values_and_who_knows_one_finds_the_profile(caller: Callable[..., Caller]) -> None:  # noqa: F811
    land()
    stored = everything_stored().lower()
    assert "secret" not in stored
    assert CARD.lower() not in stored
    profile_id = profile_of(kind="email", value=ADA)
    assert profile_id
    assert profile_of(kind="card", value=CARD) == profile_of(kind="user_id", value="ada") == profile_id
    assert profile_of(kind="email", value=hashed_value("email", ADA)) == profile_id
    assert [one.profile_id for one in find_profiles(ADA)] == [profile_id]
    assert [one.profile_id for one in find_profiles(CARD)] == [profile_id]
    assert len(recent_events(text=ADA).events) == 2
    client, public = caller("read"), public_id(profile_id)
    assert client.ask("lookup/", kind="email", value=ADA.upper())["profile_id"] == public
    asked = {"identifiers": [{"kind": "card", "value": CARD}]}
    assert client.post("lookup/batch/", asked).json()["results"][0]["profile_id"] == public
    shown = client.ask(f"profiles/{public}/identifiers/")["results"]
    assert all(one["value"].startswith("hmac:") for one in shown if one["kind"] in ("email", "card"))
    assert check().differences == []


def test_what_was_rejected_can_be_replayed_without_anybody_having_kept_the_value() -> None:
    land()
    rejected = RejectedRecord.objects.get()
    data = bytes(rejected.data).replace(b'"dance"', b'"identify"')
    RejectedRecord.objects.update(data=data)
    assert replay_rejected().landed == 1
    assert f"email:{hashed_value('email', ADA)}" in RawEvent.objects.latest("event_id").identifiers


def test_who_is_erased_stays_out() -> None:
    land()
    found = profile_of(kind="email", value=ADA)
    assert found
    erase(found)
    assert delivered(record(event(userId="new", traits={"email": ADA}))).reasons == {"suppressed": 1}


def test_the_flag_stands_in_the_rules_and_can_not_be_changed_once_values_have_landed() -> None:
    assert current_rules()["kinds"]["card"]["hashed"]
    assert "hashed" not in current_rules()["kinds"]["phone"]
    land()
    for kind, flag in (("card", False), ("user_id", True)):
        with pytest.raises(ValidationError, match="values of it have landed"):
            apply_rules({"kinds": {kind: {"hashed": flag}}}, author="Ana")
    apply_rules({"kinds": {"card": {"limit": 3}}}, author="Ana")
    assert current_rules()["kinds"]["card"]["hashed"]
    assert Identifier.objects.filter(kind__name="card").count() == 1


def test_a_change_of_the_flag_is_told_in_words() -> None:
    before = current_rules()
    apply_rules({"kinds": {"card": {"hashed": False}}}, author="Ana")
    assert difference(before, current_rules()).summary == "card: kept as they are"
