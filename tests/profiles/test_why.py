"""Why two identifiers are together, against a slow reference that walks every path there is."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from profiles.deciding import decisions
from profiles.deciding.decisions import Named
from profiles.explaining import joins
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


def every_path(edges: Sequence[joins.Edge], start: int, end: int, visited: tuple[int, ...]) -> Iterator[list[int]]:
    if start == end:
        yield []
    for place, ends in enumerate(edges):
        if start in ends:
            there = ends[1] if ends[0] == start else ends[0]
            if there not in visited:
                for rest in every_path(edges, there, end, (*visited, there)):
                    yield [place, *rest]


def strongest(edges: Sequence[joins.Edge], start: int, end: int) -> list[int] | None:
    paths = every_path(edges, start, end, (start,))
    return min(paths, key=lambda places: sorted(places, reverse=True), default=None)


def connected(edges: Sequence[joins.Edge], start: int, end: int) -> bool:
    return next(every_path(edges, start, end, (start,)), None) is not None


edge_lists = st.lists(st.tuples(st.integers(1, 7), st.integers(1, 7)).filter(lambda e: e[0] < e[1]), max_size=11)


@LAWS
@given(edge_lists)
def test_the_path_along_the_joins_is_the_strongest_of_all(edges: list[joins.Edge]) -> None:
    made = joins.joins(edges)
    for start, end in combinations(range(1, 8), 2):
        expected = strongest(edges, start, end)
        assert joins.path(edges, made, start=start, end=end) == expected
        assert expected is None or sorted(expected) == sorted(joins.path(edges, made, start=end, end=start) or [])


@LAWS
@given(edge_lists)
def test_a_bridge_is_a_join_without_which_its_ends_are_apart(edges: list[joins.Edge]) -> None:
    made = joins.joins(edges)
    expected = {
        place for place, (a, b) in enumerate(edges) if not connected([*edges[:place], *edges[place + 1 :]], a, b)
    }
    assert joins.bridges(edges, made) == expected


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
    with django_assert_max_num_queries(6):
        built = how_built(profile_of(LAPTOP), start=10, limit=15)
    assert [step.number for step in built.steps] == list(range(11, 26))
    assert built.next == 25
    assert how_built(profile_of(LAPTOP), start=25).next is None
