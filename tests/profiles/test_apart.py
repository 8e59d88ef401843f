"""Why two profiles are two, against the reference, and in words."""

from itertools import combinations

import pytest
from django.db import transaction
from hypothesis import given
from pytest_django import DjangoAssertNumQueries

from profiles.deciding import decisions
from profiles.deciding.decisions import Named
from profiles.explaining import apart
from profiles.explaining.apart import why_apart
from profiles.models import Identifier, MatchCandidate, MatchModel
from profiles.rules.rules import apply_rules
from tests.profiles.reference import Reference, Separation, pair
from tests.profiles.test_engine_laws import READING_LAWS, World, histories
from tests.profiles.test_why import ADA, ADA_MAIL, BEN, KIOSK, LAPTOP, NOON, event, number, profile_of, see

pytestmark = pytest.mark.django_db


@READING_LAWS
@given(histories())
def test_what_keeps_two_profiles_apart_is_what_the_reference_says(history: list[tuple[str, object]]) -> None:
    with transaction.atomic():
        world = World()
        for what, argument in history:
            world.take(what, argument)
        standing = world.decisions.values()
        told = Reference(
            world.events, kinds=world.kinds, blocked=frozenset(world.blocked),
            assertions=[d for d in standing if isinstance(d, tuple)],
            separations=[d for d in standing if isinstance(d, Separation)],
        )  # fmt: skip
        answer = told.answer()
        stored = {(i.kind.name, i.value): i for i in Identifier.objects.select_related("kind")}
        for p, q in combinations(answer.profiles, 2):
            one, other = stored[next(iter(p))].profile_id, stored[next(iter(q))].profile_id
            for few in (apart.FEW_PAIRS, 0):
                found = with_few_pairs(few, one, other)
                links = {
                    pair((link.p.kind, link.p.value), (link.q.kind, link.q.value)): link.held for link in found.links
                }
                crossing = {ends for ends in answer.held if (ends[0] in p and ends[1] in q) or set(ends) <= p | q}
                crossing = {ends for ends in crossing if not set(ends) <= p and not set(ends) <= q}
                assert links == {ends: answer.held[ends] for ends in crossing}
                assert all(stored[link.p.kind, link.p.value].profile_id == one for link in found.links)
            separated = [s for s in told.separations if told._separated(set(p), set(q)) and splits(s, p, q)]
            assert len([d for d in found.decisions if d.separates]) == len(separated)
            assert min((c.kind for c in found.limits), default=None) == told._limit(set(p), set(q))
            assert found.both_known == (told._anchored(set(p)) and told._anchored(set(q)))
        transaction.set_rollback(True)


def splits(separation: Separation, p: frozenset[tuple[str, str]], q: frozenset[tuple[str, str]]) -> bool:
    return bool((separation.a & p and separation.b & q) or (separation.b & p and separation.a & q))


def with_few_pairs(few: int, one: int, other: int) -> apart.Apart:
    before, apart.FEW_PAIRS = apart.FEW_PAIRS, few
    try:
        return why_apart(one, other)
    finally:
        apart.FEW_PAIRS = before


def kinds_of(found: apart.Apart) -> list[str]:
    return [reason.kind for reason in found.reasons]


def test_a_separation_is_named_with_author_day_and_reason() -> None:
    see(event(ADA, LAPTOP), event(ADA_MAIL, LAPTOP, minute=1))
    decisions.decide(
        action="separate", a={Named(*ADA)}, b={Named(*ADA_MAIL), Named(*LAPTOP)}, author="Ana", reason="two sisters"
    )
    found = why_apart(profile_of(ADA), profile_of(ADA_MAIL))
    (decided,) = found.decisions
    assert (decided.author, decided.reason) == ("Ana", "two sisters")
    assert decided.words.startswith("kept apart by Ana, ")
    assert kinds_of(found) == ["separated"]
    assert found.verdict == "They stay two until somebody withdraws that decision."


def test_a_kiosk_that_two_people_use_is_a_limit_with_both_numbers() -> None:
    see(event(ADA, KIOSK), event(BEN, KIOSK, minute=1))
    found = why_apart(profile_of(BEN), profile_of(ADA))
    assert kinds_of(found) == ["limit"]
    (link,) = found.links
    assert (link.p.value, link.q.value, link.held) == ("ben", "kiosk", "limit user_id")
    assert link.last is not None
    assert "2 values of user id" in found.reasons[0].words


def test_nothing_at_all_is_said_plainly() -> None:
    see(event(ADA, KIOSK), event(BEN, LAPTOP))
    found = why_apart(profile_of(ADA), profile_of(BEN))
    assert found.reasons == []
    assert found.verdict.startswith("Nothing connects these two")
    assert [limit.kind for limit in found.limits] == ["user_id"]  # it would not join them even if something did


def test_a_value_that_names_nobody_is_all_they_share() -> None:
    junk = ("email", "junk@example.com")
    apply_rules({"blocked": [list(junk)]}, author="Ana")
    see(event(ADA, junk), event(BEN, junk))
    found = why_apart(profile_of(ADA), profile_of(BEN))
    assert [(one.node.value, one.words) for one in found.shared] == [
        ("junk@example.com", "on the list of values that name nobody")
    ]
    assert kinds_of(found) == ["blocked"]


def test_an_assertion_that_a_separation_overrules_is_told_too() -> None:
    see(event(ADA, LAPTOP), event(BEN, KIOSK))
    decisions.decide(action="assert", a={Named(*ADA)}, b={Named(*BEN)}, author="Ana")
    decisions.decide(action="separate", a={Named(*ADA)}, b={Named(*BEN)}, author="Bo")
    found = why_apart(profile_of(ADA), profile_of(BEN))
    assert [(decided.action, decided.author) for decided in found.decisions] == [("separate", "Bo"), ("assert", "Ana")]


def test_a_third_person_that_both_were_seen_with_is_named() -> None:
    cai = ("user_id", "cai")
    see(event(ADA, LAPTOP), event(BEN, KIOSK), event(cai, ("anonymous_id", "tablet")))
    see(event(ADA, ("anonymous_id", "tablet"), minute=1), event(BEN, ("anonymous_id", "tablet"), minute=2))
    found = why_apart(profile_of(ADA), profile_of(BEN))
    assert [one.node.value for one in found.shared] == ["tablet"]
    assert kinds_of(found) == ["third"]


@pytest.mark.parametrize("turned", [False, True])
def test_two_that_look_alike_are_told_the_score_and_that_it_is_no_proof(turned: bool) -> None:
    see(event(ADA, LAPTOP), event(BEN, KIOSK))
    a, b = sorted((profile_of(ADA), profile_of(BEN)))
    model = MatchModel.objects.create(parameters={}, trained_at=NOON, trained_records=2)
    parts = [{"field": "prior", "weight": -8.0}, {"field": "name", "a": "of a", "b": "of b", "weight": 10.5}]
    MatchCandidate.objects.create(a_id=a, b_id=b, model=model, probability=0.85, match_weight=2.5, parts=parts)
    found = why_apart(b, a) if turned else why_apart(a, b)
    assert kinds_of(found) == ["likeness"]
    assert found.likeness is not None
    assert found.likeness.parts[1]["a"] == ("of b" if turned else "of a")
    assert found.reasons[0].words.startswith("they look alike: 85.0% likely")


def test_one_profile_is_not_kept_apart_from_itself() -> None:
    see(event(ADA, LAPTOP))
    assert why_apart(number(ADA), number(ADA)).together


def test_its_cost_does_not_grow_with_what_it_finds(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    see(*[event(("user_id", f"u{n}"), KIOSK, minute=n) for n in range(5)])
    see(*[event(("user_id", "u3"), ("anonymous_id", f"b{n}"), minute=20 + n) for n in range(9)])
    kiosk, third = profile_of(KIOSK), profile_of(("user_id", "u3"))
    with django_assert_max_num_queries(11):
        why_apart(kiosk, third)
