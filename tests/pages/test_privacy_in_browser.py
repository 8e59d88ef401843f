"""Somebody is erased on the pages, watched, and certified; all of it usable by everyone."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ingest.privacy.retention import set_retention
from profiles.models import Erasure
from profiles.privacy import carrying_out
from tests.pages import crowd
from tests.pages.conftest import Portal
from tests.pages.test_in_browser import SIZES, faults

ADA = "ada@example.com"


def look(page: Page, name: str) -> None:
    """SHOTS=DIR keeps what it looked like."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_person_is_erased(portal: Portal, browser: Browser, theme: str, size: str) -> None:
    public = crowd.ada()
    crowd.ben_and_the_kiosk()
    said = {"consent": {"purposes": {"analytics": True, "email_marketing": False}}}
    crowd.bring(crowd.record(crowd.event(email=ADA, context=said), source=crowd.shop()))
    crowd.resolve()
    set_retention(source=crowd.shop(), days=90, author="Ana")
    context = browser.new_context(viewport=SIZES[size], color_scheme=theme)  # type: ignore[arg-type]
    portal.log_in(context, "administrator")
    page, found = context.new_page(), {}

    def seen(name: str) -> None:
        look(page, f"{name}-{theme}-{size}")
        found[name] = faults(page)

    page.goto(f"{portal.url}/profiles/{public}/")
    expect(page.get_by_role("heading", name="Consent")).to_be_visible()
    seen("consent")
    page.goto(f"{portal.url}/privacy/")
    seen("empty")
    page.get_by_label("Any identifier of the person").fill("nobody@example.com")
    page.get_by_role("button", name="Ask for erasure").click()
    expect(page.get_by_role("alert")).to_contain_text("nothing is held")
    page.get_by_label("Kind").select_option("email")
    page.get_by_label("Any identifier of the person").fill(ADA)
    page.get_by_role("button", name="Ask for erasure").click()
    seen("counting")
    asked = Erasure.objects.get()
    carrying_out.run(asked.pk)
    expect(page.get_by_label("Type ERASE")).to_be_visible()
    seen("counted")
    page.get_by_label("Type ERASE").fill("erase")
    page.get_by_role("button", name="Erase this person").click()
    expect(page.get_by_role("alert")).to_contain_text("Type ERASE")
    page.get_by_label("Type ERASE").fill("ERASE")
    page.get_by_role("button", name="Erase this person").click()
    expect(page.get_by_text("How far it is")).to_be_visible()
    seen("running")
    carrying_out.run(asked.pk)
    expect(page.get_by_role("link", name="Certificate (JSON)")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("What was deleted")).to_be_visible()
    seen("done")
    page.goto(f"{portal.url}/profiles/{public}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("This person was erased")
    seen("gone")
    page.goto(f"{portal.url}/privacy/")
    seen("requests")
    page.goto(f"{portal.url}/privacy/retention/")
    seen("retention")
    context.close()
    assert {name: list_ for name, list_ in found.items() if list_} == {}
