"""Runs: what they find and store, one at a time, broken off and taken up again, stopped, asked for and due."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone
from pytest_django import Settings

from profiles import tasks
from profiles.deciding import decisions
from profiles.deciding.decisions import Named
from profiles.matches import engine as match_engine
from profiles.matches import runs as match_runs
from profiles.matches import work as match_work
from profiles.matches.records import NOTHING
from profiles.matches.work import SEPARATED, STALE, TOO_FEW, work
from profiles.models import MatchCandidate, MatchModel, MatchRun
from tests.profiles.builders import land
from tests.profiles.people_to_match import START, bring, crowd, in_force, pair, person, profile, seen
from tests.profiles.reference import Event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plainly")]
MESSAGE = "Ada Adler, ada@example.com"
FULL, INCREMENTAL, TRIAL = MatchRun.Kind.values


def run(kind: str = FULL) -> MatchRun:
    asked = match_runs.ask(kind, asked_by="Ana")
    (ended,) = [one for one in work() if one.pk == asked.pk]
    return ended


def stored() -> set[tuple[int, int]]:
    return set(MatchCandidate.objects.values_list("a_id", "b_id"))


def test_who_may_be_one_person_is_a_candidate_with_the_reasons() -> None:
    crowd(twice=[1, 2, 3])
    ended = run()
    assert (ended.state, ended.error) == ("done", "")
    assert stored() == {pair(f"p{n}", f"again{n}") for n in (1, 2, 3)}
    assert ended.counts["profiles"] == ended.counts["records"] == 63
    assert (ended.counts["found"], ended.counts["appeared"], ended.counts["gone"]) == (3, 3, 0)
    candidate = MatchCandidate.objects.all()[0]
    assert candidate.parts[0]["field"] == "prior"
    assert sum(part["weight"] for part in candidate.parts) == pytest.approx(candidate.match_weight, abs=0.01)
    assert {"field", "a", "b", "level", "weight", "words"} <= candidate.parts[1].keys()


def test_the_first_run_trains_a_model_and_later_ones_use_it() -> None:
    crowd()
    model = run().model
    assert model
    assert (model.state, model.trained_records, model.trained_answers) == ("in force", 63, 0)
    assert model.automatic_threshold is None
    assert run().model == model
    assert MatchModel.objects.count() == 1


def test_what_is_left_out_is_counted_with_its_reason() -> None:
    crowd()
    land(Event(frozenset({("anonymous_id", "visitor")}), START))
    bring()
    assert run().skipped[NOTHING] == 1


def test_too_few_people_teach_nothing(settings: Settings) -> None:
    settings.MATCH_LEAST_RECORDS = 50
    crowd(10)
    ended = run()
    assert (ended.state, ended.model, ended.skipped) == ("done", None, {TOO_FEW: 13})


def test_a_second_run_finds_the_same_and_leaves_it_as_it_is() -> None:
    crowd()
    run()
    before = list(MatchCandidate.objects.order_by("pk").values())
    assert run().counts["appeared"] == 0
    assert list(MatchCandidate.objects.order_by("pk").values()) == before


def test_new_and_changed_profiles_are_compared_with_all_and_nothing_else_is(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd()
    run()
    asked: list[Any] = []
    whole = match_engine.find_matches

    def spied(records: Any, parameters: Any, *, changed: Any, on_wait: Any) -> Any:
        asked.append(changed)
        return whole(records, parameters, changed=changed, on_wait=on_wait)

    monkeypatch.setattr(match_engine, "find_matches", spied)
    bring(seen("again9", person(9)))
    bring(seen("again2", {"last_name": "Else", "first_name": "Someone", "birthday": "1911-11-11"}, day=1))
    ended = run(INCREMENTAL)
    assert asked == [{profile("again9"), profile("again2")}]
    assert stored() == {pair(f"p{n}", f"again{n}") for n in (1, 3, 9)}
    assert (ended.counts["changed"], ended.counts["appeared"], ended.counts["gone"]) == (2, 1, 1)
    assert run(INCREMENTAL).counts == {"changed": 0}
    assert len(asked) == 1


def test_incremental_runs_end_where_a_full_one_does() -> None:
    crowd(twice=[])
    run()
    for number in (4, 5, 6):
        bring(seen(f"again{number}", person(number)))
        run(INCREMENTAL)
    found = set(MatchCandidate.objects.values_list("a_id", "b_id", "probability"))
    run()
    assert set(MatchCandidate.objects.values_list("a_id", "b_id", "probability")) == found
    assert len(found) == 3


def decide(action: str, one: str, other: str) -> Any:
    a, b = ([Named("email", f"{name}@example.com")] for name in (one, other))
    return decisions.decide(action=action, a=a, b=b, author="Ana")[0]


def test_who_became_one_profile_or_was_told_apart_is_no_candidate_until_that_is_taken_back() -> None:
    crowd()
    run()
    made = [decide("assert", "p1", "again1"), decide("separate", "p2", "again2")]
    run(INCREMENTAL)
    assert stored() == {pair("p3", "again3")}
    assert run(FULL).skipped[SEPARATED] == 1
    for decision in made:
        decisions.withdraw(decision, author="Ana")
    run(INCREMENTAL)
    assert stored() == {pair(f"p{n}", f"again{n}") for n in (1, 2, 3)}


def test_what_changes_while_it_is_compared_waits_for_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd()
    whole = match_engine.find_matches

    def slow(records: Any, parameters: Any, *, changed: Any, on_wait: Any) -> Any:
        found = whole(records, parameters, changed=changed, on_wait=on_wait)
        if changed is None:
            decide("assert", "p1", "again1")
        return found

    monkeypatch.setattr(match_engine, "find_matches", slow)
    assert run().skipped[STALE] == 1
    assert stored() == {pair("p2", "again2"), pair("p3", "again3")}
    assert run(INCREMENTAL).counts["changed"] == 1


def test_below_the_review_threshold_nobody_is_asked() -> None:
    crowd()
    run()
    in_force(review_threshold=0.999999999)
    ended = run()
    assert stored() == set()
    assert ended.counts["gone"] == 3


def test_a_run_that_is_broken_off_is_taken_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd()
    for step in ("read_records", "_train", "store_matches"):
        asked = match_runs.ask(FULL)
        with monkeypatch.context() as patch:
            patch.setattr(match_work, step, raises(OperationalError))
            with pytest.raises(OperationalError):
                work()
        asked.refresh_from_db()
        assert (asked.state, asked.attempts) == ("running", 1)
        assert [(one.pk, one.state, one.attempts) for one in work()] == [(asked.pk, "done", 2)]
        assert len(stored()) == 3
        MatchModel.objects.all().delete()


def raises(error: type[Exception]) -> Any:
    def fails(*args: Any, **kwargs: Any) -> Any:
        raise error(MESSAGE)

    return fails


def test_a_run_that_is_broken_off_again_and_again_fails_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd()
    asked = match_runs.ask(FULL)
    monkeypatch.setattr(match_work, "read_records", raises(OperationalError))
    for _ in range(3):
        with pytest.raises(OperationalError):
            work()
    assert work() == []
    asked.refresh_from_db()
    assert (asked.state, asked.error) == ("failed", "broken off 3 times")


def test_a_run_that_fails_says_why_without_personal_data_and_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    crowd()
    with monkeypatch.context() as patch:
        patch.setattr(match_engine, "find_matches", raises(ValueError))
        ended = run()
    assert (ended.state, ended.error) == ("failed", "ValueError")
    assert "failed: ValueError" in caplog.text
    assert MESSAGE not in caplog.text
    assert run().state == "done"


def test_a_run_stops_when_somebody_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd()
    waiting = match_runs.ask(FULL)
    assert match_runs.stop(waiting.pk)
    assert work() == []
    whole = match_engine.find_matches
    asked = match_runs.ask(FULL)

    def stopped(*args: Any, on_wait: Any, **kwargs: Any) -> Any:
        match_runs.stop(asked.pk)
        monkeypatch.setattr(match_runs, "SAVE_SECONDS", 0)
        return whole(*args, on_wait=on_wait, **kwargs)

    monkeypatch.setattr(match_engine, "find_matches", stopped)
    assert [one.state for one in work()] == ["cancelled"]
    assert not match_runs.stop(asked.pk)
    assert stored() == set()


def test_the_same_wish_twice_is_one_run() -> None:
    assert match_runs.ask(FULL) == match_runs.ask(FULL) != match_runs.ask(INCREMENTAL)


def test_a_full_run_is_due_once_a_day_and_an_incremental_one_after_changes(settings: Settings) -> None:
    settings.MATCH_SCHEDULED = True
    assert work() == []  # nobody is there
    crowd()
    assert [one.kind for one in work()] == [FULL]
    assert work() == []
    MatchRun.objects.update(finished_at=timezone.now() - timedelta(minutes=6))
    assert work() == []  # nothing changed
    bring(seen("again9", person(9)))
    assert [one.kind for one in work()] == [INCREMENTAL]
    bring(seen("again8", person(8)))
    assert work() == []  # a moment ago
    MatchRun.objects.update(finished_at=timezone.now() - timedelta(hours=25))
    assert [one.kind for one in work()] == [FULL]


def test_a_scheduled_run_that_failed_is_not_tried_again_at_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MATCH_SCHEDULED = True
    crowd()
    monkeypatch.setattr(match_engine, "find_matches", raises(ValueError))
    assert [one.state for one in work()] == ["failed"]
    assert work() == []
    MatchRun.objects.update(finished_at=timezone.now() - timedelta(hours=2))
    assert [one.state for one in work()] == ["failed"]


def test_the_command_finds_everything_the_first_time_and_what_is_new_then(capsys: pytest.CaptureFixture[str]) -> None:
    crowd()
    call_command("find_matches")
    assert "found: 3" in capsys.readouterr().out
    call_command("find_matches", "--json")
    assert '"kind": "incremental"' in capsys.readouterr().out
    call_command("find_matches", "--train")
    assert "is a draft" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_while_one_is_at_work_there_is_no_other() -> None:
    crowd()
    match_runs.ask(FULL)
    results: list[Any] = []

    def other() -> None:
        try:
            results.append(work())
            call_command("find_matches")
        except CommandError as error:
            results.append(str(error))
        finally:
            connection.close()

    with match_runs.alone() as free:
        assert free
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert results == [[], "a run is at work already; see it on the portal's Matching page"]
    assert [one.state for one in work()] == ["done"]


def test_beat_looks_every_minute_and_a_task_that_comes_twice_does_its_work_once(settings: Settings) -> None:
    entry = next(e for e in settings.CELERY_BEAT_SCHEDULE.values() if e["task"] == tasks.find_matches.name)
    assert entry["schedule"] == 60.0
    settings.MATCH_SCHEDULED = True
    crowd()
    for _ in range(2):
        tasks.find_matches()
    assert MatchRun.objects.get().state == "done"
