"""What people are compared by: golden records and identifiers as one table, and which profiles are new or changed."""

import pytest

from profiles.deciding import decisions
from profiles.deciding.decisions import Named
from profiles.matches.columns import columns_of
from profiles.matches.records import changed_since, read_records, seen_now
from profiles.resolution import resolve_pending
from profiles.rules.rules import apply_rules
from tests.profiles.builders import land, resolve
from tests.profiles.people_to_match import START, bring, person, profile, seen
from tests.profiles.reference import Event

pytestmark = pytest.mark.django_db


def test_traits_are_understood_in_snake_and_camel_case_nested_and_not() -> None:
    snake = {"first_name": "Ada", "last_name": "Ng", "address": {"postal_code": "10115", "street": "1 Oak"}}
    camel = {"firstName": "Ada", "lastName": "Ng", "address": {"postalCode": "10115", "street": "1 Oak"}}
    flat = {"given_name": "Ada", "familyName": " Ng ", "postcode": 10115, "street": "1 Oak"}
    found = [{k: v for k, v in columns_of(traits).items() if v} for traits in (snake, camel, flat)]
    assert found[0] == found[1] == found[2]
    assert found[0] == {"first_name": "Ada", "last_name": "Ng", "street": "1 Oak", "postcode": "10115"}


@pytest.mark.parametrize("odd", [None, True, {"deep": {"er": 1}}, ["Ada"], "  "])
def test_a_trait_that_says_nothing_is_none(odd: object) -> None:
    assert set(columns_of({"first_name": odd, "address": odd, "company": odd}).values()) == {None}


def test_a_profile_is_one_record_of_its_golden_record_and_identifiers() -> None:
    bring(seen("ada", {"first_name": "Adda", "name": "Ada Ng"}, phone="+4930123456"))
    bring(seen("ada", {"first_name": "Ada", "birthday": "1990-02-01"}, day=1, phone="+4930123457"))
    (record,) = read_records().table.to_pylist()
    assert {name: value for name, value in record.items() if value and name != "source"} == {
        "record_id": profile("ada"), "first_name": "Ada", "full_name": "Ada Ng", "dob": "1990-02-01",
        "email": "ada@example.com", "phone": "+4930123456", "phone2": "+4930123457",
    }  # fmt: skip


def test_who_says_nothing_is_left_out_and_counted() -> None:
    bring(seen("ada", person(1)))
    land(Event(frozenset({("anonymous_id", "visitor")}), START), Event(frozenset({("user_id", "7")}), START))
    resolve()
    records = read_records()
    assert (records.profiles, records.skipped, records.table["record_id"].to_pylist()) == (3, 2, [profile("ada")])


def test_a_value_that_names_nobody_is_nothing_to_compare_by() -> None:
    bring(seen("info", {"plan": "free"}))
    assert read_records().table.num_rows == 1
    apply_rules({"blocked": [["email", "info@example.com"]]}, author="Ana")
    resolve_pending()
    assert read_records().table.num_rows == 0


def test_profiles_are_read_in_sets_whatever_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    bring(*(seen(f"p{n}", person(n)) for n in range(7)))
    whole = read_records().table
    monkeypatch.setattr("profiles.matches.records.PROFILES_A_BATCH", 2)
    told: list[int] = []
    assert read_records(on_profiles=told.append).table.to_pylist() == whole.to_pylist()
    assert told == [2, 4, 6, 7]


def test_nothing_changed_since_a_moment_ago() -> None:
    bring(seen("ada", person(1)))
    assert changed_since(seen_now()) == set()


def test_who_is_new_told_something_merged_or_split_has_changed_and_nobody_else() -> None:
    bring(*(seen(name, person(len(name))) for name in ("ada", "benny", "carla", "di", "e")))
    everyone = {name: profile(name) for name in ("ada", "benny", "carla", "di", "e")}

    before = seen_now()
    bring(seen("newcomer", {"plan": "free"}))
    assert changed_since(before) == {profile("newcomer")}

    before = seen_now()
    bring(seen("ada", {"first_name": "Adele"}, day=2))
    bring(seen("benny", {"plan": "pro"}, day=2))  # says nothing that people are compared by
    assert changed_since(before) == {everyone["ada"]}

    before = seen_now()
    named = [Named("email", f"{name}@example.com") for name in ("carla", "di")]
    decision, _ = decisions.decide(action="assert", a=named[:1], b=named[1:], author="Ana")
    assert changed_since(before) == {profile("carla")} == {profile("di")}

    before = seen_now()
    decisions.withdraw(decision, author="Ana")
    assert changed_since(before) == {everyone["carla"], everyone["di"]}


def test_two_that_are_apart_no_more_have_changed() -> None:
    bring(seen("ada", person(1)), seen("benny", person(2)))
    named = [Named("email", f"{name}@example.com") for name in ("ada", "benny")]
    decision, _ = decisions.decide(action="separate", a=named[:1], b=named[1:], author="Ana")
    before = seen_now()
    decisions.withdraw(decision, author="Ana")
    assert changed_since(before) == {profile("ada"), profile("benny")}
