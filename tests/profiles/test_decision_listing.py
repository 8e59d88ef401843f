"""The list of decisions, where there are more than one page may look at."""

import pytest

from profiles.deciding import listing
from profiles.deciding.listing import NEWEST, DecisionFilters, decision_page
from profiles.models import Decision

pytestmark = pytest.mark.django_db


def decided(author: str) -> int:
    return Decision.objects.create(action="separate", author=author, reason="no").pk


def test_a_filter_finds_what_lies_beyond_the_stretch_of_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "STRETCH", 3)
    rare = decided("Cleo")
    newer = [decided("Ana") for _ in range(7)]
    filters = DecisionFilters(author="Cleo")
    before, pages = NEWEST, []
    while before:
        page = decision_page(filters, before=before)
        pages.append([found.decision_id for found in page.decisions])
        assert page.complete == (page.older is None)
        before = page.older or 0
    assert pages == [[], [], [rare]]
    assert decision_page(DecisionFilters(author="Ana"), limit=2).older == newer[-2]


def test_the_last_page_is_the_last() -> None:
    made = [decided("Ana") for _ in range(3)]
    page = decision_page(DecisionFilters(), limit=3)
    assert ([found.decision_id for found in page.decisions], page.older, page.complete) == (made[::-1], None, True)
