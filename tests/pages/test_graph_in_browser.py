"""The drawing of a profile in a real browser, under the portal's own content security policy; and what explains."""

from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from profiles.deciding.decisions import Named, decide
from profiles.models import Identifier
from tests.pages import crowd
from tests.pages.conftest import Portal


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def page(portal: Portal, context: BrowserContext, said: list[str]) -> Page:
    portal.log_in(context, "steward")
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return page


def number(value: str) -> int:
    return Identifier.objects.get(value=value).pk


def place(page: Page, selector: str) -> dict[str, Any]:
    """Where the drawing shows an element."""
    point = (
        "selector => { const cy = document.getElementById('graph').cy, box = cy.container().getBoundingClientRect(),"
        " one = cy.$(selector), at = one.isNode() ? one.renderedPosition() : one.renderedMidpoint();"
        " return { x: box.left + at.x, y: box.top + at.y }; }"
    )
    found: dict[str, Any] = page.evaluate(point, selector)
    return found


def test_it_draws_every_identifier_and_link_without_a_word_from_the_browser(
    portal: Portal, page: Page, said: list[str]
) -> None:
    ada = crowd.ada()
    crowd.ben_and_the_kiosk()
    page.goto(f"{portal.url}/profiles/{ada}/graph/")
    expect(page.get_by_role("heading", name="Drawing")).to_be_visible()
    drawn = page.evaluate(
        "(() => { const cy = document.getElementById('graph').cy;"
        " return { nodes: cy.nodes().length, edges: cy.edges().length, held: cy.edges('[sort = \"held\"]').length,"
        " dashed: cy.edges('[sort = \"held\"]').every(e => e.style('line-style') === 'dashed'),"
        " shapes: new Set(cy.nodes().map(n => n.style('shape'))).size,"
        " spots: new Set(cy.nodes().map(n => JSON.stringify(n.position()))).size }; })()"
    )
    rows = page.locator("tr[id]").count()
    assert drawn == {"nodes": 7, "edges": rows, "held": 2, "dashed": True, "shapes": 5, "spots": 7}
    assert said == []


def test_pointing_at_a_link_shows_its_first_and_last_event(portal: Portal, page: Page) -> None:
    ada = crowd.ada()
    page.goto(f"{portal.url}/profiles/{ada}/graph/")
    a, b = sorted((number("ada-phone-6f1c2d"), number(crowd.ADA)))
    at = place(page, f"#link-{a}-{b}")
    page.mouse.move(at["x"] + 1, at["y"])
    detail = page.locator("#graph-detail")
    expect(detail).to_contain_text("ada-phone-6f1c2d")
    expect(detail.get_by_role("link", name="Identified")).to_be_visible()
    expect(detail).to_contain_text("First")
    expect(detail).to_contain_text("Last")


def test_tapping_two_identifiers_selects_them_and_leads_to_why(portal: Portal, page: Page) -> None:
    ada = crowd.ada()
    page.goto(f"{portal.url}/profiles/{ada}/graph/")
    phone, user = number("ada-phone-6f1c2d"), number("user-1815")
    for one in (phone, user):
        at = place(page, f"#{one}")
        page.mouse.click(at["x"], at["y"])
        expect(page.locator(f"#pick-{one}")).to_be_checked()
    expect(page.locator("[data-selected]")).to_have_text("2 of 5 selected")
    page.get_by_role("button", name="Why together").click()
    expect(page.get_by_role("heading", name="Why are they together?")).to_be_visible()
    expect(page.locator(".steps-list > li")).to_have_count(2)


def test_what_is_selected_can_be_split_off(portal: Portal, page: Page) -> None:
    ada = crowd.ada()
    page.goto(f"{portal.url}/profiles/{ada}/graph/")
    phone = number("ada-phone-6f1c2d")
    at = place(page, f"#{phone}")
    page.mouse.click(at["x"], at["y"])
    page.get_by_role("button", name="Split these off").click()
    expect(page).to_have_url(f"{portal.url}/profiles/{ada}/unmerge/?identifier={phone}")
    expect(page.locator(f'input[name="identifier"][value="{phone}"]')).to_be_checked()


def test_by_keyboard_the_tables_do_all_that_the_drawing_does(portal: Portal, page: Page) -> None:
    ada = crowd.ada()
    page.goto(f"{portal.url}/profiles/{ada}/graph/?identifier={number(crowd.ADA)}")
    expect(page.locator(f"#pick-{number(crowd.ADA)}")).to_be_checked()
    page.locator(f"#pick-{number('user-1815')}").focus()
    page.keyboard.press("Space")
    picked = page.evaluate("document.getElementById('graph').cy.nodes('.picked').length")
    assert picked == 2
    a, b = sorted((number("user-1815"), number(crowd.ADA)))
    page.locator(f"#link-{a}-{b} a").first.focus()
    assert page.evaluate("document.getElementById('graph').cy.edges('.shown').length") == 1


def test_a_decision_is_drawn_and_another_profile_is_a_way_to_it(portal: Portal, page: Page) -> None:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    crowd.passers_by(1)
    decide(action="assert", a={Named("user_id", "user-1815")}, b={Named("anonymous_id", "visitor-0000")}, author="Ana")
    page.goto(f"{portal.url}/profiles/{ada}/graph/")
    expect(page.locator("tr[id^=said-]")).to_contain_text("by Ana")
    at = place(page, 'node[kind = "profile"]')
    page.mouse.click(at["x"], at["y"])
    expect(page).to_have_url(f"{portal.url}/profiles/{ben}/")


def test_without_script_the_tables_are_there_and_two_boxes_lead_to_why(portal: Portal, browser: Browser) -> None:
    ada = crowd.ada()
    context = browser.new_context(java_script_enabled=False)
    portal.log_in(context, "viewer")
    page = context.new_page()
    page.goto(f"{portal.url}/profiles/{ada}/graph/")
    expect(page.get_by_role("heading", name="Drawing")).to_be_hidden()
    page.locator(f"#pick-{number('user-1815')}").check()
    page.locator(f"#pick-{number('ada-phone-6f1c2d')}").check()
    page.get_by_role("button", name="Why together").click()
    expect(page.locator(".steps-list > li")).to_have_count(2)
    page.get_by_label("together with").select_option(str(number("ada-laptop-91b0aa")))
    page.get_by_role("button", name="Explain").click()
    expect(page.locator(".steps-list > li")).to_have_count(1)
    context.close()


def test_another_choice_is_explained_at_once_and_has_its_own_address(portal: Portal, page: Page) -> None:
    ada = crowd.ada()
    page.goto(f"{portal.url}/profiles/{ada}/why/")
    chosen = page.get_by_label("together with")
    chosen.focus()
    chosen.select_option(str(number(crowd.ADA)))
    expect(page.get_by_role("heading", name="One step")).to_be_visible()
    expect(page).to_have_url(f"{portal.url}/profiles/{ada}/why/?a={number('user-1815')}&b={number(crowd.ADA)}")
    expect(chosen).to_be_focused()
