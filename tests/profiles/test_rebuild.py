"""Everything again from the raw events: the same, unless somebody changed what the engine had stored."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from profiles.deciding import decisions
from profiles.models import Combination, Identifier, Link, ProfileChange, Resolution, TraitValue
from profiles.rebuild import check, switch
from profiles.resolution import resolve_pending
from profiles.rules.rules import apply_rules
from tests.profiles.builders import land, stored_answer
from tests.profiles.reference import Event
from tests.profiles.test_engine_laws import LAWS, World, histories, stored_facts
from tests.profiles.test_resolution import ADA, ADA_MAIL, BEN, BEN_MAIL, KIOSK, LAPTOP, PHONE, sides
from tests.profiles.test_resolvers_at_once import another_connection

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)


def event(*identifiers: tuple[str, str], minute: int = 0, trusted: bool = False) -> Event:
    return Event(frozenset(identifiers), NOON + timedelta(minutes=minute), trusted)


@pytest.fixture
def crowd() -> None:
    """Ada on two devices, Ben, a kiosk that both use, an unmerge, a card of a kind nobody knows."""
    land(event(ADA, LAPTOP), event(ADA, PHONE, minute=1), event(ADA, ADA_MAIL, trusted=True), traits={"plan": "gold"})
    resolve_pending()
    land(event(ADA, KIOSK, minute=3), event(BEN, KIOSK, minute=2), event(BEN, BEN_MAIL, trusted=True))
    land(event(PHONE, ("loyalty_id", "7"), minute=9))
    resolve_pending()
    a, b = sides([PHONE], [ADA, LAPTOP])
    decisions.decide(action="separate", a=a, b=b, author="Ana")


def everything() -> object:
    return stored_answer(), stored_facts()


@pytest.mark.usefixtures("crowd")
def test_what_the_engine_computed_step_by_step_is_what_it_computes_from_nothing() -> None:
    before = everything(), Resolution.objects.count(), ProfileChange.objects.count()
    comparison = check()
    assert (comparison.events, comparison.gone, comparison.differences) == (7, 0, [])
    assert (everything(), Resolution.objects.count(), ProfileChange.objects.count()) == before


@LAWS
@given(histories())
def test_after_any_history_nothing_differs(history: list[tuple[str, object]]) -> None:
    with transaction.atomic():
        world = World()
        for what, argument in history:
            world.take(what, argument)
        assert check(events_a_batch=3).differences == []
        transaction.set_rollback(True)


@LAWS
@given(histories(), st.integers(1, 8))
def test_after_any_history_of_which_the_oldest_events_are_gone_nothing_differs(
    history: list[tuple[str, object]], kept: int
) -> None:
    with transaction.atomic():
        world = World()
        for what, argument in history:
            world.take(what, argument)
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM raw_events WHERE event_id >> 20 <= (SELECT max(delivery_id) FROM deliveries) - %s", [kept]
            )
            gone = cursor.rowcount
        comparison = check()
        assert (comparison.gone, comparison.differences) == (gone, [])
        transaction.set_rollback(True)


def tear_apart() -> None:
    laptop = Identifier.objects.get(value="laptop")
    Identifier.objects.filter(value="laptop").update(profile_id=laptop.pk + 1)


DAMAGE: dict[str, tuple[Callable[[], object], set[tuple[str, str]]]] = {
    "a profile": (tear_apart, {("identifiers", "profile_id")}),
    "standing": (lambda: Identifier.objects.filter(value="kiosk").update(standing=2), {("identifiers", "standing")}),
    "vouching": (lambda: Identifier.objects.filter(value="ada").update(vouched=False), {("identifiers", "vouched")}),
    "a held link": (lambda: Link.objects.exclude(held=None).update(held="blocked"), {("links", "held")}),
    "a time": (
        lambda: Link.objects.filter(vouched=True).update(first_seen=NOON - timedelta(1)),
        {("links", "first_seen")},
    ),
    "links lost": (lambda: Link.objects.all().delete(), {("links", "missing")}),
    "a link too many": (
        lambda: Link.objects.create(a_id=1, b_id=2**40, first_seen=NOON, event_id=1, vouched=False),
        {("links", "left over")},
    ),
    "owners": (lambda: Combination.objects.update(owner_id=None), {("combinations", "owner_id")}),
    "a trait": (lambda: TraitValue.objects.update(events=9), {("trait_values", "events")}),
}


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("damage", DAMAGE)
def test_what_somebody_changed_is_found_and_a_switch_mends_it(damage: str) -> None:
    before = everything()
    change, expected = DAMAGE[damage]
    change()

    found = check().differences
    assert {(difference.table, difference.what) for difference in found} == expected
    assert all(difference.rows >= len(difference.examples) > 0 for difference in found)

    switch()
    assert everything() == before
    assert check().differences == []


@pytest.mark.usefixtures("crowd")
def test_an_identifier_that_was_lost_comes_back_with_a_new_number() -> None:
    Identifier.objects.filter(value="ben@example.com").delete()
    assert ("identifiers", "missing") in {(d.table, d.what) for d in check().differences}
    switch()
    assert check().differences == []
    assert Identifier.objects.get(value="ben@example.com").profile_id == Identifier.objects.get(value="ben").profile_id


@pytest.mark.usefixtures("crowd")
def test_a_switch_is_in_history() -> None:
    tear_apart()
    ProfileChange.objects.all().delete()
    changes = switch().changes
    change = ProfileChange.objects.get()
    assert (changes.merges + changes.splits + changes.moves, change.cause, change.cause_id) == (1, "rule", None)
    assert change.identifier_ids == [Identifier.objects.get(value="laptop").pk]


@pytest.mark.usefixtures("crowd")
def test_where_raw_events_are_gone_what_they_said_comes_from_the_combinations() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM raw_events WHERE event_id < (SELECT max(delivery_id) << 20 FROM deliveries)")
    comparison = check()
    assert (comparison.gone, comparison.differences) == (6, [])

    Identifier.objects.filter(value="kiosk").update(standing=2)
    assert [(d.table, d.what) for d in check().differences] == [("identifiers", "standing")]
    before = stored_facts()["traits"]
    switch()
    assert check().differences == []
    assert stored_facts()["traits"] == before


@pytest.mark.usefixtures("crowd")
def test_what_waits_to_be_resolved_is_no_difference_but_a_rule_change_under_way_must_end_first() -> None:
    land(event(ADA, ("email", "new@example.com")))
    assert check().differences == []
    apply_rules({"blocked": [["anonymous_id", "laptop"]]}, author="Ana")
    with pytest.raises(ValidationError, match="resolve_events"):
        check()


@pytest.mark.usefixtures("crowd")
def test_the_command_prints_what_differs_and_fails() -> None:
    printed = StringIO()
    call_command("rebuild", "--check", stdout=printed)
    assert printed.getvalue().splitlines()[-1] == "no differences"

    Combination.objects.update(owner_id=None)
    printed = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("rebuild", "--check", stdout=printed)
    assert end.value.code == 1
    assert "combinations, owner_id: 7 rows differ" in printed.getvalue()

    printed = StringIO()
    call_command("rebuild", "--switch", "--json", stdout=printed)
    assert json.loads(printed.getvalue())["differences"][0]["rows"] == 7


@pytest.mark.django_db(transaction=True)
def test_resolution_goes_on_during_a_check_and_is_no_difference() -> None:
    land(event(ADA, LAPTOP))
    resolve_pending()
    land(event(BEN, LAPTOP, minute=-1))
    resolved = []

    def resolve_beside(events: int) -> None:
        with another_connection() as own:
            own.execute("SET statement_timeout = '20s'")
            own.execute("CALL resolve_deliveries()")
        resolved.append(events)

    assert check(on_events=resolve_beside).differences == []
    assert resolved == [1]
    assert Identifier.objects.count() == 3
    assert check().differences == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace('shadow')")
        assert cursor.fetchone() == (None,)


@pytest.mark.django_db(transaction=True)
def test_the_queue_of_questions_is_brought_up_to_date_during_a_check_and_stops_none() -> None:
    land(event(ADA, LAPTOP), event(BEN, LAPTOP, minute=-1))
    resolve_pending()
    refreshed = []

    def refresh_beside(_events: int) -> None:
        with another_connection() as own:
            own.execute("SET statement_timeout = '20s'")
            refreshed.append(own.execute("SELECT refresh_review(true, 0, 0, 100) IS NOT NULL").fetchone())

    assert check(on_events=refresh_beside).differences == []
    assert refreshed == [(True,)]
    with another_connection() as own, own.transaction():
        own.execute("SELECT refresh_review(true, 0, 0, 100)")
        assert check().differences == []
