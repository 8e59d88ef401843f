"""Why two identifiers are together, against a slow reference that walks every path there is."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations

import numpy as np
import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from profiles.deciding import decisions
from profiles.deciding.decisions import Named
from profiles.explaining import edges, joins, together
from profiles.explaining.evidence import evidence
from profiles.explaining.together import how_built, why_together
from profiles.models import Identifier
from profiles.resolution import resolve_pending
from tests.profiles import reference
from tests.profiles.builders import land
from tests.profiles.reference import Event, Reference, Separation, byte_order, pair
from tests.profiles.test_engine_laws import LAWS, World, histories

pytestmark = pytest.mark.django_db

ADA, BEN = ("user_id", "ada"), ("user_id", "ben")
ADA_MAIL = ("email", "ada@example.com")
LAPTOP, PHONE, KIOSK = ("anonymous_id", "laptop"), ("anonymous_id", "phone"), ("anonymous_id", "kiosk")
Edge = tuple[int, int]
NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)


def event(*identifiers: reference.Identifier, minute: int = 0, trusted: bool = False) -> Event:
    return Event(frozenset(identifiers), NOON + timedelta(minutes=minute), trusted)


def see(*events: Event) -> None:
    land(*events)
    resolve_pending()


def number(identifier: reference.Identifier) -> int:
    return Identifier.objects.get(kind__name=identifier[0], value=identifier[1]).pk


def profile_of(identifier: reference.Identifier) -> int:
    return Identifier.objects.get(pk=number(identifier)).profile_id


def walked(one: reference.Identifier, other: reference.Identifier) -> list[tuple[str, str]]:
    """The values that the strongest path leads along, step by step."""
    found = why_together(number(one), number(other))
    assert found is not None
    return [(step.a.value, step.b.value) for step in found.steps]


# --- the reference: every path there is, compared by its weakest edges ------------------------------------------


def every_path(edges: Sequence[Edge], start: int, end: int, visited: tuple[int, ...]) -> Iterator[list[int]]:
    if start == end:
        yield []
    for place, ends in enumerate(edges):
        if start in ends:
            there = ends[1] if ends[0] == start else ends[0]
            if there not in visited:
                for rest in every_path(edges, there, end, (*visited, there)):
                    yield [place, *rest]


def strongest(edges: Sequence[Edge], start: int, end: int) -> list[int] | None:
    paths = every_path(edges, start, end, (start,))
    return min(paths, key=lambda places: sorted(places, reverse=True), default=None)


def connected(edges: Sequence[Edge], start: int, end: int) -> bool:
    return next(every_path(edges, start, end, (start,)), None) is not None


edge_lists = st.lists(st.tuples(st.integers(1, 7), st.integers(1, 7)).filter(lambda e: e[0] < e[1]), max_size=11)


def columns(edges: Sequence[Edge]) -> tuple[joins.Ints, joins.Ints]:
    a, b = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    return a, b


def by_turns(edges: Sequence[Edge]) -> dict[int, joins.Sizes]:
    """The joins as one would make them by hand, each with the sizes of the two sets that it joined."""
    inside: dict[int, frozenset[int]] = {}
    made = {}
    for place, (a, b) in enumerate(edges):
        one, two = inside.get(a, frozenset({a})), inside.get(b, frozenset({b}))
        if one != two:
            made[place] = (len(one), len(two))
            inside |= dict.fromkeys(one | two, one | two)
    return made


@LAWS
@given(edge_lists)
def test_the_path_along_the_joins_is_the_strongest_of_all(edges: list[Edge]) -> None:
    a, b = columns(edges)
    made = joins.joins(a, b, nodes=8)
    for start, end in combinations(range(1, 8), 2):
        expected = strongest(edges, start, end)
        assert joins.path(a, b, made, nodes=8, start=start, end=end) == expected
        back = joins.path(a, b, made, nodes=8, start=end, end=start)
        assert back == (expected[::-1] if expected is not None else None)


@LAWS
@given(edge_lists, st.data())
def test_a_bridge_is_a_join_without_which_its_ends_are_apart(edges: list[Edge], data: st.DataObject) -> None:
    a, b = columns(edges)
    made = joins.joins(a, b, nodes=8)
    expected = {
        place for place, ends in enumerate(edges) if not connected([*edges[:place], *edges[place + 1 :]], *ends)
    }
    assert joins.bridges(a, b, made, nodes=8, among=made.tolist()) == expected
    some = data.draw(st.sets(st.sampled_from(made.tolist()))) if len(made) else set()
    assert joins.bridges(a, b, made, nodes=8, among=list(some)) == expected & some


@LAWS
@given(
    edge_lists | st.lists(st.tuples(st.integers(0, 299), st.integers(0, 299)).filter(lambda e: e[0] < e[1])), st.data()
)
def test_joins_found_at_once_are_those_that_are_made_by_turns(edges: list[Edge], data: st.DataObject) -> None:
    a, b = columns(edges)
    made = joins.joins(a, b, nodes=300)
    expected = by_turns(edges)
    assert made.tolist() == list(expected)
    assert joins.sizes(a, b, made, nodes=300, of=expected) == expected
    some = data.draw(st.sets(st.sampled_from(sorted(expected)))) if expected else set()
    assert joins.sizes(a, b, made, nodes=300, of=some) == {place: expected[place] for place in some}


@pytest.mark.parametrize("seed", range(5))
def test_joins_of_a_large_profile_are_those_that_are_made_by_turns(seed: int) -> None:
    chance = random.Random(seed)
    reach = chance.choice([2, 50, 3_000])
    edges = [(max(0, n - chance.randint(1, reach)), n) for n in range(1, 3_000) for _ in range(2)]
    chance.shuffle(edges)
    a, b = columns(edges)
    made = joins.joins(a, b, nodes=3_000)
    expected = by_turns(edges)
    assert made.tolist() == list(expected)
    assert joins.sizes(a, b, made, nodes=3_000, of=expected) == expected


@LAWS
@given(histories())
def test_why_together_is_the_strongest_path_by_the_engines_order(history: list[tuple[str, object]]) -> None:
    with transaction.atomic():
        world = World()
        for what, argument in history:
            world.take(what, argument)
        profiles, edges = reference_edges(world)
        numbers = {(i.kind.name, i.value): i.pk for i in Identifier.objects.select_related("kind")}
        for profile in profiles:
            inside = [[numbers[end] for end in ends] for ends in edges if set(ends) <= profile]
            pairs = [(a, b) for a, b in inside]
            for one, other in combinations(sorted(numbers[i] for i in profile)[:5], 2):
                if len(pairs) > 14:
                    continue  # too many paths to walk them all
                found = why_together(one, other)
                assert found is not None
                expected = [set(pairs[place]) for place in strongest(pairs, one, other) or []]
                assert [{step.a.identifier_id, step.b.identifier_id} for step in found.steps] == expected
                assert not found.capped
                assert found.steps[0].a.identifier_id == one
                assert found.steps[-1].b.identifier_id == other
        transaction.set_rollback(True)


def reference_edges(world: World) -> tuple[list[frozenset[reference.Identifier]], list[reference.Pair]]:
    """The profiles of the reference, and all that it accepts, in its order."""
    standing = world.decisions.values()
    asserted = {pair(*d) for d in standing if isinstance(d, tuple)}
    told = Reference(
        world.events, kinds=world.kinds, blocked=frozenset(world.blocked), assertions=asserted,
        separations=[d for d in standing if isinstance(d, Separation)],
    )  # fmt: skip
    answer = told.answer()
    seen = {i for profile in answer.profiles for i in profile}
    said = sorted((p for p in asserted if set(p) <= seen), key=lambda p: tuple(map(byte_order, p)))
    links = sorted((ends for ends in told.links if ends not in answer.held), key=told._strength)
    return list(answer.profiles), [*said, *links]


# --- what it says -------------------------------------------------------------------------------------------------


def test_a_vouched_detour_outranks_a_public_link_between_the_two() -> None:
    see(event(ADA, LAPTOP), event(ADA, ADA_MAIL, trusted=True, minute=5), event(ADA_MAIL, LAPTOP, trusted=True))
    assert walked(ADA, LAPTOP) == [("ada", "ada@example.com"), ("ada@example.com", "laptop")]


def test_an_assertion_outranks_every_link_and_names_who_said_it() -> None:
    see(event(ADA, LAPTOP, trusted=True), event(LAPTOP, PHONE, trusted=True))
    decisions.decide(action="assert", a={Named(*ADA)}, b={Named(*PHONE)}, author="Ana", reason="same address")
    found = why_together(number(ADA), number(PHONE))
    assert found is not None
    (step,) = found.steps
    assert step.said is not None
    assert (step.said.author, step.said.reason) == ("Ana", "same address")
    assert step.words == "Ana said that these two are the same person"
    assert step.first is None
    assert not step.only


def test_each_step_has_its_first_and_its_last_event() -> None:
    see(event(ADA, LAPTOP), event(ADA, LAPTOP, minute=30), event(ADA, LAPTOP, PHONE, minute=50))
    see(event(ADA, LAPTOP, ADA_MAIL, minute=20), event(LAPTOP, PHONE, minute=90))
    found = why_together(number(LAPTOP), number(ADA))
    assert found is not None
    (step,) = found.steps
    assert step.first is not None
    assert step.last is not None
    assert (step.first.time, step.last.time) == (NOON, NOON + timedelta(minutes=50))
    assert step.first.source == "default"
    assert (step.a.value, step.b.value) == ("laptop", "ada")


def test_an_event_that_belongs_to_somebody_else_is_evidence_all_the_same() -> None:
    see(event(ADA, LAPTOP), event(ADA, PHONE, minute=1), event(BEN, KIOSK))
    see(event(BEN, LAPTOP, PHONE, minute=7))  # it is Ben's, and shows two of Ada's together
    (found,) = evidence([(number(PHONE), number(LAPTOP))]).values()
    assert found.held is None
    assert found.last is not None
    assert (found.first.time, found.last.time) == (NOON + timedelta(minutes=7), NOON + timedelta(minutes=7))


def test_without_its_event_a_step_keeps_its_time() -> None:
    see(event(ADA, LAPTOP))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM raw_events")
    found = why_together(number(ADA), number(LAPTOP))
    assert found is not None
    (step,) = found.steps
    assert step.first is not None
    assert (step.first.event_id, step.first.time, step.last) == (None, NOON, None)


def test_two_profiles_are_not_together() -> None:
    see(event(ADA, LAPTOP), event(BEN, KIOSK))
    assert why_together(number(ADA), number(BEN)) is None
    assert why_together(number(ADA), 987_654) is None


def test_how_it_was_built_counts_what_joined_and_what_confirms() -> None:
    see(event(ADA, LAPTOP, ADA_MAIL, trusted=True), event(LAPTOP, PHONE, minute=3))
    decisions.decide(action="assert", a={Named(*PHONE)}, b={Named(*KIOSK)}, author="Ana")
    see(event(KIOSK, minute=9))
    built = how_built(profile_of(ADA))
    assert (built.identifiers, built.joined, built.confirming) == (5, 4, 1)
    assert (built.decided, built.vouched, built.public) == (1, 2, 1)
    assert [step.only for step in built.steps] == [True, False, False, True]
    assert [sorted(step.sizes) for step in built.steps] == [[1, 1], [1, 1], [1, 2], [2, 3]]
    assert built.summary == "5 identifiers became one profile in 4 steps. One more link confirms them."


def test_steps_come_a_page_at_a_time_and_cost_the_same(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    see(*[event(LAPTOP, ("anonymous_id", f"browser {n:02}"), minute=n) for n in range(30)])
    with django_assert_max_num_queries(8):
        built = how_built(profile_of(LAPTOP), start=10, limit=15)
    assert [step.number for step in built.steps] == list(range(11, 26))
    assert built.next == 25
    assert how_built(profile_of(LAPTOP), start=25).next is None


def test_of_a_long_path_the_ends_and_the_weakest_step_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "ENDS", 2)
    cookies = [("anonymous_id", f"browser {n:02}") for n in range(20)]
    see(*[event(*cookies[n : n + 2], minute=90 if n == 7 else n, trusted=n != 7) for n in range(19)])
    found = why_together(number(cookies[0]), number(cookies[-1]))
    assert found is not None
    assert (found.length, found.left_out, found.weakest) == (19, 14, 8)
    assert [step.number for step in found.steps] == [1, 2, 8, 18, 19]
    assert [(step.a.value, step.b.value) for step in found.steps][2:4] == [
        ("browser 07", "browser 08"),
        ("browser 17", "browser 18"),
    ]
    assert "weakest step is one that anybody's browser could have sent" in found.closing


def test_an_explanation_of_some_of_the_links_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edges, "MOST", 3)
    see(*[event(LAPTOP, ("anonymous_id", f"browser {n:02}"), minute=n) for n in range(10)])
    found = why_together(number(LAPTOP), number(("anonymous_id", "browser 00")))
    assert found is not None
    assert (found.capped, found.length) == (True, 1)
    assert "there may be a stronger way" in found.summary
    lost = why_together(number(LAPTOP), number(("anonymous_id", "browser 09")))
    assert lost is not None
    assert (lost.capped, lost.steps) == (True, [])
    assert "too many links to look at all of them" in lost.summary
    assert how_built(profile_of(LAPTOP)).capped
