"""A session plans the engine's statements once for all small batches, and what they find is the same."""

import pytest
from django.db import connection

from tests.profiles.builders import stored_answer
from tests.profiles.reference import Reference
from tests.profiles.test_resolution import ADA, BEN, BEN_MAIL, KIOSK, LAPTOP, PHONE, event, see
from tests.profiles.test_resolvers_at_once import KINDS

pytestmark = pytest.mark.django_db(transaction=True)


def test_small_batches_share_their_plans_and_a_large_one_is_planned_for_itself() -> None:
    small = [[event(ADA, LAPTOP)], [event(BEN, KIOSK, minute=1)], [event(BEN, LAPTOP, minute=2)]]
    large = [event(ADA, PHONE, minute=n) for n in range(5000)]
    see(*small[0])
    plans = files_of_work_tables()
    see(*small[1])
    see(*small[2])
    assert files_of_work_tables() == plans  # a plan ends with the file it was made for
    see(*large)
    assert files_of_work_tables().isdisjoint(plans)
    see(event(BEN_MAIL, PHONE, minute=3))
    told = [*small[0], *small[1], *small[2], *large, event(BEN_MAIL, PHONE, minute=3)]
    assert stored_answer() == Reference(told, kinds=KINDS).answer()


def files_of_work_tables() -> set[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT t.work_table::text, pg_relation_filenode(t.work_table) FROM work_tables() t")
        return set(cursor.fetchall())
