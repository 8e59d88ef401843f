"""Merging and unmerging in a real browser: seen by axe in both themes and on both sizes, live, and without script."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from profiles.deciding.second_eyes import set_second_eyes
from profiles.models import Decision, PendingDecision
from tests.pages import crowd
from tests.pages.conftest import Portal
from tests.pages.test_in_browser import SIZES, faults
from tests.profiles.exactly import differing, everything


def pick(page: Page, portal: Portal, ada: str) -> None:
    page.goto(f"{portal.url}/profiles/{ada}/unmerge/")
    page.get_by_role("checkbox", name="ada-phone-6f1c2d").check()
    expect(page.get_by_role("heading", name="What would join them again")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_of_deciding_is_usable_by_everyone(portal: Portal, browser: Browser, theme: str, size: str) -> None:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    context = browser.new_context(viewport=SIZES[size], color_scheme=theme)  # type: ignore[arg-type]
    portal.log_in(context, "administrator")
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    found: dict[str, list[str]] = {}

    def look(name: str, address: str = "") -> None:
        if address:
            page.goto(portal.url + address)
        found[name] = faults(page)

    look("no decisions", "/decisions/")
    look("to pick", f"/profiles/{ada}/unmerge/")
    pick(page, portal, ada)
    look("picked")
    page.get_by_label("Reason").fill("her sister's phone")
    page.get_by_role("button", name="Unmerge", exact=True).click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    look("toast and decisions of a profile")
    look("to merge", f"/profiles/{ada}/merge/")
    look("found", f"/profiles/{ada}/merge/?q=Ben")
    look("nobody found", f"/profiles/{ada}/merge/?q=nobody")
    look("merging", f"/profiles/{ada}/merge/?with={ben}")
    look("decisions", "/decisions/")
    look("none matches", "/decisions/?author=nobody")
    look("decision", f"/decisions/{Decision.objects.latest('pk').pk}/")
    look("second eyes", "/decisions/second-eyes/")
    set_second_eyes(profiles=1, events=None, author="Root")
    look("setting made", "/decisions/second-eyes/")
    page.goto(f"{portal.url}/profiles/{ada}/merge/?with={ben}")
    page.get_by_label("Reason").fill("twins")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("somebody else must approve it")).to_be_visible()
    look("own that waits")
    PendingDecision.objects.update(author="Ana")
    look("that waits", f"/decisions/waiting/{PendingDecision.objects.get().pk}/")
    look("list with one that waits", "/decisions/")
    context.close()
    assert {name: list_ for name, list_ in found.items() if list_} == {}
    assert said == []


def test_both_sides_follow_what_is_picked_and_the_focus_stays(portal: Portal, context: BrowserContext) -> None:
    ada = crowd.ada()
    portal.log_in(context, "steward")
    page = context.new_page()
    pick(page, portal, ada)
    box = page.get_by_role("checkbox", name="ada-phone-6f1c2d")
    expect(box).to_be_focused()
    expect(page.get_by_text("1 of 5 picked")).to_be_visible()
    page.get_by_label("Reason").fill("half written")
    page.get_by_role("checkbox", name="ada-laptop-91b0aa").check()
    expect(page.get_by_text("2 of 5 picked")).to_be_visible()
    expect(page.get_by_label("Reason")).to_have_value("half written")
    page.get_by_role("button", name="Swap sides").click()
    expect(page.get_by_text("3 of 5 picked")).to_be_visible()
    page.get_by_role("button", name="None").click()
    expect(page.get_by_text("Pick identifiers, and both sides stand here")).to_be_visible()
    page.get_by_label("Filter the identifiers").fill("phone")
    expect(box).to_be_visible()
    expect(page.get_by_role("checkbox", name="ada-laptop-91b0aa")).to_be_hidden()
    page.get_by_role("button", name="All anonymous id").click()
    expect(page.get_by_text("1 of 5 picked")).to_be_visible()


def test_without_script_one_unmerges_withdraws_and_merges(portal: Portal, browser: Browser) -> None:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    before = everything()
    context = browser.new_context(java_script_enabled=False)
    portal.log_in(context, "steward")
    page = context.new_page()
    page.goto(f"{portal.url}/profiles/{ada}/")
    page.get_by_role("link", name="Unmerge…").click()
    page.get_by_role("checkbox", name="ada-phone-6f1c2d").check()
    page.get_by_role("button", name="Show both sides").click()
    expect(page.get_by_role("heading", name="What would join them again")).to_be_visible()
    page.get_by_label("Reason").fill("her sister's phone")
    page.get_by_role("button", name="Unmerge", exact=True).click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Everything is as it was before")).to_be_visible()
    assert differing(before, everything()) == []
    page.get_by_role("link", name="Merge with…").click()
    page.get_by_role("searchbox", name="Find the other profile").fill("ben@example.com")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("link", name="Look at merging with").click()
    page.get_by_label("Reason").fill("twins")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("Merged.")).to_be_visible()
    page.get_by_role("link", name="Decisions").click()
    page.get_by_role("link", name=re.compile("^The same person")).click()
    page.get_by_label("Reason").fill("no, not even twins")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("Withdrawn. Profiles are what they are without")).to_be_visible()
    assert differing(before, everything()) == []
    assert crowd.profile_id(crowd.BEN) == ben
    context.close()
