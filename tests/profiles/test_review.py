"""What people are asked: one question a pair, a value, a delivery, a decision; and when a question ends by itself."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from profiles.deciding import decisions
from profiles.matches.columns import PATHS
from profiles.models import Identifier, MatchCandidate, MatchModel, ParkedDelivery, ReviewQuestion
from profiles.review.answers import answer, carry_out_answers
from profiles.review.questions import Refreshed, open_questions, refresh_review
from profiles.rules.rules import apply_rules
from tests.profiles.builders import land
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
    sides,
    stored,
)

pytestmark = pytest.mark.django_db


def refresh(**given: Any) -> Refreshed:
    refreshed = refresh_review(**given)
    assert refreshed is not None
    return refreshed


def asked(**fields: Any) -> list[ReviewQuestion]:
    return list(ReviewQuestion.objects.filter(state="open", **fields).order_by("question_id"))


def pairs() -> set[tuple[int | None, int | None]]:
    return {(q.a_profile_id, q.b_profile_id) for q in asked(kind__in=["held", "probable"])}


def pair(a: tuple[str, str], b: tuple[str, str]) -> tuple[int, int]:
    p, q = sorted((profile_of(a), profile_of(b)))
    return p, q


@pytest.fixture(autouse=True)
def no_samples(settings: LazySettings) -> None:
    settings.REVIEW_SAMPLE_PERCENT = 0


def probable(a: tuple[str, str], b: tuple[str, str], *, probability: float = 0.9) -> MatchCandidate:
    model = MatchModel.objects.create(state="retired", parameters={}, trained_at=timezone.now(), trained_records=0)
    low, high = sorted((stored(a).pk, stored(b).pk))
    return MatchCandidate.objects.create(
        a_id=low, b_id=high, model=model, probability=probability, match_weight=3.2, parts=[]
    )


def test_the_held_links_of_two_profiles_are_one_question() -> None:
    see(event(ADA, KIOSK, ADA_MAIL, minute=1), event(BEN, KIOSK, minute=2), event(BEN, ADA_MAIL, minute=3))
    assert refresh() == Refreshed(pairs=1)
    (question,) = asked()
    assert (question.kind, question.links, question.reasons) == ("held", 2, ["limit user_id"])
    assert (question.a_profile_id, question.b_profile_id) == pair(ADA, BEN)
    assert question.source_id is not None
    assert open_questions() == 1
    assert refresh() == refresh(everything=True) == Refreshed()


def test_only_what_changed_is_looked_at_and_the_end_is_the_same() -> None:
    see(event(ADA, KIOSK, minute=1), event(BEN, KIOSK, minute=2))
    refresh()
    see(event(BEN, ADA_MAIL, minute=3), event(ADA, ADA_MAIL, minute=1))
    refresh()
    (question,) = asked()
    assert question.links == 2
    assert refresh(everything=True) == Refreshed()


def test_when_two_profiles_become_one_their_question_ends_with_its_reason() -> None:
    see(event(ADA, KIOSK, minute=1), event(BEN, KIOSK, minute=2))
    refresh()
    a, b = sides([ADA], [BEN])
    decisions.decide(action="assert", a=a, b=b, author="Ana")
    assert refresh() == Refreshed(closed=1)
    (question,) = ReviewQuestion.objects.all()
    assert (question.state, question.closed_because) == ("closed", "joined")


def test_when_a_person_keeps_them_apart_nobody_is_asked() -> None:
    see(event(ADA, KIOSK, minute=1), event(BEN, KIOSK, minute=2))
    refresh()
    a, b = sides([ADA, KIOSK], [BEN])
    decision, _ = decisions.decide(action="separate", a=a, b=b, author="Ana")
    assert refresh() == Refreshed(closed=1)
    assert ReviewQuestion.objects.get().closed_because == "separated"
    assert refresh(everything=True) == Refreshed()
    decisions.withdraw(decision, author="Ana")
    assert refresh() == Refreshed(pairs=1)


def test_a_question_follows_its_profiles_when_they_merge_with_others() -> None:
    see(event(PHONE, minute=0))
    see(event(ADA, KIOSK, minute=1), event(BEN, KIOSK, minute=2))
    refresh()
    (before,) = asked()
    see(event(PHONE, ADA, minute=3))
    refresh()
    (after,) = asked()
    assert after.pk == before.pk
    assert (after.a_profile_id, after.b_profile_id) == pair(PHONE, BEN) != (before.a_profile_id, before.b_profile_id)


def test_questions_that_become_the_same_are_asked_once() -> None:
    three = ("user_id", "cleo")
    see(event(ADA, KIOSK, minute=1), event(BEN, KIOSK, minute=2), event(three, KIOSK, minute=3))
    refresh()
    assert len(asked()) == 2
    a, b = sides([BEN], [three])
    decisions.decide(action="assert", a=a, b=b, author="Ana")
    refresh()
    assert pairs() == {pair(ADA, BEN)}
    assert asked()[0].links == 2
    assert refresh(everything=True) == Refreshed()


def test_a_rule_that_lets_them_join_ends_the_question() -> None:
    see(event(ADA, KIOSK, minute=1), event(BEN, KIOSK, minute=2))
    refresh()
    apply_rules({"kinds": {"user_id": {"limit": 2}}}, author="Ana")
    see()
    refresh()
    assert asked() == []


def test_all_links_of_a_shared_value_are_one_question_until_it_is_in_play_again() -> None:
    see(*(event(("user_id", f"u{n}"), BEN_MAIL, minute=n) for n in range(12)))
    assert refresh().values == 1
    (question,) = asked()
    assert (question.kind, question.identifier_id, question.reasons) == ("value", stored(BEN_MAIL).pk, ["shared"])
    assert question.links == 12
    assert refresh() == refresh(everything=True) == Refreshed()
    apply_rules({"kinds": {"email": {"shared_after": None}}}, author="Ana")
    see()
    refresh()
    assert asked(kind="value") == []


@pytest.mark.parametrize("said", ["yes", "no"])
def test_an_answered_value_is_asked_again_when_it_is_shared_by_twice_as_many(said: str) -> None:
    see(*(event(("user_id", f"u{n}"), BEN_MAIL, minute=n) for n in range(12)))
    refresh()
    ReviewQuestion.objects.update(
        state="decided", answer=said, answered_at=timezone.now(), carried_out_at=timezone.now()
    )
    see(*(event(("user_id", f"u{n}"), BEN_MAIL, minute=n) for n in range(12, 15)))
    assert refresh(everything=True) == Refreshed()
    see(*(event(("user_id", f"u{n}"), BEN_MAIL, minute=n) for n in range(15, 25)))
    assert refresh(everything=True).values == 1
    assert "12 links" in asked()[0].note


def test_a_value_that_would_join_a_crowd_is_one_question_and_not_many(settings: LazySettings) -> None:
    settings.REVIEW_CROWD = 3
    bug = ("user_id", "7")
    see(*(event(bug, ("email", f"p{n}@example.com"), minute=n) for n in range(8)))
    refresh()
    assert len(asked()) == 3  # the limit is five
    see(*(event(bug, ("email", f"p{n}@example.com"), minute=n) for n in range(8, 11)))
    refresh()
    (question,) = asked()
    assert (question.identifier_id, question.reasons) == (stored(bug).pk, ["crowded"])
    see(event(("email", "p9@example.com"), PHONE, minute=30))  # touches one of the crowd, and not the value
    assert refresh() == Refreshed()
    assert refresh(everything=True) == Refreshed()


def test_probable_matches_and_held_links_of_a_pair_are_one_question() -> None:
    see(event(ADA, KIOSK, minute=1), event(BEN, KIOSK, minute=2), event(LAPTOP, minute=3))
    candidate = probable(ADA, BEN)
    probable(ADA, LAPTOP, probability=0.8)
    refresh()
    held, alone = asked()
    assert (held.kind, held.candidate_id, held.probability) == ("held", candidate.pk, 0.9)
    assert (alone.kind, alone.probability) == ("probable", 0.8)
    MatchCandidate.objects.all().delete()
    refresh(everything=True)
    (held,) = asked()
    assert (held.kind, held.probability) == ("held", None)


def test_a_probable_match_of_profiles_that_are_kept_apart_is_no_question() -> None:
    see(event(ADA, minute=1), event(BEN, minute=2))
    a, b = sides([ADA], [BEN])
    decisions.decide(action="separate", a=a, b=b, author="Ana")
    probable(ADA, BEN)
    assert refresh() == Refreshed()


def test_a_parked_delivery_is_a_question_until_it_is_released() -> None:
    delivery = land(event(ADA, minute=1))
    ParkedDelivery.objects.create(delivery=delivery, parked_at=timezone.now(), why="error", detail={"message": "odd"})
    assert refresh() == Refreshed(parked=1)
    assert asked()[0].delivery_id == delivery.pk
    ParkedDelivery.objects.update(released_at=timezone.now())
    refresh()
    assert asked() == []


def test_a_share_of_the_merges_without_a_person_is_asked_about(settings: LazySettings) -> None:
    settings.REVIEW_SAMPLE_PERCENT = 50
    for n in range(40):
        see(event(("anonymous_id", f"a{n}")), event(("anonymous_id", f"b{n}")))
        see(event(("anonymous_id", f"a{n}"), ("anonymous_id", f"b{n}"), minute=1))
    refresh()
    samples = asked(kind="sample")
    assert 8 < len(samples) < 32
    assert samples[0].change_id is not None
    assert refresh() == Refreshed()
    settings.REVIEW_SAMPLES_WAITING = 5
    refresh()
    assert len(asked(kind="sample")) == 5


def test_a_persons_merge_is_no_sample_and_an_automatic_match_is(settings: LazySettings) -> None:
    settings.REVIEW_SAMPLE_PERCENT = 100
    see(event(ADA), event(BEN), event(LAPTOP))
    for other, author in ((BEN, "Ana"), (LAPTOP, "automatic match (model 3)")):
        a, b = sides([ADA], [other])
        decisions.decide(action="assert", a=a, b=b, author=author)
    refresh()
    (sample,) = asked(kind="sample")
    assert (sample.a_profile_id, sample.b_profile_id) == (profile_of(ADA), stored(LAPTOP).pk)


def test_a_separation_across_which_more_is_seen_is_asked_again_with_a_note() -> None:
    see(event(ADA, KIOSK, minute=1), event(BEN, KIOSK, minute=2))
    a, b = sides([ADA, KIOSK], [BEN])
    decision, _ = decisions.decide(action="separate", a=a, b=b, author="Ana")
    refresh()
    assert asked() == []
    see(event(BEN, ADA_MAIL, minute=3), event(ADA, ADA_MAIL, minute=1))
    assert refresh() == Refreshed(reopened=1)
    (question,) = asked()
    assert (question.kind, question.decision_id, question.links) == ("reopened", decision.pk, 2)
    assert "1 more of their identifiers" in question.note
    assert refresh() == refresh(everything=True) == Refreshed()
    decisions.withdraw(decision, author="Ana")
    refresh()
    assert {q.kind for q in asked()} == {"held"}


def test_a_merge_that_breaks_a_limit_later_on_is_asked_again() -> None:
    see(event(LAPTOP, minute=1), event(PHONE, minute=2))
    a, b = sides([LAPTOP], [PHONE])
    decisions.decide(action="assert", a=a, b=b, author="Ana")
    refresh()
    see(event(LAPTOP, ADA, minute=3))
    refresh()
    assert asked() == []
    see(event(BEN, minute=4))
    a, b = sides([ADA], [BEN])
    decisions.decide(action="assert", a=a, b=b, author="Ben")
    refresh()
    (question,) = asked(kind="reopened")  # Ana's, not Ben's: who merged two user ids saw them
    assert (question.a_profile_id, question.reasons) == (profile_of(LAPTOP), ["user_id"])
    assert "more values of user id than" in question.note


def test_who_answered_is_not_asked_again_before_it_is_carried_out() -> None:
    see(event(ADA, KIOSK, minute=1), event(BEN, KIOSK, minute=2))
    refresh()
    ReviewQuestion.objects.update(state="decided", answer="yes", answered_at=timezone.now())
    see(event(BEN, ADA_MAIL, minute=3), event(ADA, ADA_MAIL, minute=1))
    assert refresh() == Refreshed()
    assert Identifier.objects.count() == 4


def test_a_separation_is_asked_again_when_one_of_the_two_is_told_another_birth_date_or_name() -> None:
    see(event(ADA, minute=1), traits={"birthday": "1990-01-01", "city": "Oslo"})
    see(event(BEN, minute=2), traits={"birthday": "1961-05-05"})
    a, b = sides([ADA], [BEN])
    decision, _ = decisions.decide(action="separate", a=a, b=b, author="Ana")
    assert refresh() == Refreshed()
    see(event(ADA, minute=3), traits={"city": "Bergen", "birthday": "1990-01-01"})
    assert refresh() == Refreshed()
    see(event(ADA, minute=4), traits={"birthday": "1961-05-05", "first_name": "Ben"})
    assert refresh() == Refreshed(reopened=1)
    (question,) = asked()
    assert (question.kind, question.decision_id) == ("reopened", decision.pk)
    assert question.note == "Since then birth date and name changed."
    assert refresh() == refresh(everything=True) == Refreshed()


def test_a_merge_is_asked_again_when_its_profile_is_told_another_name() -> None:
    see(event(LAPTOP, minute=1), event(PHONE, minute=2), traits={"last_name": "Adler"})
    a, b = sides([LAPTOP], [PHONE])
    decisions.decide(action="assert", a=a, b=b, author="Ana")
    refresh()
    see(event(PHONE, minute=3), traits={"last_name": " adler"})
    assert refresh() == Refreshed()
    see(event(PHONE, minute=4), traits={"last_name": "Baum"})
    assert refresh() == Refreshed(reopened=1)
    assert asked()[0].a_profile_id == profile_of(LAPTOP)


def test_a_confirmed_decision_is_not_asked_again_for_what_was_seen_of_it_before() -> None:
    see(event(ADA, minute=1), event(BEN, minute=1), traits={"last_name": "Adler"})
    a, b = sides([ADA], [BEN])
    decisions.decide(action="separate", a=a, b=b, author="Ana")
    refresh()
    see(event(ADA, minute=2), traits={"last_name": "Baum"})
    refresh()
    answer(asked()[0].pk, answer="no", person="Ben")
    carry_out_answers()
    for minute, name in ((3, "Adler"), (4, "Baum")):
        see(event(ADA, minute=minute), traits={"last_name": name})
        assert refresh() == Refreshed()


def test_what_says_who_somebody_is_is_what_people_are_compared_by() -> None:
    columns = ("first_name", "last_name", "full_name", "dob")
    names = {path[0] for column in columns for path in PATHS[column]}
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(identity_traits())")
        assert {name for (name,) in cursor.fetchall()} == names
