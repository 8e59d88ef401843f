"""A decision and its withdrawal leave everything exactly as before; a decision outlasts all that comes after it."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from profiles.deciding.decisions import merge_profiles, reject_merge, take_back, unmerge
from profiles.deciding.lines import decision_lines
from profiles.models import Decision
from profiles.rebuild import check, switch
from profiles.resolution import resolve_pending
from profiles.rules.rules import apply_rules, current_rules
from tests.profiles.builders import land
from tests.profiles.exactly import differing, everything, exported
from tests.profiles.test_deciding import ids, partition
from tests.profiles.test_resolution import (
    ADA,
    ADA_MAIL,
    BEN,
    BEN_MAIL,
    KIOSK,
    LAPTOP,
    PHONE,
    event,
    profile_of,
    see,
)

pytestmark = pytest.mark.django_db
CARD = ("phone", "+442079460958")


@pytest.fixture
def town() -> None:
    """Ada on two devices, Ben, a kiosk that both use, a phone that a family shares, traits of several sources."""
    see(event(LAPTOP), event(PHONE, minute=1), traits={"city": "Rome"})
    see(event(ADA, LAPTOP, minute=2), event(ADA, PHONE, minute=3), traits={"plan": "gold", "city": "Oslo"})
    see(event(ADA, ADA_MAIL, trusted=True, minute=4), traits={"plan": "free", "name": "Ada"})
    see(event(ADA, KIOSK, minute=6), event(BEN, KIOSK, minute=5), event(BEN, BEN_MAIL, trusted=True, minute=7))
    see(event(CARD, ADA_MAIL, minute=8), event(CARD, BEN_MAIL, minute=9), traits={"name": "The family"})


def take_out_phone() -> Decision | None:
    return unmerge(profile_id=profile_of(ADA), identifier_ids=ids(PHONE, CARD), author="Ana", reason="r").decision


def take_out_kiosk() -> Decision | None:
    return unmerge(profile_id=profile_of(KIOSK), identifier_ids=ids(KIOSK), author="Ana", reason="r").decision


def take_out_ada() -> Decision | None:
    return unmerge(profile_id=profile_of(ADA), identifier_ids=ids(ADA), author="Ana", reason="r").decision


def merge() -> Decision | None:
    return merge_profiles(a_profile_id=profile_of(ADA), b_profile_id=profile_of(BEN), author="Ana").decision


def keep_apart() -> Decision | None:
    return reject_merge(a_profile_id=profile_of(ADA), b_profile_id=profile_of(BEN), author="Ana").decision


EVERY = [take_out_phone, take_out_kiosk, take_out_ada, merge, keep_apart]


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("decide", EVERY)
def test_a_decision_and_its_withdrawal_leave_everything_as_it_was_byte_by_byte(
    decide: Callable[[], Decision | None],
) -> None:
    before = everything()
    decision = decide()
    assert decision
    assert differing(before, everything())
    take_back(decision=decision, author="Ben", reason="I erred")
    assert differing(before, everything()) == []


@pytest.mark.usefixtures("town")
def test_decisions_taken_back_in_any_order_leave_everything_as_it_was() -> None:
    before = everything()
    made = [decide() for decide in (take_out_phone, take_out_kiosk, keep_apart)]
    for decision in (made[1], made[0], made[2]):
        assert decision
        take_back(decision=decision, author="Ben", reason="I erred")
    assert differing(before, everything()) == []


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("decide", EVERY)
def test_a_decision_stands_whatever_comes_after(decide: Callable[[], Decision | None]) -> None:
    decision = decide()
    stands, decided, rules = everything(), list(decision_lines()), current_rules()
    # replays and re-imports: the same events again change nothing
    resolve_pending()
    call_command("decide", _file(decided), stdout=StringIO())
    assert differing(stands, everything()) == []
    # everything computed again from the raw events, and put in force
    assert check().differences == []
    switch()
    assert differing(stands, everything()) == []
    # other rules, and back
    apply_rules({"kinds": {"user_id": {"limit": 9}, "anonymous_id": {"limit": 1}}}, author="Root")
    resolve_pending()
    apply_rules(rules, author="Root")
    resolve_pending()
    assert differing(stands, everything()) == []
    assert list(decision_lines()) == decided
    # and what contradicts it
    together = profile_of(ADA) == profile_of(BEN)
    see(event(ADA, LAPTOP, minute=50), event(ADA, PHONE, minute=51), event(ADA, CARD, minute=52, trusted=True))
    assert (profile_of(ADA) == profile_of(BEN)) == together
    assert decision
    for a in decision.identifiers.filter(side="a"):
        for b in decision.identifiers.filter(side="b"):
            same = profile_of((a.kind, a.value)) == profile_of((b.kind, b.value))
            assert same == (decision.action == "assert")


@pytest.mark.usefixtures("town")
def test_the_same_decisions_on_the_same_events_elsewhere_give_the_same_profiles() -> None:
    """Events landed anew, decisions from their export: identifier ids are the order of arrival, so ids are the same."""
    take_out_phone()
    kept = keep_apart()
    assert kept
    take_back(decision=kept, author="Ben", reason="I erred")
    stands = exported("export_identities"), exported("export_held_links")
    lines = list(decision_lines())
    first = min(partition())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "TRUNCATE identifiers, links, combinations, trait_values, conflicted_neighbourhoods, profile_changes,"
            " decisions, decision_identifiers CASCADE"
        )
        cursor.execute("SELECT setval(pg_get_serial_sequence('identifiers', 'identifier_id'), %s, false)", [first])
        cursor.execute("UPDATE deliveries SET resolved_at = NULL")
    call_command("decide", _file(lines), stdout=StringIO())
    resolve_pending()
    assert (exported("export_identities"), exported("export_held_links")) == stands
    assert list(decision_lines()) == lines


@pytest.mark.usefixtures("town")
def test_an_identifier_that_comes_later_goes_to_the_side_that_it_is_seen_with() -> None:
    take_out_phone()
    tablet = ("anonymous_id", "tablet")
    land(event(PHONE, tablet, minute=60))
    resolve_pending()
    assert profile_of(tablet) == profile_of(PHONE) != profile_of(ADA)
    assert len(set(partition().values())) > 1


def _file(lines: list[dict[str, object]]) -> str:
    import json
    import tempfile

    with tempfile.NamedTemporaryFile("w", suffix=".ndjson", delete=False) as file:
        file.write("".join(json.dumps(line) + "\n" for line in lines))
    return file.name
