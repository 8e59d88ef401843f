"""Joining without a person: off by default, over no decision and no limit, each a decision that can be taken back."""

from typing import Any

import pytest

from profiles.deciding import decisions
from profiles.deciding.decisions import Named, merge_profiles
from profiles.matches import runs as match_runs
from profiles.matches.joining import LOOSE
from profiles.matches.work import work
from profiles.models import Decision, Identifier, MatchAnswer, MatchCandidate, MatchRun, ProfileChange
from tests.profiles.builders import stored_answer
from tests.profiles.people_to_match import bring, crowd, in_force, person, profile, seen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plainly")]


def full() -> MatchRun:
    match_runs.ask(MatchRun.Kind.FULL)
    (run,) = work()
    return run


def together(one: str, other: str) -> bool:
    return profile(one) == profile(other)


def test_nothing_is_joined_without_a_person_by_default() -> None:
    crowd()
    assert full().counts["joined"] == 0
    assert not Decision.objects.exists()
    assert not together("p1", "again1")


def test_above_the_second_threshold_the_model_joins_and_says_that_it_did() -> None:
    crowd()
    full()
    model = in_force(automatic_threshold=0.99)
    run = full()
    assert run.counts["joined"] == 3
    assert all(together(f"p{n}", f"again{n}") for n in (1, 2, 3))
    decision = Decision.objects.all()[0]
    assert (decision.action, decision.author) == ("assert", f"automatic match (model {model.pk})")
    assert decision.reason.startswith("probability 0.99")
    assert ProfileChange.objects.filter(cause="decision", cause_id=decision.pk, change="merge").exists()
    assert not MatchCandidate.objects.exists()
    assert not MatchAnswer.objects.exists()  # a model learns from people, not from itself
    assert full().counts["joined"] == 0


def test_what_is_taken_back_is_as_it_was_and_not_joined_again_but_asked_about() -> None:
    crowd()
    full()
    before = stored_answer()
    in_force(automatic_threshold=0.99)
    full()
    for decision in Decision.objects.all():
        decisions.withdraw(decision, author="Ana")
    assert stored_answer() == before
    run = full()
    assert (run.counts["joined"], run.skipped) == (0, {"not joined: withdrawn": 3})
    assert MatchCandidate.objects.count() == 3
    assert stored_answer() == before


def test_never_over_a_separation_and_never_where_a_limit_is_passed() -> None:
    crowd(twice=[])
    bring(*(seen(f"again{n}", person(n), user_id=f"u-{n}-b") for n in (1, 2, 3)))
    bring(seen("p1", person(1), user_id="u-1-a"))  # two accounts are two people, whatever the names say
    full()
    a, b = ([Named("email", f"{name}@example.com")] for name in ("p2", "again2"))
    decisions.decide(action="separate", a=a, b=b, author="Ana")
    in_force(automatic_threshold=0.9)
    run = full()
    assert run.skipped["not joined: limit user_id"] == 1
    assert not together("p1", "again1")
    assert not together("p2", "again2")
    assert together("p3", "again3")


def test_what_a_look_at_all_pairs_takes_apart_is_not_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow as pa

    def apart(records: Any, matches: Any, *, threshold: float) -> Any:
        ids = records["record_id"].to_pylist()
        return pa.table({"record_id": ids, "cluster_id": ids})

    crowd()
    full()
    in_force(automatic_threshold=0.9)
    monkeypatch.setattr("profiles.matches.joining.cluster", apart)
    assert full().skipped == {f"not joined: {LOOSE}": 3}
    assert Identifier.objects.values("profile_id").distinct().count() == 63


def test_a_run_that_is_broken_off_while_it_joins_goes_on_with_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd()
    full()
    in_force(automatic_threshold=0.9)
    whole = merge_profiles
    left = iter([True, False])

    def once(**sides: Any) -> Any:
        if not next(left, False):
            raise killed
        return whole(**sides)

    killed = KeyboardInterrupt()
    asked = match_runs.ask(MatchRun.Kind.FULL)
    with monkeypatch.context() as patch:
        patch.setattr("profiles.matches.joining.merge_profiles", once)
        with pytest.raises(KeyboardInterrupt):
            work()
    assert Decision.objects.count() == 1
    assert [(run.pk, run.state, run.counts["joined"]) for run in work()] == [(asked.pk, "done", 2)]
