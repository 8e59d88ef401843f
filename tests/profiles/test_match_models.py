"""Models: what people's answers teach, drafts that are tried before they are applied, and what applying does."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from profiles.deciding import decisions
from profiles.deciding.decisions import Decided, Named, merge_profiles, reject_merge
from profiles.matches import engine as match_engine
from profiles.matches import runs as match_runs
from profiles.matches.answers import standing_answers, with_answers
from profiles.matches.models import NotTried, apply_draft, discard_draft, draft_model, draft_thresholds, model_in_force
from profiles.matches.records import read_records
from profiles.matches.trials import effect_of_trial
from profiles.matches.work import work
from profiles.models import Decision, Identifier, MatchAnswer, MatchCandidate, MatchModel, MatchRun
from tests.profiles.people_to_match import bring, crowd, in_force, pair, person, profile, seen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plainly")]


def full() -> MatchRun:
    match_runs.ask(MatchRun.Kind.FULL)
    return work()[0]


def trial(model: MatchModel | None = None) -> MatchRun:
    match_runs.ask(MatchRun.Kind.TRIAL, model=model, asked_by="Ana")
    (run,) = work()
    assert run.state == "done", run.error
    return run


def decided(what: Decided) -> Decision:
    assert what.decision
    return what.decision


def accept(one: str, other: str) -> Decision:
    a, b = pair(one, other)
    return decided(merge_profiles(a_profile_id=a, b_profile_id=b, author="Ana"))


def reject(one: str, other: str) -> Decision:
    a, b = pair(one, other)
    return decided(reject_merge(a_profile_id=a, b_profile_id=b, author="Ana"))


def test_a_decision_on_a_candidate_is_an_answer_with_what_was_seen_of_both() -> None:
    crowd()
    full()
    decision = accept("p1", "again1")
    answer = MatchAnswer.objects.get()
    assert answer.decision == decision
    assert answer.model == model_in_force()
    assert {answer.a_record["email"], answer.b_record["email"]} == {"p1@example.com", "again1@example.com"}
    reject("p2", "again2")
    assert [one.decision.action for one in standing_answers()] == ["assert", "separate"]


def test_a_decision_on_what_was_no_candidate_is_none_and_one_taken_back_is_none_any_more() -> None:
    crowd()
    full()
    accept("p5", "p6")
    decisions.decide(
        action="separate", a=[Named("email", "p7@example.com")], b=[Named("user_id", "nobody")], author="Ana"
    )
    assert not MatchAnswer.objects.exists()
    decisions.withdraw(accept("p1", "again1"), author="Ana")
    assert standing_answers() == []


def test_profiles_are_learned_from_as_they_were_when_people_answered() -> None:
    crowd()
    full()
    accept("p1", "again1")
    reject("p2", "again2")
    bring(seen("p1", {"first_name": "Another"}, day=3))
    records = read_records().table
    table, answers = with_answers(records, standing_answers())
    rows = {row["record_id"]: row for row in table.to_pylist()}
    assert profile("p1") not in rows
    assert len(rows) == 63  # the one that two became is two again
    assert [same for *_, same in answers] == [True, False]
    for (one, other, _), names in zip(answers, (("p1", "again1"), ("p2", "again2")), strict=True):
        assert {rows[one]["email"], rows[other]["email"]} == {f"{name}@example.com" for name in names}
        assert "Another" not in {rows[one]["first_name"], rows[other]["first_name"]}


def test_an_answer_changes_the_profiles_asked_about_and_no_other_candidate() -> None:
    crowd(twice=range(8))
    full()
    before = set(MatchCandidate.objects.values_list("a_id", "b_id", "probability"))
    partition = dict(Identifier.objects.values_list("pk", "profile_id"))
    for n in (1, 2):
        accept(f"p{n}", f"again{n}")
    reject("p3", "again3")
    asked = {i for n in (1, 2, 3) for i in (*pair(f"p{n}", f"p{n}"), profile(f"again{n}"))}
    match_runs.ask(MatchRun.Kind.INCREMENTAL)
    work()
    after = set(MatchCandidate.objects.values_list("a_id", "b_id", "probability"))
    assert after == {row for row in before if not {row[0], row[1]} & asked}
    moved = {pk for pk, held_by in Identifier.objects.values_list("pk", "profile_id") if partition[pk] != held_by}
    assert len(moved) == 2


def test_answers_train_a_draft_which_is_nothing_until_somebody_applies_it(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd(twice=range(6))
    full()
    accept("p1", "again1")
    asked: list[Any] = []
    whole = match_engine.train

    def spied(records: Any, *, answers: Any, on_wait: Any) -> Any:
        asked.append(list(answers))
        return whole(records, answers=answers, on_wait=on_wait)

    monkeypatch.setattr(match_engine, "train", spied)
    in_force_before, candidates = model_in_force(), list(MatchCandidate.objects.values())
    run = trial()
    assert [same for *_, same in asked[0]] == [True]
    draft = draft_model()
    assert draft
    assert (run.model, draft.trained_answers, draft.based_on) == (draft, 1, in_force_before)
    assert model_in_force() == in_force_before
    assert list(MatchCandidate.objects.values()) == candidates


def test_enough_answers_or_growth_make_a_draft_by_themselves(settings: Settings) -> None:
    settings.MATCH_LEARN_FROM_ANSWERS = 2
    crowd(twice=range(6))
    full()
    accept("p1", "again1")
    assert full().state == "done"
    assert draft_model() is None
    accept("p2", "again2")
    full()
    draft = draft_model()
    assert draft
    assert draft.runs.get().state == "done"
    assert discard_draft(draft.pk)
    in_force(trained_answers=2, trained_records=20)
    full()
    assert draft_model()


def thresholds(review: float, automatic: float | None = None) -> MatchModel:
    return draft_thresholds(review=review, automatic=automatic, author="Ana")


@pytest.mark.parametrize("values", [(0, None), (1, None), (0.5, 0.4), (0.5, 1.1)])
def test_thresholds_that_make_no_sense_are_refused(values: Any) -> None:
    crowd()
    full()
    with pytest.raises(ValidationError):
        thresholds(*values)
    assert draft_model() is None


def test_there_are_no_thresholds_without_a_model() -> None:
    with pytest.raises(ValidationError):
        thresholds(0.5)


def test_a_trial_tells_what_applying_does_then() -> None:
    crowd(twice=range(6))
    bring(*(seen(f"like{n}", {**person(n), "first_name": "Uma", "birthday": "1999-01-01"}) for n in range(20, 24)))
    full()
    decisions.withdraw(accept("p0", "again0"), author="Ana")
    reject("p5", "again5")
    match_runs.ask(MatchRun.Kind.INCREMENTAL)
    work()
    draft = thresholds(0.02, 0.99)
    before = set(MatchCandidate.objects.values_list("a_id", "b_id"))
    effect = effect_of_trial(trial(draft))
    assert set(MatchCandidate.objects.values_list("a_id", "b_id")) == before
    assert effect.joins == 4  # not the one kept apart, and not the one that a person took back
    assert (effect.before, effect.after, effect.goes) == (5, 5 + effect.appears, 0)
    joins = {(e.a_profile_id, e.b_profile_id) for e in effect.examples["joins"]}

    apply_draft(draft.pk, author="Ana")
    run = full()
    assert run.counts["appeared"] == effect.appears
    assert run.counts["joined"] == effect.joins
    assert joins == {pair_of(d) for d in Decision.objects.filter(author=draft.author)}


def pair_of(decision: Decision) -> tuple[int, int]:
    values = decision.identifiers.values_list("value", flat=True)
    low, high = sorted(Identifier.objects.filter(value__in=values).values_list("pk", flat=True))
    return low, high


def test_a_draft_that_nobody_has_seen_tried_is_not_applied() -> None:
    crowd()
    full()
    draft = thresholds(0.9)
    with pytest.raises(NotTried):
        apply_draft(draft.pk, author="Ana")
    trial(draft)
    other = thresholds(0.8)  # another draft takes its place
    with pytest.raises(ValidationError):
        apply_draft(draft.pk, author="Ana")
    assert draft_model() == other
    assert discard_draft(other.pk)
    assert not discard_draft(other.pk)


def test_a_model_that_follows_is_in_force_alone_and_its_candidates_are_its_own() -> None:
    crowd()
    first = full().model
    assert first
    draft = thresholds(0.9)
    trial(draft)
    apply_draft(draft.pk, author="Ana")
    first.refresh_from_db()
    assert (first.state, model_in_force()) == ("retired", draft)
    full()
    assert set(MatchCandidate.objects.values_list("model_id", flat=True)) == {draft.pk}
    assert MatchCandidate.objects.count() == 3
