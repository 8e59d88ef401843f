"""After any history: a decision does what its preview said, and taken back it leaves everything as it was."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from profiles.deciding.decisions import Decided, merge_profiles, take_back, unmerge
from profiles.deciding.preview import DecisionPreview, preview_merge, preview_unmerge, preview_withdrawal
from profiles.models import Identifier
from profiles.resolution import resolve_pending
from tests.profiles.exactly import differing, everything
from tests.profiles.test_deciding import held, partition
from tests.profiles.test_engine_laws import LAWS, World, histories

pytestmark = pytest.mark.django_db


def profiles_there_are() -> list[set[int]]:
    found: dict[int, set[int]] = {}
    for identifier_id, profile_id in partition().items():
        found.setdefault(profile_id, set()).add(identifier_id)
    return list(found.values())


def said_and_done(preview: DecisionPreview, decide: Callable[[], Decided]) -> Decided:
    """What the preview says of each profile and of held links is what the decision does."""
    was_held = held()
    decided = decide()
    now = profiles_there_are()
    for shown in preview.after:
        (members,) = [p for p in now if min(p) == shown.profile_id]
        assert {m.identifier_id for m in shown.members} <= members
        assert (shown.size, shown.more) == (len(members), len(members) - len(shown.members))
    assert sum(p.size for p in preview.before) == sum(p.size for p in preview.after) or preview.more
    count = {name: links[0].all_of_change if links else 0 for name, links in (
        ("gained", preview.gained), ("freed", preview.freed), ("changed", preview.changed))}  # fmt: skip
    is_held = held()
    assert count == {
        "gained": len(is_held.keys() - was_held.keys()),
        "freed": len(was_held.keys() - is_held.keys()),
        "changed": sum(was_held[pair] != is_held[pair] for pair in is_held.keys() & was_held.keys()),
    }
    return decided


def there_and_back(preview: DecisionPreview, decide: Callable[[str], Decided]) -> None:
    before, known = everything(), set(_in_force())
    if preview.outcome == "refused":
        with pytest.raises(ValidationError):
            decide("")
        assert differing(before, everything()) == []
        return
    decided = said_and_done(preview, lambda: decide(preview.fingerprint))
    decision = decided.decision
    assert decision
    if decision.pk in known:  # said before: it is the same decision, and to take it back is another matter
        return
    back = preview_withdrawal(decision)
    said_and_done(back, lambda: take_back(decision=decision, author="a", reason="r", expected=back.fingerprint))
    assert differing(before, everything()) == []


def _in_force() -> list[int]:
    from profiles.models import Decision

    return list(Decision.objects.filter(withdrawn_at=None).values_list("pk", flat=True))


@LAWS
@given(histories(), st.integers(0, 99), st.sets(st.integers(0, 9), min_size=1, max_size=4))
def test_an_unmerge_does_what_it_says_and_goes_back(
    history: list[tuple[str, object]], which: int, places: set[int]
) -> None:
    with transaction.atomic():
        world = World()
        for what, argument in history:
            world.take(what, argument)
        resolve_pending()
        several = sorted((sorted(p) for p in profiles_there_are() if len(p) > 1), key=len, reverse=True)
        if several:
            members = several[which % len(several)]
            picked = {members[place % len(members)] for place in places}
            preview = preview_unmerge(members[0], picked)
            there_and_back(
                preview,
                lambda expected: unmerge(
                    profile_id=members[0], identifier_ids=picked, author="a", reason="r", expected=expected
                ),
            )
        transaction.set_rollback(True)


@LAWS
@given(histories(), st.integers(0, 99), st.integers(0, 99))
def test_a_merge_does_what_it_says_and_goes_back(history: list[tuple[str, object]], one: int, other: int) -> None:
    with transaction.atomic():
        world = World()
        for what, argument in history:
            world.take(what, argument)
        resolve_pending()
        ids = sorted(set(Identifier.objects.values_list("profile_id", flat=True)))
        if len(ids) > 1:
            a = ids[one % len(ids)]
            b = next(i for i in ids[other % len(ids) :] + ids if i != a)
            there_and_back(
                preview_merge(a, b),
                lambda expected: merge_profiles(a_profile_id=a, b_profile_id=b, author="a", expected=expected),
            )
        transaction.set_rollback(True)
