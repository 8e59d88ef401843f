"""The page of probable matches: the model, its thresholds, runs with their progress, a draft to apply or discard."""

import re
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect
from pytest_django import DjangoAssertNumQueries

from profiles.matches import runs as match_runs
from profiles.matches.charts import weights_of
from profiles.matches.models import draft_model, model_in_force
from profiles.matches.work import work
from profiles.models import MatchCandidate, MatchRun
from tests.pages.conftest import Portal
from tests.pages.test_in_browser import SIZES, faults
from tests.profiles.people_to_match import crowd

pytestmark = pytest.mark.usefixtures("plainly")


@pytest.fixture
def matched(db: None) -> None:
    crowd(twice=range(5))
    match_runs.ask(MatchRun.Kind.FULL, asked_by="Ana")
    work()


def text(client: Client, address: str = "/matching/") -> str:
    return " ".join(client.get(address).content.decode().split())


def post(client: Client, address: str, **fields: str) -> Any:
    return client.post(f"/matching/{address}", fields)


def test_before_the_first_run_the_page_says_what_will_be(admin: Client) -> None:
    page = text(admin)
    assert "Nobody has been compared yet" in page
    assert "Compare everybody now" in page


def test_the_page_shows_the_model_its_weights_and_its_runs(analyst: Client, matched: None) -> None:
    page, model = text(analyst), model_in_force()
    assert model
    assert f"Model {model.pk}, in force" in page
    assert "5 pairs of profiles that may be one person" in page
    assert "from 65 profiles alone" in page
    for comparison in weights_of(model.parameters):
        for level in comparison.levels:
            assert level.words in page
    assert "All profiles" in page
    assert "Ana" in page
    assert re.search(r"<b>\d+\.\d %</b> of the 5 from \d+ % on", page)
    assert "Try them out" not in page
    assert "Compare everybody now" not in page


def test_who_sees_only_masked_data_sees_nothing_of_it(viewer: Client) -> None:
    assert viewer.get("/matching/").status_code == 403


def test_the_page_costs_the_same_however_many_candidates_there_are(
    analyst: Client, matched: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(16):
        analyst.get("/matching/")


def test_a_run_is_asked_for_shown_and_stopped(admin: Client, matched: None) -> None:
    assert post(admin, "runs/", what="full")["Location"] == "/matching/"
    run = MatchRun.objects.get(state="waiting")
    assert (run.kind, run.asked_by) == ("full", "administrator")
    assert "waiting for its turn" in text(admin)
    match_runs.begin(run)
    match_runs.Progress(run).step("reading", total=2000)
    part = admin.get("/matching/progress/", headers={"HX-Request": "true"}).content.decode()
    assert "reading profiles" in part
    assert "0 of 2,000" in part
    assert "<html" not in part
    post(admin, f"runs/{run.pk}/stop/")
    assert "stopping" in text(admin)
    assert [one.state for one in work()] == []
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert "ended already" in admin.post(f"/matching/runs/{run.pk}/stop/", follow=True).content.decode()


def test_once_nothing_is_at_work_the_page_comes_anew(admin: Client, matched: None) -> None:
    answer = admin.get("/matching/progress/", headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"
    assert admin.get("/matching/progress/")["Location"] == "/matching/"


@pytest.mark.parametrize(
    "fields", [{"review": "much"}, {"review": ""}, {"review": "101"}, {"review": "50", "automatic": "40"}]
)
def test_thresholds_that_make_no_sense_are_told_and_kept_to_be_put_right(
    admin: Client, matched: None, fields: dict[str, str]
) -> None:
    answer = post(admin, "thresholds/", **fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert f'value="{fields["review"]}"' in answer.content.decode()
    assert draft_model() is None


def test_thresholds_are_tried_seen_and_applied(admin: Client, matched: None) -> None:
    assert post(admin, "thresholds/", review="90", automatic="99,5")["Location"] == "/matching/draft/"
    draft, before = draft_model(), model_in_force()
    assert draft
    assert "It is being tried" in text(admin, "/matching/draft/")
    assert post(admin, "draft/", model=str(draft.pk), action="apply").status_code == 409
    work()
    page = text(admin, "/matching/draft/")
    assert "Joined without a person" in page
    assert "again0@example.com" in page
    assert model_in_force() == before
    assert post(admin, "draft/", model=str(draft.pk), action="apply")["Location"] == "/matching/"
    after = model_in_force()
    assert after
    assert (after, after.review_threshold, after.automatic_threshold) == (draft, 0.9, 0.995)
    assert after.applied_by == "administrator"
    work()
    assert not MatchCandidate.objects.exists()  # all five were sure enough to be joined


def test_a_draft_is_learned_tried_and_discarded(admin: Client, matched: None) -> None:
    before = model_in_force()
    post(admin, "runs/", what="train")
    work()
    draft = draft_model()
    assert draft
    assert "There is a draft of another model" in text(admin)
    assert "What it would do" in text(admin, "/matching/draft/")
    post(admin, "draft/", model=str(draft.pk), action="again")
    assert [run.state for run in work()] == ["done"]
    post(admin, "draft/", model=str(draft.pk), action="discard")
    assert (draft_model(), model_in_force()) == (None, before)
    assert "There is no draft" in text(admin, "/matching/draft/")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_are_usable_by_everyone(portal: Portal, browser: Browser, theme: str, size: str) -> None:
    context = browser.new_context(viewport=SIZES[size], color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    portal.log_in(context, "administrator")
    page.goto(f"{portal.url}/matching/")
    assert faults(page) == []
    crowd(twice=range(5))
    match_runs.ask(MatchRun.Kind.FULL)
    work()
    page.goto(f"{portal.url}/matching/")
    page.get_by_label("Join without a person from").fill("99")
    page.get_by_role("button", name="Try them out").click()
    expect(page.get_by_text("It is being tried")).to_be_visible()
    assert faults(page) == []
    work()
    expect(page.get_by_role("button", name="Apply")).to_be_visible()  # by itself
    assert faults(page) == []
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("is in force. The candidates follow")).to_be_visible()
    assert faults(page) == []
    context.close()
