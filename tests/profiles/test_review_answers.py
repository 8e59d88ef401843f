"""What an answer does, what undo takes back, and how two stewards keep out of each other's way."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.conf import LazySettings
from django.utils import timezone

from profiles.deciding import decisions
from profiles.deciding.pending import approve, refuse
from profiles.deciding.second_eyes import set_second_eyes
from profiles.models import Decision, ParkedDelivery, PendingDecision, ReviewQuestion
from profiles.review.answers import NotAnswered, answer, carry_out_answers, fingerprint, undo
from profiles.review.bulk import answer_all, preview_bulk
from profiles.review.effect import preview_question
from profiles.review.queue import (
    QueueFilters,
    claim,
    first_question,
    neighbour,
    other_questions,
    queue_page,
    skip,
)
from tests.profiles.builders import land, stored_answer
from tests.profiles.test_resolution import ADA, ADA_MAIL, BEN, KIOSK, PHONE, event, profile_of, see, sides
from tests.profiles.test_review import asked, refresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def question(settings: LazySettings) -> ReviewQuestion:
    """Are Ada and Ben, who share a kiosk, one person?"""
    settings.REVIEW_SAMPLE_PERCENT = 0
    see(event(ADA, KIOSK, minute=1), event(BEN, KIOSK, minute=2))
    refresh()
    (asked_now,) = asked()
    return asked_now


def many(number: int) -> list[ReviewQuestion]:
    for n in range(number):
        kiosk = ("anonymous_id", f"k{n}")
        see(event(("user_id", f"a{n}"), kiosk, minute=1), event(("user_id", f"b{n}"), kiosk, minute=2))
    refresh()
    return asked()


def test_yes_merges_in_the_background_and_undo_restores_all(question: ReviewQuestion) -> None:
    before = stored_answer()
    answer(question.pk, answer="yes", person="Ana", reason="one person", seen=fingerprint(question))
    assert profile_of(ADA) != profile_of(BEN)
    assert carry_out_answers().done == 1
    assert profile_of(ADA) == profile_of(BEN)
    decision = Decision.objects.get()
    assert (decision.action, decision.author, decision.reason) == ("assert", "Ana", "one person")
    assert asked() == []

    undo(question.pk, person="Ana")
    assert stored_answer() == before
    assert refresh().closed == 0
    assert [q.pk for q in asked()] == [question.pk]
    assert asked()[0].claimed_by == "Ana"


def test_no_keeps_them_apart_as_they_stand(question: ReviewQuestion) -> None:
    answer(question.pk, answer="no", person="Ana")
    carry_out_answers()
    decision = Decision.objects.get()
    assert decision.action == "separate"
    assert {(i.side, i.value) for i in decision.identifiers.all()} == {("a", "ada"), ("a", "kiosk"), ("b", "ben")}
    undo(question.pk, person="Ana")
    refresh()
    assert [q.pk for q in asked()] == [question.pk]


def test_undo_before_it_is_carried_out_decides_nothing(question: ReviewQuestion) -> None:
    answer(question.pk, answer="yes", person="Ana")
    undo(question.pk, person="Ana")
    assert carry_out_answers().done == 0
    assert Decision.objects.count() == 0


def test_who_has_changed_meanwhile_is_looked_at_again(question: ReviewQuestion) -> None:
    seen = fingerprint(question)
    see(event(ADA, PHONE, minute=3))
    assert fingerprint(question) == seen  # one more device is no other person
    see(event(ADA, ADA_MAIL, minute=3))
    with pytest.raises(NotAnswered, match="have changed"):
        answer(question.pk, answer="yes", person="Ana", seen=seen)


def test_of_two_stewards_one_gets_the_question(question: ReviewQuestion) -> None:
    assert claim(question.pk, person="Ana")
    assert claim(question.pk, person="Ana")
    assert not claim(question.pk, person="Ben")
    with pytest.raises(NotAnswered, match="Ana is looking"):
        answer(question.pk, answer="yes", person="Ben")
    assert first_question(QueueFilters(), person="Ben") is None
    ReviewQuestion.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert claim(question.pk, person="Ben")
    assert claim(question.pk, person="Ana", take_over=True)
    answer(question.pk, answer="no", person="Ana")
    with pytest.raises(NotAnswered, match="Ana has answered"):
        answer(question.pk, answer="yes", person="Ben")


def test_a_skipped_question_comes_back_later_and_stays_open_to_others(question: ReviewQuestion) -> None:
    claim(question.pk, person="Ana")
    skip(question.pk, person="Ana")
    assert queue_page(QueueFilters(), person="Ana").questions == []
    assert len(queue_page(QueueFilters(show="skipped"), person="Ana").questions) == 1
    assert first_question(QueueFilters(), person="Ben") == question.pk
    question.skips.update(until=timezone.now() - timedelta(seconds=1))
    assert first_question(QueueFilters(), person="Ana") == question.pk


def test_what_cannot_be_carried_out_is_asked_again_with_the_reason(question: ReviewQuestion) -> None:
    answer(question.pk, answer="yes", person="Ana")
    a, b = sides([ADA], [BEN])
    decisions.decide(action="separate", a=a, b=b, author="Ben")
    carry_out_answers()
    question.refresh_from_db()
    assert profile_of(ADA) != profile_of(BEN)
    assert "could not be carried out" in question.note or question.state == "decided"


@pytest.mark.parametrize("sort", ["urgent", "newest", "oldest"])
def test_pages_and_neighbours_leave_nothing_out_and_show_nothing_twice(sort: str) -> None:
    wanted = {q.pk for q in many(11)}
    filters, after, seen = QueueFilters(sort=sort), "", list[int]()
    while True:
        page = queue_page(filters, person="Ana", after=after, limit=4)
        seen += [q.pk for q in page.questions]
        after = page.further
        if not after:
            break
    assert len(seen) == len(set(seen))
    assert set(seen) == wanted
    for before, following in pairwise(seen):
        one, two = ReviewQuestion.objects.get(pk=before), ReviewQuestion.objects.get(pk=following)
        assert neighbour(one, filters, person="Ana") == following
        assert neighbour(two, filters, person="Ana", back=True) == before


def test_other_questions_about_the_same_profiles_are_named(question: ReviewQuestion) -> None:
    see(event(("user_id", "cleo"), KIOSK, minute=5))
    refresh()
    (other,) = other_questions(question)
    assert other.a_profile_id == question.a_profile_id


def test_a_parked_delivery_is_released_with_a_reason_and_not_without() -> None:
    delivery = land(event(ADA, minute=1))
    ParkedDelivery.objects.create(delivery=delivery, parked_at=timezone.now(), why="error", detail={})
    refresh()
    (question,) = asked()
    with pytest.raises(NotAnswered, match="Say why"):
        answer(question.pk, answer="yes", person="Ana")
    answer(question.pk, answer="yes", person="Ana", reason="the import was meant")
    carry_out_answers()
    assert ParkedDelivery.objects.get().released_by == "Ana"
    with pytest.raises(NotAnswered, match="can't be undone"):
        undo(question.pk, person="Ana")


def test_a_wrong_sample_is_parted_again(settings: LazySettings) -> None:
    settings.REVIEW_SAMPLE_PERCENT = 100
    see(event(ADA, minute=1), event(ADA_MAIL, minute=1))
    see(event(ADA, ADA_MAIL, minute=2))
    refresh()
    (question,) = asked(kind="sample")
    answer(question.pk, answer="no", person="Ana")
    carry_out_answers()
    assert profile_of(ADA) != profile_of(ADA_MAIL)
    undo(question.pk, person="Ana")
    assert profile_of(ADA) == profile_of(ADA_MAIL)


def test_a_reopened_separation_is_confirmed_or_turned_into_a_merge(question: ReviewQuestion) -> None:
    answer(question.pk, answer="no", person="Ana")
    carry_out_answers()
    see(event(BEN, ADA_MAIL, minute=3), event(ADA, ADA_MAIL, minute=1))
    refresh()
    (reopened,) = asked(kind="reopened")
    answer(reopened.pk, answer="no", person="Ben")
    carry_out_answers()
    assert asked() == []
    undo(reopened.pk, person="Ben")
    seen = preview_question(reopened)
    assert seen
    assert (seen.outcome, len(seen.before), len(seen.after)) == ("whole", 2, 1)
    answer(reopened.pk, answer="yes", person="Ben")
    carry_out_answers()
    assert profile_of(ADA) == profile_of(BEN)
    undo(reopened.pk, person="Ben")
    assert profile_of(ADA) != profile_of(BEN)
    assert Decision.objects.get(withdrawn_at=None).author == "Ana"


def a_reopened_separation_whose_merge_waits(question: ReviewQuestion) -> tuple[ReviewQuestion, PendingDecision]:
    answer(question.pk, answer="no", person="Ana")
    carry_out_answers()
    see(event(BEN, ADA_MAIL, minute=3), event(ADA, ADA_MAIL, minute=1))
    refresh()
    (reopened,) = asked(kind="reopened")
    set_second_eyes(profiles=1, events=None, author="Ana")
    answer(reopened.pk, answer="yes", person="Ben")
    carry_out_answers()
    reopened.refresh_from_db()
    assert reopened.pending is not None
    return reopened, reopened.pending


def in_force() -> list[str]:
    return list(Decision.objects.filter(withdrawn_at=None).values_list("action", flat=True))


def test_a_separation_stands_while_the_merge_instead_of_it_waits_and_when_it_is_refused(
    question: ReviewQuestion,
) -> None:
    _, pending = a_reopened_separation_whose_merge_waits(question)
    assert [line["action"] for line in pending.lines] == ["withdraw", "assert"]
    assert (in_force(), profile_of(ADA) == profile_of(BEN)) == (["separate"], False)
    refuse(pending, author="Cleo", reason="two people")
    assert (in_force(), profile_of(ADA) == profile_of(BEN)) == (["separate"], False)


def test_approved_the_merge_takes_the_place_of_the_separation_and_undo_gives_it_back(question: ReviewQuestion) -> None:
    reopened, pending = a_reopened_separation_whose_merge_waits(question)
    approve(pending, author="Cleo")
    assert (in_force(), profile_of(ADA) == profile_of(BEN)) == (["assert"], True)
    set_second_eyes(profiles=None, events=None, author="Ana")
    undo(reopened.pk, person="Ben")
    assert (in_force(), profile_of(ADA) == profile_of(BEN)) == (["separate"], False)


def test_undone_while_its_merge_waits_a_reopened_separation_stands_still(question: ReviewQuestion) -> None:
    reopened, _ = a_reopened_separation_whose_merge_waits(question)
    undo(reopened.pk, person="Ben")
    assert (in_force(), profile_of(ADA) == profile_of(BEN)) == (["separate"], False)


def test_an_answer_that_changes_very_much_waits_for_a_second_person(question: ReviewQuestion) -> None:
    set_second_eyes(profiles=1, events=None, author="Ana")
    answer(question.pk, answer="yes", person="Ana")
    carry_out_answers()
    question.refresh_from_db()
    assert question.pending is not None
    assert profile_of(ADA) != profile_of(BEN)
    assert refresh(everything=True).pairs == 0  # it is answered, and not asked again
    approve(question.pending, author="Ben")
    assert profile_of(ADA) == profile_of(BEN)
    set_second_eyes(profiles=None, events=None, author="Ana")
    undo(question.pk, person="Ana")
    assert profile_of(ADA) != profile_of(BEN)


def test_what_a_second_person_refuses_is_asked_again(question: ReviewQuestion) -> None:
    set_second_eyes(profiles=1, events=None, author="Ana")
    answer(question.pk, answer="yes", person="Ana")
    carry_out_answers()
    question.refresh_from_db()
    assert question.pending is not None
    refuse(question.pending, author="Ben", reason="two people")
    assert refresh().pairs == 1
    question.refresh_from_db()
    assert (question.state, question.closed_because) == ("closed", "refused")


def test_what_waits_for_a_second_person_can_be_undone(question: ReviewQuestion) -> None:
    set_second_eyes(profiles=1, events=None, author="Ana")
    answer(question.pk, answer="yes", person="Ana")
    carry_out_answers()
    undo(question.pk, person="Ana")
    assert [q.pk for q in asked()] == [question.pk]
    assert refresh(everything=True) == refresh()


def test_several_answers_together_are_one_matter_for_the_second_person() -> None:
    first, second = many(2)
    set_second_eyes(profiles=3, events=None, author="Ana")
    bulk = preview_bulk([first.pk, second.pk], answer="yes", person="Ana")
    answer_all(bulk, person="Ana", reason="both")
    assert carry_out_answers().failed == 0
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.pending is not None
    assert first.pending == second.pending
    approve(first.pending, author="Ben")
    set_second_eyes(profiles=None, events=None, author="Ana")
    undo(second.pk, person="Ana")
    assert profile_of(("user_id", "a0")) == profile_of(("user_id", "b0"))
    assert profile_of(("user_id", "a1")) != profile_of(("user_id", "b1"))
