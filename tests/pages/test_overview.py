from django.test import Client

from profiles.review.questions import refresh_review
from tests.pages import crowd


def test_at_first_it_says_what_to_do_and_shows_no_zeros(admin: Client) -> None:
    page = admin.get("/").content.decode()
    assert "Create the first source" in page
    assert "Events a minute" not in page


def test_who_may_not_create_a_source_is_told_whom_to_ask(analyst: Client) -> None:
    page = analyst.get("/").content.decode()
    assert "Create the first source" not in page
    assert "Ask a marketer or an administrator" in page


def test_with_a_source_it_waits_for_the_first_event(admin: Client) -> None:
    source = crowd.shop()
    page = admin.get("/").content.decode()
    assert "Waiting for the first event" in page
    assert f'href="/sources/{source.pk}/"' in page


def test_with_data_it_shows_how_the_pipeline_is_doing(admin: Client) -> None:
    crowd.ada()
    page = admin.get("/")
    assert page.context["size"].profiles == 1
    assert page.context["merges"] == 1
    assert page.context["events_in_hour"] == 9
    assert page.context["delays"].events == 9
    assert "All is well" in page.content.decode()


def test_what_needs_attention_is_named_and_linked(admin: Client) -> None:
    crowd.ada()
    crowd.ben_and_the_kiosk()
    crowd.rejects()
    refresh_review()
    page = admin.get("/").content.decode()
    assert "2 rejected records" in page
    assert "1 question for people" in page
    assert 'href="/review/"' in page
    assert 'href="/rejected/"' in page


def test_who_may_not_follow_a_matter_sees_it_without_a_link(viewer: Client) -> None:
    crowd.rejects()
    crowd.ada()
    page = viewer.get("/").content.decode()
    assert "2 rejected records" in page
    assert 'href="/rejected/"' not in page


def test_a_part_of_it_answers_the_page_that_refreshes_itself(admin: Client) -> None:
    part = admin.get("/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="overview"')
