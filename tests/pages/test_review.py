"""The queue and the page of a question, as each role meets them."""

import re

import pytest
from django.conf import LazySettings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from idportal.accounts.models import User
from profiles.models import Decision, Identifier, ReviewQuestion
from profiles.resolution import resolve_pending
from profiles.review.answers import carry_out_answers
from profiles.rules.rules import apply_rules, current_rules
from tests.pages import crowd, review_crowd


@pytest.fixture(autouse=True)
def no_samples(settings: LazySettings) -> None:
    settings.REVIEW_SAMPLE_PERCENT = 0


@pytest.fixture
def steward(people: dict[str, User], client: Client) -> Client:
    client.force_login(people["steward"])
    return client


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def get(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def post(client: Client, question: ReviewQuestion, **fields: str) -> str:
    answer = client.post(f"/review/{question.pk}/answer/", fields, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def profile_of(value: str) -> int:
    return Identifier.objects.get(value=value).profile_id


def test_before_anything_was_asked_it_says_so(analyst: Client) -> None:
    assert "Nothing has needed a person yet" in get(analyst, "/review/")


def test_the_queue_names_who_it_is_about_and_why(analyst: Client) -> None:
    question = review_crowd.held()
    page = get(analyst, "/review/")
    text = text_of(page)
    assert "Ada Lovelace and Ben Ng" in text
    assert "more values of user id than one person may have" in text
    assert f'href="/review/{question.pk}/"' in page
    assert ">1</span>" in get(analyst, "/")  # in the navigation


def test_two_profiles_stand_side_by_side_with_what_agrees_and_what_differs(steward: Client) -> None:
    question = review_crowd.probable()
    page = steward.get(f"/review/{question.pk}/")
    fields = {field.name: field.agreement for field in page.context["fields"]}
    assert fields["first_name"] == "same"
    assert fields["last_name"] == "nearly"
    assert fields["user_id"] == "different"
    assert fields["plan"] == "a"
    text = page.content.decode()
    assert '<mark class="differs">' in text
    assert "together 2, where one person may have 1" in text
    assert "Are these two the same person?" in text


def test_the_score_is_a_waterfall_from_the_prior_to_one_probability(steward: Client) -> None:
    question = review_crowd.probable()
    page = steward.get(f"/review/{question.pk}/")
    drawn = page.context["waterfall"]
    assert [bar.field for bar in drawn.bars] == ["prior", "first_name", "last_name", "email", "postcode"]
    assert drawn.bars[0].x < drawn.zero
    assert [bar.direction for bar in drawn.bars[:2]] == ["against", "for"]
    assert "Why they may be one: 97 %" in text_of(page.content.decode())


def test_evidence_leads_down_to_the_event(steward: Client) -> None:
    question = review_crowd.held()
    page = get(steward, f"/review/{question.pk}/")
    assert f'href="/events/{question.event_id}/"' in page
    assert "kiosk-hall-3" in page


def test_yes_shows_the_next_one_and_offers_undo(steward: Client) -> None:
    first, second = review_crowd.pairs(2)
    page = post(steward, first, answer="yes", reason="the same household", seen="")
    assert f"/review/{second.pk}/answer/" in page
    assert f"/review/{first.pk}/undo/" in page
    carry_out_answers()
    assert profile_of("one-0") == profile_of("other-0")
    assert "one that was merged with it" in text_of(get(steward, "/review/?show=decided"))
    assert Decision.objects.get().reason == "the same household"
    undone = steward.post(f"/review/{first.pk}/undo/", follow=True).content.decode()
    assert "Undone" in undone
    assert profile_of("one-0") != profile_of("other-0")
    assert ReviewQuestion.objects.get(pk=first.pk).claimed_by == "steward"


def test_the_way_through_the_queue_keeps_its_filters(steward: Client) -> None:
    first, second, third = review_crowd.pairs(3)
    answer = steward.post(f"/review/{third.pk}/answer/", {"answer": "skip", "way": "kind=held&sort=newest"})
    assert answer["Location"] == f"/review/{second.pk}/?kind=held&sort=newest"
    page = steward.get(answer["Location"]).content.decode()
    assert f'href="/review/{first.pk}/?kind=held&amp;sort=newest"' in page


def test_the_last_one_leads_back_to_the_queue(steward: Client) -> None:
    (question,) = review_crowd.pairs(1)
    page = post(steward, question, answer="no")
    assert "That was the last one here" in page
    assert "All answered" in page


def test_who_opens_a_question_claims_it_and_others_see_by_whom(
    people: dict[str, User], steward: Client, admin_beside: Client
) -> None:
    (question,) = review_crowd.pairs(1)
    get(steward, f"/review/{question.pk}/")
    page = get(admin_beside, f"/review/{question.pk}/")
    assert "is looking at this one" in text_of(page)
    assert 'value="yes"' not in page
    assert "steward" in text_of(get(admin_beside, "/review/"))
    taken = admin_beside.post(f"/review/{question.pk}/claim/", {"claim": "take over"}, follow=True)
    assert 'value="yes"' in taken.content.decode()
    part = steward.post(f"/review/{question.pk}/claim/", headers={"HX-Request": "true"}).content.decode()
    assert "administrator has taken this over" in part


@pytest.fixture
def admin_beside(people: dict[str, User]) -> Client:
    client = Client()
    client.force_login(people["administrator"])
    return client


def test_an_analyst_looks_and_decides_nothing(analyst: Client) -> None:
    (question,) = review_crowd.pairs(1)
    page = get(analyst, f"/review/{question.pk}/")
    assert "Your role may look, and not decide" in page
    assert analyst.post(f"/review/{question.pk}/answer/", {"answer": "yes"}).status_code == 403
    assert ReviewQuestion.objects.get(pk=question.pk).claimed_by == ""


def test_a_viewer_sees_no_values(viewer: Client) -> None:
    for question in (review_crowd.held(), review_crowd.probable(), review_crowd.shared(), review_crowd.parked()):
        page = get(viewer, f"/review/{question.pk}/") + get(viewer, "/review/")
        for personal in ("ada@", "Ada", "Lovela", "London", "user-1815", "crm-77", "kiosk-hall", "club@", "ben@"):
            assert personal not in page, (question.kind, personal)


def test_a_value_is_asked_about_once_for_all_its_links(steward: Client) -> None:
    question = review_crowd.shared()
    page = get(steward, f"/review/{question.pk}/")
    assert "Is it right that this value joins nobody?" in page
    assert page.count("member-") >= 10
    post(steward, question, answer="yes")
    assert carry_out_answers().done == 1
    assert ReviewQuestion.objects.get(pk=question.pk).state == "decided"


def test_a_no_about_a_value_asks_for_a_rule_until_one_treats_it_otherwise(
    steward: Client, people: dict[str, User]
) -> None:
    administrator = Client()
    administrator.force_login(people["administrator"])
    question = review_crowd.shared()
    assert "Asked for in review" not in get(administrator, "/rules/")
    post(steward, question, answer="no", reason="one family’s mailbox")
    carry_out_answers()
    assert "A rule is asked for" in get(steward, "/review/?show=decided")
    page = text_of(get(administrator, "/rules/"))
    assert "Asked for in review" in page
    assert "club@example.com" in page
    assert "one family’s mailbox" in page
    rules = current_rules()
    rules["kinds"]["email"]["shared_after"] = 50
    apply_rules(rules, author="ada")
    resolve_pending()
    assert "Asked for in review" not in get(administrator, "/rules/")


def test_a_parked_delivery_says_why_and_is_released_with_a_reason(steward: Client) -> None:
    question = review_crowd.parked()
    page = text_of(get(steward, f"/review/{question.pk}/"))
    assert "480 profiles would end" in page
    assert "usual would be 3" in page
    assert "Say why" in post(steward, question, answer="yes")
    assert "Released" in post(steward, question, answer="yes", reason="the import was meant")
    carry_out_answers()
    crowd.resolve()
    assert Identifier.objects.filter(value="late").exists()


def test_a_sampled_merge_is_asked_about_with_both_parts(steward: Client, settings: LazySettings) -> None:
    settings.REVIEW_SAMPLE_PERCENT = 100
    question = review_crowd.sample()
    page = get(steward, f"/review/{question.pk}/")
    assert "Was this merge right?" in page
    assert "What came" in page
    post(steward, question, answer="yes")
    carry_out_answers()
    overview = text_of(get(steward, "/"))
    assert "1 of 1" in overview
    assert "21" in overview  # the lower end of Wilson's interval for one of one


def test_a_reopened_decision_says_what_came_since(steward: Client) -> None:
    question = review_crowd.reopened()
    page = text_of(get(steward, f"/review/{question.pk}/"))
    assert "Are these two one person after all?" in page
    assert "They only share the kiosk" in page
    assert "more of their identifiers have been seen together" in page


def test_what_it_would_do_is_looked_at_before_it_is_done(steward: Client) -> None:
    question = review_crowd.held()
    part = steward.get(f"/review/{question.pk}/effect/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "Then" in part
    assert profile_of(crowd.ADA) != profile_of(crowd.BEN)
    assert "<html" in get(steward, f"/review/{question.pk}/effect/")


def test_several_are_answered_together_after_a_preview(steward: Client) -> None:
    questions = review_crowd.pairs(3)
    ids = [str(q.pk) for q in questions]
    preview = steward.post("/review/bulk/", {"answer": "yes", "question": ids})
    assert "6 profiles become 3" in text_of(preview.content.decode())
    assert ReviewQuestion.objects.filter(state="decided").count() == 0
    seen = preview.context["bulk"].fingerprint
    done = steward.post(
        "/review/bulk/", {"answer": "yes", "question": ids, "confirmed": seen, "reason": "all checked"}, follow=True
    )
    assert "3 answered" in done.content.decode()
    carry_out_answers()
    assert profile_of("one-2") == profile_of("other-2")
    batch = ReviewQuestion.objects.filter(state="decided").values_list("batch", flat=True)[0]
    steward.post(f"/review/bulk/{batch}/undo/")
    assert profile_of("one-2") != profile_of("other-2")
    assert ReviewQuestion.objects.filter(state="open").count() == 3


def test_a_bulk_answer_after_something_changed_is_looked_at_again(steward: Client) -> None:
    questions = review_crowd.pairs(2)
    ids = [str(q.pk) for q in questions]
    again = steward.post("/review/bulk/", {"answer": "yes", "question": ids, "confirmed": "older"})
    assert "Something changed since you looked" in again.content.decode()


def test_filters_find_by_kind_reason_source_score_and_decided(steward: Client) -> None:
    review_crowd.held()
    review_crowd.probable()

    def shown(query: str) -> list[str]:
        return [line.question.kind for line in steward.get(f"/review/?{query}").context["lines"]]

    assert sorted(shown("")) == ["held", "probable"]
    assert shown("kind=probable") == shown("score=95") == shown("sort=score") == ["probable"]
    assert shown("reason=limit+user_id") == ["held"]
    assert shown(f"source={crowd.shop().pk}") == ["held"]
    assert shown("score=99") == shown("show=decided") == shown("show=mine") == []
    (question,) = ReviewQuestion.objects.filter(kind="probable")
    post(steward, question, answer="no")
    assert shown("show=decided") == ["probable"]


def test_letters_as_keys_can_be_switched_off(steward: Client) -> None:
    assert 'data-keys="on"' in get(steward, "/review/")
    steward.post("/review/keys/", {"keys": "off", "next": "/review/"})
    assert 'data-keys="off"' in get(steward, "/review/")


def test_the_queue_costs_the_same_however_long_it_is(
    steward: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    review_crowd.pairs(8)
    with django_assert_max_num_queries(20):
        get(steward, "/review/")
    question = ReviewQuestion.objects.all()[0]
    with django_assert_max_num_queries(40):
        get(steward, f"/review/{question.pk}/")


def test_what_makes_no_sense_in_an_address_counts_as_absent(steward: Client) -> None:
    for odd in (
        "after=x~y",
        "after=1e999~3",
        "after=nan~5",
        "score=12",
        "sort=up",
        "kind=x",
        "source=" + "9" * 30,
        "show=decided&after=z~1",
    ):
        assert steward.get(f"/review/?{odd}").status_code == 200, odd
    assert steward.get("/review/999999999/").status_code == 404
