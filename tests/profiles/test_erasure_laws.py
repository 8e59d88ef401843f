"""Whoever is erased, the partition that is left is the one that the events that are left would make."""

from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from profiles.models import ErasedId, Erasure, Identifier
from profiles.privacy import carrying_out, erasure
from profiles.rebuild import check
from profiles.resolution import resolve_pending
from tests.profiles.builders import land, stored_answer
from tests.profiles.reference import Reference
from tests.profiles.test_engine_laws import LAWS, World, events, histories

pytestmark = pytest.mark.django_db


def erase(profile_id: int, *, others_too: bool = False) -> Erasure:
    """All of it, as a worker carries it out."""
    asked = erasure.ask(profile_id=profile_id, author="Ana", others_too=others_too)
    carrying_out.run(asked.pk)
    asked.refresh_from_db()
    erasure.confirm(asked, author="Ben", typed="ERASE")
    carrying_out.run(asked.pk)
    asked.refresh_from_db()
    assert asked.state == Erasure.State.DONE
    return asked


def events_left() -> set[tuple[frozenset[tuple[str, str]], Any, bool]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT identifiers, event_time, trusted FROM raw_events")
        return {
            (frozenset((kind, value) for kind, _, value in (i.partition(":") for i in named)), time, trusted)
            for named, time, trusted in cursor.fetchall()
        }


@LAWS
@given(histories(), st.integers(0, 20), st.booleans(), st.lists(events, max_size=4))
def test_after_an_erasure_the_profiles_are_those_of_the_events_that_are_left(
    history: list[tuple[str, object]], which: int, others_too: bool, later: list[Any]
) -> None:
    with transaction.atomic():
        world = World()
        for what, argument in history:
            world.take(what, argument)
        profiles = sorted(set(Identifier.objects.values_list("profile_id", flat=True)))
        if profiles:
            asked = erase(profiles[which % len(profiles)], others_too=others_too)
            left = events_left()
            assert len(world.events) - asked.done["events"] == sum(
                (e.identifiers, e.time, e.trusted) in left for e in world.events
            )
            world.events = [e for e in world.events if (e.identifiers, e.time, e.trusted) in left]
            comparison = check()
            assert (comparison.gone, comparison.differences) == (0, [])
            gone = set(ErasedId.objects.values_list("identifier_id", flat=True))
            assert not gone & set(Identifier.objects.values_list("identifier_id", flat=True))
            assert not gone & set(Identifier.objects.values_list("profile_id", flat=True))
            assert stored_answer().profiles == Reference(
                world.events, kinds=world.kinds, blocked=frozenset(world.blocked),
                assertions=[d for d in standing(world) if isinstance(d, tuple)],
                separations=[d for d in standing(world) if not isinstance(d, tuple)],
            ).answer().profiles  # fmt: skip
        if later:
            land(*later)
            resolve_pending()
            assert check().differences == []
        transaction.set_rollback(True)


def standing(world: World) -> list[Any]:
    """The decisions that are left, as far as they name anybody still there."""
    from profiles.models import Decision

    left = set(Decision.objects.values_list("pk", flat=True))
    return [what for decision, what in world.decisions.items() if decision.pk in left]
