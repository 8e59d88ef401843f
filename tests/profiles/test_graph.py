"""What a drawing of a profile shows, and where it stops."""

import pytest
from pytest_django import DjangoAssertNumQueries

from profiles.deciding import decisions
from profiles.deciding.decisions import Named
from profiles.explaining import graph
from profiles.explaining.graph import graph_of
from tests.profiles.test_why import ADA, BEN, KIOSK, LAPTOP, PHONE, event, profile_of, see

pytestmark = pytest.mark.django_db


def test_it_holds_links_assertions_and_held_links_with_the_profile_they_lead_to() -> None:
    see(event(ADA, LAPTOP), event(BEN, KIOSK), event(BEN, LAPTOP, minute=4), event(PHONE))
    decisions.decide(action="assert", a={Named(*ADA)}, b={Named(*PHONE)}, author="Ana")
    found = graph_of(profile_of(ADA))
    assert {node.value for node in found.nodes} == {"ada", "laptop", "phone"}
    shown = {(edge.a.value, edge.b.value): (bool(edge.said), edge.held) for edge in found.edges}
    held = next(pair for pair in shown if "ben" in pair)
    assert shown.pop(held) == (False, "limit user_id")
    assert sorted(map(sorted, shown)) == [["ada", "laptop"], ["ada", "phone"]]
    assert found.neighbours == {profile_of(BEN)}
    assert found.whole
    assert all(edge.evidence and edge.evidence.last for edge in found.edges if not edge.said)


def test_beyond_its_bounds_it_says_so_and_keeps_what_joins(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browsers = [("anonymous_id", f"b{n:02}") for n in range(12)]
    see(*[event(browsers[0], browser, minute=n) for n, browser in enumerate(browsers[1:])])
    see(*[event(browsers[n], browsers[n + 1], minute=30 + n) for n in range(1, 11)])
    monkeypatch.setattr(graph, "NODES", 8)
    monkeypatch.setattr(graph, "EDGES", 9)
    with django_assert_max_num_queries(9):
        found = graph_of(profile_of(browsers[0]))
    assert (len(found.nodes), len(found.edges), found.size, found.whole) == (8, 9, 12, False)
    reached = {end.value for edge in found.edges[:7] for end in (edge.a, edge.b)}
    assert len(reached) == 8
