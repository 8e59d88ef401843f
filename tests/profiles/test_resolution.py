"""What the engine makes of events: profiles, ids, history, held links, owners, traits."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from profiles.deciding import decisions
from profiles.deciding import lines as decision_lines
from profiles.deciding.decisions import Named
from profiles.models import (
    Combination,
    Decision,
    Identifier,
    Link,
    ProfileChange,
    Resolution,
    TraitValue,
    UndefinedKind,
)
from profiles.resolution import resolve_pending
from profiles.rules.rules import apply_rules, current_rules
from tests.profiles import reference
from tests.profiles.builders import land

pytestmark = pytest.mark.django_db

ADA, BEN = ("user_id", "ada"), ("user_id", "ben")
ADA_MAIL, BEN_MAIL = ("email", "ada@example.com"), ("email", "ben@example.com")
LAPTOP, PHONE, KIOSK = ("anonymous_id", "laptop"), ("anonymous_id", "phone"), ("anonymous_id", "kiosk")
NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)


def event(*identifiers: reference.Identifier, minute: int = 0, trusted: bool = False) -> reference.Event:
    return reference.Event(frozenset(identifiers), NOON + timedelta(minutes=minute), trusted)


def see(*events: reference.Event, **given: object) -> None:
    land(*events, **given)  # type: ignore[arg-type]
    resolve_pending()


def stored(identifier: reference.Identifier) -> Identifier:
    return Identifier.objects.select_related("kind").get(kind__name=identifier[0], value=identifier[1])


def profile_of(identifier: reference.Identifier) -> int:
    return stored(identifier).profile_id


def sides(*named: Iterable[reference.Identifier]) -> list[list[Named]]:
    return [[Named(*identifier) for identifier in side] for side in named]


def test_two_devices_of_one_person_become_one_profile_with_the_older_id() -> None:
    see(event(LAPTOP))
    see(event(PHONE))
    older, newer = profile_of(LAPTOP), profile_of(PHONE)
    assert older < newer

    see(event(LAPTOP, ADA, minute=1), event(PHONE, ADA, minute=2))

    assert {profile_of(i) for i in (LAPTOP, PHONE, ADA)} == {older}
    change = ProfileChange.objects.get()
    assert (change.change, change.from_profile_id, change.to_profile_id) == ("merge", newer, older)
    assert change.identifier_ids == [stored(PHONE).pk]
    assert change.cause == "event"
    assert change.cause_id == Link.objects.get(a_id=stored(PHONE).pk, b_id=stored(ADA).pk).event_id


def test_two_people_who_log_in_on_a_kiosk_stay_two_profiles_and_the_later_link_is_held() -> None:
    see(event(ADA, KIOSK, minute=1), event(BEN, KIOSK, minute=2))
    assert profile_of(KIOSK) == profile_of(ADA) != profile_of(BEN)
    held = Link.objects.get(held__isnull=False)
    assert {held.a_id, held.b_id} == {stored(KIOSK).pk, stored(BEN).pk}
    assert held.held == "limit user_id"


def test_a_late_event_gives_the_kiosk_to_who_used_it_first() -> None:
    see(event(ADA, KIOSK, minute=2))
    see(event(BEN, KIOSK, minute=3))
    see(event(BEN, KIOSK, minute=1))
    assert profile_of(KIOSK) == profile_of(BEN) != profile_of(ADA)
    # The kiosk was seen first, so its number names the profile that it is in: Ada gets a new one, Ben goes to it.
    changes = ProfileChange.objects.order_by("change_id").values_list("change", "identifier_ids")
    assert list(changes) == [("split", [stored(ADA).pk]), ("merge", [stored(BEN).pk])]


def test_nobody_with_a_public_key_joins_two_known_people() -> None:
    see(event(ADA_MAIL, trusted=True), event(BEN_MAIL, trusted=True))
    see(event(ADA_MAIL, BEN_MAIL))
    assert profile_of(ADA_MAIL) != profile_of(BEN_MAIL)
    assert Link.objects.get().held == "unvouched"

    see(event(ADA_MAIL, BEN_MAIL, minute=1, trusted=True))
    assert profile_of(ADA_MAIL) == profile_of(BEN_MAIL)
    assert Link.objects.get().held is None


def test_a_blocked_value_joins_nobody_until_it_is_unblocked() -> None:
    junk = ("email", "test@test.com")
    see(event(ADA, junk), event(BEN_MAIL, junk))
    assert len({profile_of(i) for i in (ADA, BEN_MAIL, junk)}) == 3
    assert set(Link.objects.values_list("held", flat=True)) == {"blocked"}
    before = dict(Identifier.objects.values_list("identifier_id", "profile_id"))
    rules = current_rules()

    change = apply_rules({"blocked": []}, author="Ana")
    resolve_pending()
    assert len({profile_of(i) for i in (ADA, BEN_MAIL, junk)}) == 1
    assert change is not None
    assert set(ProfileChange.objects.values_list("cause", "cause_id")) == {("rule", change.pk)}

    apply_rules(rules, author="Ana")
    resolve_pending()
    assert dict(Identifier.objects.values_list("identifier_id", "profile_id")) == before


def test_each_blocked_pattern_counts_by_itself_whatever_groups_the_others_have() -> None:
    apply_rules({"blocked": [["phone", {"pattern": "(7)7*"}], ["phone", {"pattern": r"(\d)\1{8,}"}]]}, author="Ana")
    sevens, eights, number = ("phone", "7777"), ("phone", "888888888"), ("phone", "88888888")
    see(event(ADA, sevens), event(BEN, eights), event(ADA_MAIL, number))
    assert [stored(phone).standing for phone in (sevens, eights, number)] == [3, 3, 0]


def test_a_phone_number_of_one_digit_after_its_prefix_is_blocked_from_the_start() -> None:
    see(event(ADA, ("phone", "+49888888888")), event(BEN, ("phone", "+4988888888")))
    assert stored(("phone", "+49888888888")).standing == 3
    assert stored(("phone", "+4988888888")).standing == 0


def test_a_value_found_to_be_shared_heals_what_it_merged() -> None:
    mailbox = ("email", "info@example.com")
    people = [("phone", f"+49301234{number:04}") for number in range(11)]
    see(*(event(mailbox, phone) for phone in people[:3]))
    assert len({profile_of(phone) for phone in people[:3]}) == 1
    see(*(event(mailbox, phone) for phone in people[3:]))
    assert len({profile_of(phone) for phone in people}) == 11
    assert ProfileChange.objects.filter(change="split").exists()


def test_unmerge_moves_events_with_their_identifiers_and_withdrawing_restores_every_id() -> None:
    see(event(ADA, LAPTOP), event(ADA, PHONE, minute=1), event(LAPTOP, PHONE, minute=2))
    before = dict(Identifier.objects.values_list("identifier_id", "profile_id"))
    a, b = sides([PHONE], [ADA, LAPTOP])
    decision, result = decisions.decide(action="separate", a=a, b=b, author="Ana", reason="two people")
    assert (result.splits, result.merges) == (1, 0)
    assert profile_of(PHONE) != profile_of(ADA) == profile_of(LAPTOP)
    assert set(Link.objects.exclude(held=None).values_list("held", flat=True)) == {"separated"}
    split = ProfileChange.objects.get()
    assert (split.cause, split.cause_id) == ("decision", decision.pk)

    decisions.withdraw(decision, author="Ana")
    assert dict(Identifier.objects.values_list("identifier_id", "profile_id")) == before
    assert not Link.objects.exclude(held=None).exists()


def test_a_separation_holds_whatever_arrives_later() -> None:
    a, b = sides([ADA], [BEN_MAIL])
    decisions.decide(action="separate", a=a, b=b, author="Ana")
    see(event(ADA, BEN_MAIL, trusted=True))
    assert profile_of(ADA) != profile_of(BEN_MAIL)


def test_an_assertion_made_before_its_identifiers_are_seen_joins_them_when_they_are() -> None:
    a, b = sides([LAPTOP], [PHONE])
    decisions.decide(action="assert", a=a, b=b, author="Ana")
    see(event(LAPTOP))
    see(event(PHONE))
    assert profile_of(LAPTOP) == profile_of(PHONE)


def test_the_same_decision_twice_is_one_decision() -> None:
    a, b = sides([LAPTOP], [PHONE])
    first, _ = decisions.decide(action="assert", a=a, b=b, author="Ana")
    second, _ = decisions.decide(action="assert", a=b, b=a, author="Ben")
    assert first == second
    assert Decision.objects.count() == 1


def test_exported_decisions_carried_out_elsewhere_give_the_same_decisions() -> None:
    a, b = sides([ADA], [BEN_MAIL])
    decision, _ = decisions.decide(action="separate", a=a, b=b, author="Ana", reason="brothers")
    decisions.withdraw(decision, author="Ben", reason="one person after all")
    a, b = sides([LAPTOP], [PHONE])
    decisions.decide(action="assert", a=a, b=b, author="Ana")
    lines = list(decision_lines.decision_lines())

    Decision.objects.all().delete()
    assert [decision_lines.apply_line(line) for line in lines] == ["separated", "withdrawn", "asserted"]
    assert list(decision_lines.decision_lines()) == lines


def test_identifiers_of_a_kind_that_is_defined_later_are_taken_up_then() -> None:
    card = ("loyalty_id", "L-1")
    see(event(card, LAPTOP), event(card, PHONE, minute=1), event(card, minute=2))
    assert not Identifier.objects.filter(value="L-1").exists()
    assert UndefinedKind.objects.filter(kind="loyalty_id").count() == 3

    apply_rules({"kinds": {"loyalty_id": {"rank": 2, "known": True, "limit": 1}}}, author="Ana")
    resolve_pending()

    assert profile_of(card) == profile_of(LAPTOP) == profile_of(PHONE)
    assert not UndefinedKind.objects.exists()
    assert Combination.objects.filter(owner_id=stored(card).pk).count() == 3


def test_events_belong_to_their_strongest_identifier_and_leave_it_when_it_goes_out_of_play() -> None:
    see(event(ADA_MAIL, LAPTOP))
    combination = Combination.objects.get()
    assert combination.owner_id == stored(ADA_MAIL).pk

    rules = current_rules()
    apply_rules({"blocked": [["email", "ada@example.com"]]}, author="Ana")
    resolve_pending()
    combination.refresh_from_db()
    assert combination.owner_id == stored(LAPTOP).pk

    apply_rules(rules, author="Ana")
    resolve_pending()
    combination.refresh_from_db()
    assert combination.owner_id == stored(ADA_MAIL).pk


def test_of_equally_strong_identifiers_an_event_belongs_to_the_first_in_byte_order_not_the_first_to_arrive() -> None:
    see(event(BEN_MAIL))
    see(event(BEN_MAIL, ADA_MAIL, LAPTOP))
    assert Combination.objects.get(identifier_ids__len=3).owner_id == stored(ADA_MAIL).pk
    assert stored(BEN_MAIL).pk < stored(ADA_MAIL).pk


def test_an_event_whose_strongest_identifier_is_blocked_belongs_to_the_next() -> None:
    junk = ("email", "test@test.com")
    see(event(junk, LAPTOP, PHONE), event(junk))
    assert Combination.objects.get(identifier_ids__len=3).owner_id == stored(LAPTOP).pk
    assert Combination.objects.get(identifier_ids__len=1).owner_id == stored(junk).pk


def test_traits_are_kept_by_value_with_first_and_last_time_and_count() -> None:
    see(event(ADA, minute=5), event(ADA, minute=1), traits={"plan": "gold"})
    see(event(ADA, minute=9), traits={"plan": "gold"})
    see(event(ADA, minute=3), traits={"plan": "silver"})
    gold, silver = TraitValue.objects.order_by("-events")
    assert (gold.value, gold.events) == ("gold", 3)
    assert (gold.first_time, gold.last_time) == (NOON + timedelta(minutes=1), NOON + timedelta(minutes=9))
    assert (silver.value, silver.events) == ("silver", 1)


def test_a_rule_that_is_nonsense_changes_nothing() -> None:
    from django.core.exceptions import ValidationError

    before = current_rules()
    with pytest.raises(ValidationError) as refusal:
        apply_rules(
            {
                "kinds": {"email": {"limit": 0}, "Bad Name": {}},
                "blocked": [["nobody", "x"], ["email", {"pattern": "("}], ["email", {"pattern": "a)|(b"}]],
            },
            author="Ana",
        )
    assert len(refusal.value.messages) == 6
    assert current_rules() == before


def test_resolving_twice_changes_nothing_the_second_time() -> None:
    see(event(ADA, LAPTOP))
    assert resolve_pending().deliveries == 0


def test_a_session_from_before_an_upgrade_gets_the_work_tables_of_now() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE work_ranges (first_event bigint) ON COMMIT DELETE ROWS")
        cursor.execute("CREATE TEMP TABLE work_named (identifier_id bigint) ON COMMIT DELETE ROWS")
    see(event(LAPTOP, PHONE))
    assert profile_of(LAPTOP) == profile_of(PHONE)


def test_what_several_decisions_change_is_counted_with_each_and_their_times_follow_each_other() -> None:
    see(event(ADA, LAPTOP), event(BEN, KIOSK), event(PHONE))
    for one, other in ((LAPTOP, PHONE), (BEN_MAIL, KIOSK), (LAPTOP, KIOSK)):
        decisions.decide(action="assert", a={Named(*one)}, b={Named(*other)}, author="Ana")
    merges = list(Resolution.objects.order_by("resolution_id").values_list("merges", "finished_at"))
    changes = list(ProfileChange.objects.order_by("change_id").values_list("at", flat=True))
    assert [count for count, _ in merges] == [0, 1, 0, 1]
    assert changes == sorted(changes)
    assert merges[0][1] < changes[0] < merges[1][1] < merges[2][1] < changes[1] < merges[3][1]


def test_a_table_sampled_while_its_first_rows_were_not_committed_is_not_planned_for_as_empty() -> None:
    filled = (
        "INSERT INTO links (a_id, b_id, first_seen, event_id, vouched)"
        " SELECT n, n + 1, now(), 1, false FROM generate_series(1, 20000) n"
    )
    with connection.cursor() as cursor:
        for statement in (filled, "DELETE FROM links", "ANALYZE links", filled, "SELECT prepare_work()"):
            cursor.execute(statement)
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'links'::regclass")
        assert cursor.fetchone() == (20_000,)
