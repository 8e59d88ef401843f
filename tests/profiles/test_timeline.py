"""A profile's events, page by page, against all of them sorted."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from ingest.models import RawEvent
from profiles import timeline as timeline_module
from profiles.models import Identifier
from profiles.resolution import resolve_pending
from profiles.timeline import NEWEST, timeline
from tests.profiles.builders import land
from tests.profiles.reference import Event
from tests.profiles.test_engine_laws import LAWS

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)
seen = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 5)), min_size=1, max_size=25)


@LAWS
@given(seen, st.integers(1, 4), st.sampled_from([0, 50_000]))
def test_pages_one_after_the_other_are_all_events_newest_first(
    events: list[tuple[int, int]], limit: int, many: int
) -> None:
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(timeline_module, "MANY", many)
        laptop = ("anonymous_id", "laptop")
        land(
            *[
                Event(frozenset({laptop, ("anonymous_id", f"browser {n}")}), NOON + timedelta(minutes=m), False)
                for n, m in events
            ]
        )
        resolve_pending()
        profile_id = Identifier.objects.get(value="laptop").profile_id
        found: list[tuple[datetime, int]] = []
        before: tuple[datetime, int] | None = NEWEST
        while before:
            page = timeline(profile_id, before=before, limit=limit)
            found += [(event.event_time, event.event_id) for event in page.events]
            assert len(page.events) == limit or page.older is None
            before = page.older
        assert found == sorted(RawEvent.objects.values_list("event_time", "event_id"), reverse=True)
        connection.set_rollback(True)
