"""What people decide of profiles, and what they are shown before: exactly what the engine then does."""

from collections.abc import Callable, Iterable

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.template.loader import render_to_string

from profiles.deciding.decisions import Decided, merge_profiles, reject_merge, unmerge, withdraw
from profiles.deciding.preview import (
    DecisionPreview,
    preview_merge,
    preview_reject,
    preview_unmerge,
    preview_withdrawal,
)
from profiles.golden_record import golden_records
from profiles.models import Decision, Identifier, Link
from profiles.timeline import timeline
from tests.profiles import reference
from tests.profiles.test_resolution import (
    ADA,
    ADA_MAIL,
    BEN,
    BEN_MAIL,
    KIOSK,
    LAPTOP,
    PHONE,
    event,
    profile_of,
    see,
    stored,
)
from tests.profiles.test_resolvers_at_once import another_connection

pytestmark = pytest.mark.django_db


def ids(*identifiers: reference.Identifier) -> set[int]:
    return {stored(identifier).pk for identifier in identifiers}


def merge(a: reference.Identifier, b: reference.Identifier) -> Decided:
    return merge_profiles(a_profile_id=profile_of(a), b_profile_id=profile_of(b), author="Ana", reason="same address")


def take_out(of: reference.Identifier, *identifiers: reference.Identifier) -> Decision:
    decided = unmerge(profile_id=profile_of(of), identifier_ids=ids(*identifiers), author="Ana", reason="two people")
    assert decided.decision
    return decided.decision


def partition() -> dict[int, int]:
    return dict(Identifier.objects.values_list("pk", "profile_id"))


def held() -> dict[tuple[int, int], str]:
    return {(a, b): str(why) for a, b, why in Link.objects.exclude(held=None).values_list("a_id", "b_id", "held")}


def told(preview: DecisionPreview) -> dict[int, set[int]]:
    assert preview.outcome == "whole", preview.errors
    assert all(p.more == 0 for p in preview.after)
    return {p.profile_id: {m.identifier_id for m in p.members} for p in preview.after}


def assert_it_is_what_happens(preview: DecisionPreview, act: Callable[[], object]) -> None:
    """Profiles, events, golden records and held links are afterwards what the preview said."""
    said, held_before = told(preview), held()
    act()
    stands: dict[int, set[int]] = {}
    for identifier_id, profile_id in partition().items():
        stands.setdefault(profile_id, set()).add(identifier_id)
    assert said == {profile_id: stands[profile_id] for profile_id in said}
    for shown in preview.after:
        assert shown.events == len(timeline(shown.profile_id, limit=500).events)
    records = golden_records(said)
    for place, shown in enumerate(preview.after):
        cells = {row.name: row.after[place] for row in preview.traits}
        values = {name: cell.value for name, cell in cells.items() if cell}
        assert values == {trait.name: trait.value for trait in records.get(shown.profile_id, [])}
    now = held()
    assert len(preview.gained) == len(now.keys() - held_before.keys())
    assert len(preview.freed) == len(held_before.keys() - now.keys())


def two_people() -> None:
    see(event(ADA, LAPTOP), event(ADA, PHONE, minute=1), traits={"plan": "gold", "city": "Rome"})
    see(event(BEN, KIOSK, minute=5), event(KIOSK, minute=6), traits={"plan": "free"})


def test_a_preview_changes_nothing() -> None:
    two_people()
    before = partition(), held(), Decision.objects.count()
    preview_merge(profile_of(ADA), profile_of(BEN))
    preview_unmerge(profile_of(ADA), ids(PHONE))
    preview_reject(profile_of(ADA), profile_of(BEN))
    assert (partition(), held(), Decision.objects.count()) == before


def test_an_unmerge_is_one_separation_and_does_what_its_preview_says() -> None:
    two_people()
    preview = preview_unmerge(profile_of(ADA), ids(PHONE))
    assert [(p.size, p.fate, p.events) for p in preview.before] == [(3, "changes", 2)]
    assert {p.fate for p in preview.after} == {"changes", "new"}
    assert [(h.now, h.reason) for h in preview.gained] == [
        ("separated", "a person decided that the two are not the same person")
    ]
    assert_it_is_what_happens(preview, lambda: take_out(ADA, PHONE))
    decision = Decision.objects.get()
    assert (decision.action, decision.reason) == ("separate", "two people")
    assert decision.identifiers.count() == 3


def test_its_withdrawal_does_what_its_preview_says_and_is_the_way_back() -> None:
    two_people()
    before = partition(), held()
    decision = take_out(ADA, PHONE)
    preview = preview_withdrawal(decision)
    assert [h.was for h in preview.freed] == ["separated"]
    assert_it_is_what_happens(preview, lambda: withdraw(decision, author="Ben", reason="I erred"))
    assert (partition(), held()) == before


def test_a_side_that_only_what_was_cut_held_together_falls_into_pieces_and_the_preview_says_so() -> None:
    see(event(ADA, LAPTOP), event(ADA, PHONE), event(ADA, KIOSK))
    preview = preview_unmerge(profile_of(ADA), ids(ADA))
    assert sorted(map(len, told(preview).values())) == [1, 1, 1, 1]
    assert_it_is_what_happens(preview, lambda: take_out(LAPTOP, ADA))


def test_what_a_freed_limit_lets_join_stands_in_the_preview() -> None:
    see(event(ADA, LAPTOP), event(ADA, KIOSK, minute=1), event(BEN, KIOSK, minute=2))
    assert profile_of(BEN) != profile_of(KIOSK)
    preview = preview_unmerge(profile_of(ADA), ids(KIOSK))
    assert [h.was for h in preview.freed] == ["limit user_id"]
    assert_it_is_what_happens(preview, lambda: take_out(ADA, KIOSK))
    assert profile_of(BEN) == profile_of(KIOSK)


def test_a_merge_is_an_assertion_between_the_smallest_identifiers_and_does_what_its_preview_says() -> None:
    see(event(LAPTOP), event(PHONE))
    see(event(ADA, LAPTOP, minute=1), event(PHONE, ADA_MAIL, minute=2), traits={"plan": "gold"})
    preview = preview_merge(profile_of(ADA), profile_of(PHONE))
    assert_it_is_what_happens(preview, lambda: merge(ADA, PHONE))
    named = Decision.objects.get().identifiers.order_by("side").values_list("kind", "value")
    assert list(named) == [LAPTOP, PHONE]


def test_a_merge_beyond_a_limit_leaves_nobody_behind_and_says_what_it_passes() -> None:
    """The smallest identifiers are two devices here: joined by them, one of the two people would be left over."""
    see(event(LAPTOP), event(PHONE))
    see(event(ADA, LAPTOP), event(BEN, PHONE))
    preview = preview_merge(profile_of(ADA), profile_of(BEN))
    assert [[(b.kind, b.limit, b.held) for b in p.limits] for p in preview.after] == [[("user_id", 1, 2)]]
    assert_it_is_what_happens(preview, lambda: merge(ADA, BEN))
    assert len(set(partition().values())) == 1


def test_a_merge_of_two_known_people_whose_devices_nobody_vouches_for_leaves_nobody_behind() -> None:
    see(event(LAPTOP), event(PHONE))
    see(event(ADA_MAIL, trusted=True), event(BEN_MAIL, trusted=True))
    see(event(ADA_MAIL, LAPTOP), event(BEN_MAIL, PHONE))
    assert_it_is_what_happens(preview_merge(profile_of(ADA_MAIL), profile_of(PHONE)), lambda: merge(ADA_MAIL, PHONE))
    assert len(set(partition().values())) == 1


def test_a_rejected_merge_keeps_two_profiles_apart_whatever_arrives() -> None:
    two_people()
    reject_merge(a_profile_id=profile_of(ADA), b_profile_id=profile_of(BEN), author="Ana")
    see(event(LAPTOP, KIOSK, minute=9))
    assert profile_of(LAPTOP) != profile_of(KIOSK)
    assert list(held().values()) == ["separated"]


def test_a_merge_that_a_separation_forbids_is_refused_and_says_what_to_do() -> None:
    two_people()
    rejected = reject_merge(
        a_profile_id=profile_of(ADA), b_profile_id=profile_of(BEN), author="Ana", reason="brothers"
    ).decision
    assert rejected
    with pytest.raises(ValidationError, match=r"Ana, .*“brothers”.*Withdraw that decision first") as refused:
        merge(ADA, BEN)
    assert refused.value.code == "separated"
    preview = preview_merge(profile_of(ADA), profile_of(BEN))
    assert (preview.outcome, preview.in_the_way) == ("refused", [rejected])
    withdraw(rejected, author="Ana")
    assert merge(ADA, BEN).result.merges == 1


@pytest.mark.parametrize(
    ("picked", "reason", "code"),
    [([], "why", "none"), ([LAPTOP, PHONE, ADA], "why", "all"), ([KIOSK], "why", "changed"), ([PHONE], " ", "reason")],
)
def test_an_unmerge_that_can_not_be_is_refused(picked: Iterable[reference.Identifier], reason: str, code: str) -> None:
    two_people()
    with pytest.raises(ValidationError) as refused:
        unmerge(profile_id=profile_of(ADA), identifier_ids=ids(*picked), author="Ana", reason=reason)
    assert refused.value.code == code
    assert Decision.objects.count() == 0


def test_one_profile_is_neither_merged_with_itself_nor_kept_apart_from_itself() -> None:
    two_people()
    for act in (merge_profiles, reject_merge):
        with pytest.raises(ValidationError) as refused:
            act(a_profile_id=profile_of(ADA), b_profile_id=profile_of(LAPTOP), author="Ana")
        assert refused.value.code == "same"


def test_traits_that_win_and_lose_are_marked() -> None:
    two_people()
    see(event(BEN, minute=9), traits={"plan": "free"})
    preview = preview_merge(profile_of(ADA), profile_of(BEN))
    plan = next(row for row in preview.traits if row.name == "plan")
    assert [cell and (cell.value, cell.mark) for cell in [*plan.before, *plan.after]] == [
        ("gold", "lost"), ("free", ""), ("free", "comes")
    ]  # fmt: skip
    assert not next(row for row in preview.traits if row.name == "city").differs


@pytest.mark.django_db(transaction=True)
def test_while_the_engine_is_at_work_a_preview_says_so_and_a_decision_is_not_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("profiles.deciding.preview.LOCK_SECONDS", 0.1)
    monkeypatch.setattr("profiles.deciding.decisions.PATIENCE", 0.1)
    two_people()
    with another_connection() as engine:
        engine.execute("BEGIN")
        engine.execute("SELECT engine_lock()")
        assert preview_merge(profile_of(ADA), profile_of(BEN)).outcome == "busy"
        with pytest.raises(ValidationError, match="Nothing was decided: try again in a moment"):
            merge(ADA, BEN)
        engine.execute("ROLLBACK")
    assert preview_merge(profile_of(ADA), profile_of(BEN)).outcome == "whole"


def test_a_deadline_inside_another_leaves_the_outer_one_in_force() -> None:
    from time import monotonic

    from profiles.deadline import until

    def limit() -> object:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            return cursor.fetchone()

    with transaction.atomic(), until(monotonic() + 50):
        outer = limit()
        with until(monotonic() + 5):
            assert limit() != outer
        assert limit() == outer


def test_the_part_that_draws_a_preview_names_what_changes() -> None:
    two_people()
    preview = preview_unmerge(profile_of(ADA), ids(PHONE))
    drawn = render_to_string("profiles/decision_effect.html", {"preview": preview})
    for text in ("new profile", "What would join them again", "Golden record", "2 events", "leaves: "):
        assert text in drawn, text
    refused = render_to_string("profiles/decision_effect.html", {"preview": preview_unmerge(profile_of(ADA), [])})
    assert "Pick the identifiers to move out" in refused
    for outcome in ("busy", "long"):
        assert "can be" in render_to_string("profiles/decision_effect.html", {"preview": DecisionPreview(outcome)})
