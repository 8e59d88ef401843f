"""Review, merging and unmerging with keys alone: every stop can be seen, and the focus is where one goes on."""

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from profiles.models import Decision, Identifier, ReviewQuestion
from profiles.review.answers import carry_out_answers
from profiles.review.queue import claim
from tests.pages import crowd, review_crowd
from tests.pages.conftest import Portal

STOPS = 80
FOCUS = """() => {
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement);
  return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
}"""


@pytest.fixture
def page(portal: Portal, context: BrowserContext) -> Page:
    portal.log_in(context, "steward")
    return context.new_page()


def go(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """With Tab, or back with Shift+Tab. Each stop on the way shows that it has the focus."""
    for _ in range(STOPS):
        page.keyboard.press(key)
        assert page.evaluate(FOCUS), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is not among the next {STOPS} stops")


def command(page: Page, words: str) -> None:
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-box")).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def test_filters_take_effect_with_enter_and_the_focus_stays_at_them(portal: Portal, page: Page) -> None:
    review_crowd.pairs(2)
    page.goto(f"{portal.url}/review/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the skip link
    show = page.get_by_label("Show", exact=True)
    go(page, show)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(f"{portal.url}/review/#content")  # only passing by
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("show=decided"))
    expect(show).to_be_focused()
    page.keyboard.press("Home")
    go(page, page.get_by_role("button", name="Show", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator(".review-line")).to_have_count(2)
    expect(page.get_by_role("button", name="Show", exact=True)).to_be_focused()
    command(page, "held links")
    expect(page).to_have_url(re.compile("kind=held"))


def test_several_are_ticked_previewed_answered_and_undone(portal: Portal, page: Page) -> None:
    first, second, third = review_crowd.pairs(3)
    page.goto(f"{portal.url}/review/?kind=held")
    for question in (first, third):
        go(page, page.get_by_label(f"Tick question {question.pk}", exact=True))
        page.keyboard.press("Space")
    no = page.get_by_role("button", name="Two people…")
    go(page, no, "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#bulk-title")).to_be_focused()
    expect(page.get_by_text("2 × Held links: the two are kept apart, whatever arrives.")).to_be_visible()
    go(page, page.get_by_label("Reason, kept with each decision"))
    page.keyboard.type("one tablet in a shop")
    go(page, page.get_by_role("button", name="Confirm: “no” to 2"))
    page.keyboard.press("Enter")
    expect(page.locator("#undo-toast")).to_contain_text("2 answered “no”")
    carry_out_answers()
    assert Decision.objects.filter(action="separate", withdrawn_at=None).count() == 2
    page.keyboard.press("u")
    expect(page.get_by_text("2 undone: they are open again.")).to_be_visible()
    assert set(ReviewQuestion.objects.filter(state="open")) == {first, second, third}


def test_a_question_that_somebody_else_is_at_is_taken_over(portal: Portal, page: Page) -> None:
    (question,) = review_crowd.pairs(1)
    claim(question.pk, person="administrator")
    page.goto(f"{portal.url}/review/{question.pk}/")
    expect(page.locator("#question-title")).to_be_focused()
    page.keyboard.press("a")  # nothing to press
    go(page, page.get_by_role("button", name="Take it over"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Same person")).to_be_visible()
    expect(page.locator("#question-title")).to_be_focused()
    question.refresh_from_db()
    assert (question.state, question.claimed_by) == ("open", "steward")


def test_what_the_drawings_table_selects_is_unmerged_and_the_decision_undone(portal: Portal, page: Page) -> None:
    ada = crowd.ada()
    phone = Identifier.objects.get(value="ada-phone-6f1c2d")
    page.goto(f"{portal.url}/profiles/{ada}/graph/")
    go(page, page.locator(f"#pick-{phone.pk}"))
    page.keyboard.press("Space")
    command(page, "split the selected")
    expect(page).to_have_url(f"{portal.url}/profiles/{ada}/unmerge/?identifier={phone.pk}")
    expect(page.get_by_role("heading", name="What would join them again")).to_be_visible()
    go(page, page.get_by_role("checkbox", name="ada-laptop-91b0aa"))
    page.keyboard.press("Space")
    expect(page.get_by_text("2 of 5 picked")).to_be_visible()
    expect(page.get_by_role("checkbox", name="ada-laptop-91b0aa")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_text("1 of 5 picked")).to_be_visible()
    go(page, page.get_by_label("Reason"))
    page.keyboard.type("her sister's phone")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    phone.refresh_from_db()
    assert phone.profile_id != Identifier.objects.get(value=crowd.ADA).profile_id
    go(page, page.get_by_role("button", name="Undo"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Everything is as it was before")).to_be_visible()


def test_another_profile_is_found_looked_at_and_merged(portal: Portal, page: Page) -> None:
    ada = crowd.ada()
    crowd.ben_and_the_kiosk()
    page.goto(f"{portal.url}/profiles/{ada}/merge/")
    box = page.get_by_role("searchbox", name="Find the other profile")
    page.evaluate("window.said = document.getElementById('found-said')")  # read aloud only if it stays the same element
    go(page, box)
    page.keyboard.type("ben@example.com")
    found = page.get_by_role("link", name="Look at merging with")
    expect(page.get_by_role("heading", name="1 other profile found")).to_be_visible()
    said = page.evaluate("window.said.isConnected && window.said.textContent.trim()")
    assert said == "1 other profile found for “ben@example.com”"
    expect(box).to_be_focused()
    go(page, found)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="2. Say why")).to_be_visible()
    go(page, page.get_by_label("Reason"))
    page.keyboard.type("twins")
    go(page, page.get_by_role("button", name="Merge", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Merged.")).to_be_visible()
    assert crowd.profile_id(crowd.ADA) == crowd.profile_id(crowd.BEN)
