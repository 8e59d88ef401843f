"""Who we thought it was: taken back from now and replayed from nothing, history gives every partition that was."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given

from profiles.deciding import decisions
from profiles.deciding.decisions import Named, withdraw
from profiles.explaining.as_of import as_of, cuts, golden_record_at, known_by, members_at
from profiles.explaining.past import past
from profiles.golden_record import golden_record
from profiles.models import Identifier, ProfileChange, Resolution, TraitRule
from tests.profiles.reference import Event
from tests.profiles.test_engine_laws import READING_LAWS, World, histories
from tests.profiles.test_why import ADA, ADA_MAIL, BEN, KIOSK, LAPTOP, NOON, PHONE, event, number, profile_of, see

pytestmark = pytest.mark.django_db

Partition = Mapping[int, frozenset[int]]


def partition() -> Partition:
    held: dict[int, set[int]] = {}
    for pk, profile_id in Identifier.objects.values_list("pk", "profile_id"):
        held.setdefault(profile_id, set()).add(pk)
    return {profile_id: frozenset(ids) for profile_id, ids in held.items()}


@READING_LAWS
@given(histories())
def test_every_partition_there_ever_was_is_given_back(history: list[tuple[str, object]]) -> None:
    with transaction.atomic():
        world, recorded = World(), []
        for what, argument in history:
            world.take(what, argument)
            recorded.append((timezone.now(), partition()))
        replayed = replay()
        for at, expected in recorded:
            cut = cuts([at])[at]
            known = known_by([cut])[cut] if cut else 0
            assert known == max((i for ids in expected.values() for i in ids), default=0)
            for profile_id in {p for _, partition in recorded for p in partition}:
                given_back = frozenset(members_at(profile_id, cut=cut, known=known)) if cut else frozenset()
                assert given_back == expected.get(profile_id, frozenset())
            assert replayed.get(cut, {}) == expected
            for profile_id in partition():
                found = as_of(profile_id, at)
                assert found.whole
                then = {p: {node.identifier_id for node in t.nodes} for t in found.others for p in [t.profile_id]}
                if found.profile:
                    then[found.profile.profile_id] = {node.identifier_id for node in found.profile.nodes}
                    assert profile_id in expected[found.profile.profile_id]
                assert then == {p: expected[p] for p in then}
                here = {i for ids in then.values() for i in ids} | {node.identifier_id for node in found.later}
                assert partition()[profile_id] <= here
        transaction.set_rollback(True)


def replay() -> dict[datetime | None, Partition]:
    """From nothing: identifiers arrive, in order, where their first change or today finds them; then they go."""
    changes = list(ProfileChange.objects.order_by("change_id"))
    arrival = dict(Identifier.objects.values_list("pk", "profile_id"))
    for change in reversed(changes):
        arrival |= dict.fromkeys(change.identifier_ids, change.from_profile_id)
    waiting, where, given_back = sorted(arrival), dict[int, int](), dict[datetime | None, Partition]()
    for resolution in Resolution.objects.order_by("resolution_id"):
        arrived, waiting = waiting[: resolution.new_identifiers], waiting[resolution.new_identifiers :]
        for change in [c for c in changes if c.at <= resolution.finished_at]:
            for identifier_id in change.identifier_ids:
                assert where[identifier_id] == change.from_profile_id, "history moves what is there"
                where[identifier_id] = change.to_profile_id
        changes = [c for c in changes if c.at > resolution.finished_at]
        where |= {identifier_id: arrival[identifier_id] for identifier_id in arrived}
        held: dict[int, set[int]] = {}
        for identifier_id, profile_id in where.items():
            held.setdefault(profile_id, set()).add(identifier_id)
        given_back[resolution.finished_at] = {p: frozenset(ids) for p, ids in held.items()}
    return given_back


def tick() -> datetime:
    return timezone.now()


def values(ids: list[int]) -> set[str]:
    return set(Identifier.objects.filter(pk__in=ids).values_list("value", flat=True))


def test_before_a_merge_they_were_two_and_what_came_later_was_not_known() -> None:
    start = tick()
    see(event(ADA, LAPTOP), event(ADA_MAIL, PHONE))
    two = tick()
    see(event(ADA, ADA_MAIL, minute=5), event(ADA, KIOSK, minute=6))
    found = as_of(profile_of(ADA), two)
    assert found.profile is not None
    sides = {frozenset(n.value for n in then.nodes) for then in [found.profile, *found.others]}
    assert sides == {frozenset({"ada", "laptop"}), frozenset({"ada@example.com", "phone"})}
    assert [node.value for node in found.later] == ["kiosk"]
    assert found.others[0].nodes[0].profile_id == profile_of(ADA)
    before = as_of(profile_of(ADA), start)
    assert (before.cut, before.profile, before.later_size) == (None, None, 5)
    now = as_of(profile_of(ADA), tick())
    assert now.profile is not None
    assert (now.profile.size, now.others, now.later) == (5, [], [])


def test_after_an_unmerge_it_is_told_what_was_there_then_and_is_elsewhere_now() -> None:
    see(event(ADA, LAPTOP), event(ADA, PHONE))
    one = tick()
    decision, _ = decisions.decide(action="separate", a={Named(*PHONE)}, b={Named(*ADA), Named(*LAPTOP)}, author="Ana")
    apart = tick()
    found = as_of(profile_of(ADA), one)
    assert found.profile is not None
    assert {node.value: node.profile_id for node in found.profile.nodes}["phone"] == profile_of(PHONE)
    withdraw(decision, author="Ana")
    was = as_of(profile_of(ADA), apart)
    assert [then.size for then in was.others] == [1]


def told(minute: int, who: tuple[str, str], name: int, **traits: str) -> Event:
    return Event(
        frozenset({who}), NOON + timedelta(minutes=minute), traits=frozenset(traits.items()), message_id=UUID(int=name)
    )


def test_the_golden_record_then_is_that_of_the_events_by_then() -> None:
    see(told(1, ADA, 1, plan="free", city="Rome"))
    then = tick()
    see(told(9, ADA, 2, plan="pro"), told(0, ADA, 3, city="Oslo"))
    found = as_of(profile_of(ADA), then)
    assert {trait.name: trait.value for trait in found.record} == {"plan": "free", "city": "Rome"}
    now = as_of(profile_of(ADA), tick())
    assert {trait.name: trait.value for trait in now.record} == {"plan": "pro", "city": "Rome"}


@pytest.mark.parametrize("survivorship", TraitRule.Survivorship.values)
def test_the_golden_record_as_of_now_is_the_golden_record(survivorship: str) -> None:
    TraitRule.objects.create(trait="plan", survivorship=survivorship, source_ids=[])
    see(*[told(n % 4, (ADA, LAPTOP)[n % 2], n, plan="abc"[n % 3], city="xy"[n % 2]) for n in range(1, 12)])
    see(event(ADA, LAPTOP))
    profile_id = profile_of(ADA)
    cut = Resolution.objects.latest("finished_at").finished_at
    assert golden_record_at([number(ADA), number(LAPTOP)], profile_id, cut) == golden_record(profile_id)


def test_each_turn_has_what_was_held_before_and_after_with_what_arrived_in_it() -> None:
    see(event(ADA, LAPTOP), event(ADA_MAIL, PHONE))
    see(event(ADA, ADA_MAIL, KIOSK, minute=5))
    decisions.decide(
        action="separate", a={Named(*KIOSK)}, b={Named(*i) for i in (ADA, LAPTOP, ADA_MAIL, PHONE)}, author="Ana"
    )
    see(event(BEN, ("anonymous_id", "elsewhere")))
    page = past(profile_of(ADA))
    sizes = [(turn.before.size, turn.after.size) for turn in page.turns]
    assert sizes == [(5, 4), (2, 5)]
    assert {node.value for node in page.turns[0].before.nodes} - {node.value for node in page.turns[0].after.nodes} == {
        "kiosk"
    }
    assert page.turns[1].after.at == page.turns[0].before.at
    (moved,) = past(profile_of(KIOSK)).turns
    assert (moved.before.size, moved.after.size) == (0, 1)


@READING_LAWS
@given(histories())
def test_before_and_after_of_every_turn_are_the_partitions_that_were(history: list[tuple[str, object]]) -> None:
    with transaction.atomic():
        world = World()
        for what, argument in history:
            world.take(what, argument)
        replayed = replay()
        for profile_id in Identifier.objects.values_list("pk", flat=True):
            before = 2**63 - 1
            for _ in range(30):
                page = past(profile_id, before=before, limit=2)
                for turn in page.turns:
                    for held in (turn.before, turn.after):
                        expected = replayed.get(held.at, {}).get(profile_id, frozenset())
                        assert {node.identifier_id for node in held.nodes} == set(sorted(expected)[:12])
                        assert held.size == len(expected)
                if page.older is None:
                    break
                before = page.older
        transaction.set_rollback(True)


def test_whatever_time_is_asked_for_there_is_an_answer() -> None:
    see(event(ADA, LAPTOP))
    for at in (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)):
        assert as_of(profile_of(ADA), at).whole
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM raw_events")
    assert as_of(profile_of(ADA), tick()).record == []
