"""Nothing is stored or sent without consent, and the visitor can change their mind in any tab."""

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.snippet.site import Collect, Site, html

NOTHING: dict[str, object] = {"cookies": [], "keys": []}


def traces(visitor: BrowserContext, tab: Page) -> dict[str, object]:
    return {"cookies": visitor.cookies(), "keys": tab.evaluate("Object.keys(localStorage)")}


@pytest.fixture
def asking(site: Site) -> str:
    """The address of a page that asks for consent first."""
    return site.put("/asking", html(head=site.tag(consent="required")))


@pytest.fixture
def signals(visitor: BrowserContext) -> BrowserContext:
    visitor.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {get: () => true})")
    visitor.add_init_script("Object.defineProperty(navigator, 'doNotTrack', {get: () => '1'})")
    return visitor


def test_before_a_yes_nothing_is_stored_or_sent_and_the_console_says_so(
    asking: str, collect: Collect, visitor: BrowserContext, tab: Page, console: list[str]
) -> None:
    tab.goto(asking)
    tab.evaluate("idportal.identify('ada')")
    tab.wait_for_function("performance.now() > 800")
    assert traces(visitor, tab) == NOTHING
    assert collect.posts == []
    assert "idportal: nothing is stored or sent: no consent yet." in console


def test_a_yes_sends_what_was_held_with_its_own_time(asking: str, collect: Collect, tab: Page) -> None:
    tab.goto(asking)
    tab.evaluate("idportal.identify('ada'); window.yes = new Date().toISOString()")
    tab.evaluate("idportal.consent(true, {purposes: ['analytics']})")
    said = collect.until_event("identify")
    assert sorted(collect.names) == ["identify", "page"]
    assert said["timestamp"] <= tab.evaluate("yes")
    assert said["context"]["consent"] == {"granted": True, "explicit": True, "purposes": ["analytics"]}


def test_a_yes_is_remembered(asking: str, collect: Collect, tab: Page) -> None:
    tab.goto(asking)
    tab.evaluate("idportal.consent('granted')")
    collect.until_event("page")
    tab.goto(asking)
    collect.until(lambda: collect.landed_names.count("page") == 2, "the second page view")


def test_a_no_removes_everything_but_itself(site: Site, collect: Collect, visitor: BrowserContext, tab: Page) -> None:
    tab.goto(site.url)
    tab.evaluate("idportal.identify('ada')")
    collect.until_event("identify")
    tab.evaluate("idportal.track('Never'); idportal.consent(false); idportal.track('Nor this')")
    assert traces(visitor, tab) == {"cookies": [], "keys": ["idportal.consent"]}

    tab.goto(site.url + "/next")
    tab.evaluate("idportal.track('Nor that')")
    tab.wait_for_function("performance.now() > 800")
    assert traces(visitor, tab) == {"cookies": [], "keys": ["idportal.consent"]}

    tab.evaluate("idportal.consent(true); idportal.track('Nor that either'); idportal.consent(false)")
    tab.evaluate("idportal.consent(true); idportal.track('Again')")
    again = collect.until_event("Again")
    assert collect.names == ["page", "identify", "Again"]
    assert "userId" not in again
    assert again["anonymousId"] != collect.events[0]["anonymousId"]


def test_what_one_tab_decides_holds_in_the_other(asking: str, collect: Collect, visitor: BrowserContext) -> None:
    one, other = visitor.new_page(), visitor.new_page()
    for tab, name in ((one, "One"), (other, "Other")):
        tab.goto(asking)
        tab.evaluate(f"idportal.track('{name}')")
    one.evaluate("idportal.consent(true)")
    collect.until(lambda: {"One", "Other"} <= set(collect.names), "the calls of both tabs")

    other.evaluate("idportal.consent(false)")
    one.evaluate("idportal.track('Late')")
    one.wait_for_function("localStorage.length === 1")
    one.goto(asking)
    one.evaluate("idportal.consent(true); idportal.track('Yes again')")
    collect.until_event("Yes again")
    assert "Late" not in collect.names


def test_what_was_stored_before_the_no_of_another_tab_was_seen_is_removed(
    site: Site, collect: Collect, visitor: BrowserContext
) -> None:
    one, other = visitor.new_page(), visitor.new_page()
    for tab in (one, other):
        tab.goto(site.url)
    collect.until(lambda: len(collect.events) == 2, "both page views")
    other.evaluate("idportal.consent(false)")
    # Storage reaches the tabs of a browser one after the other: this one still sees no decision, and then the no.
    one.evaluate(
        """const real = Storage.prototype.getItem;
        Storage.prototype.getItem = function (key) { return key === 'idportal.consent' ? null : real.call(this, key); };
        idportal.track('Late');
        Storage.prototype.getItem = real;
        window.dispatchEvent(new StorageEvent('storage'))"""
    )
    assert traces(visitor, one) == {"cookies": [], "keys": ["idportal.consent"]}

    one.goto(site.url)
    one.evaluate("idportal.consent(true); idportal.track('Yes again')")
    collect.until_event("Yes again")
    assert "Late" not in collect.names


@pytest.mark.parametrize(("ignored", "reason"), [("dnt", "Global Privacy Control"), ("gpc", "Do Not Track")])
def test_the_browsers_own_signals_are_honoured(
    site: Site, collect: Collect, signals: BrowserContext, tab: Page, console: list[str], ignored: str, reason: str
) -> None:
    tab.goto(site.put("/signals", html(head=site.tag(**{ignored: "ignore"}))))
    tab.wait_for_function("performance.now() > 800")
    assert traces(signals, tab) == NOTHING
    assert collect.posts == []
    assert f"idportal: nothing is stored or sent: {reason} is on." in console


def test_a_visitors_own_yes_outranks_the_browsers_signals(
    site: Site, collect: Collect, signals: BrowserContext, tab: Page
) -> None:
    tab.goto(site.url)
    tab.evaluate("idportal.consent(true)")
    collect.until_event("page")


def test_a_site_may_ignore_the_browsers_signals(
    site: Site, collect: Collect, signals: BrowserContext, tab: Page
) -> None:
    tab.goto(site.put("/deaf", html(head=site.tag(dnt="ignore", gpc="ignore"))))
    collect.until_event("page")
