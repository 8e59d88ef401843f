"""The id of a browser: kept where it can be kept, new after a reset, and linking nobody where it can't be kept."""

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.snippet.site import HURRY, Collect, Site, html

NO_STORAGE = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }})"
NO_COOKIE = "Object.defineProperty(Document.prototype, 'cookie', {get: () => '', set() {}})"


def cookie(visitor: BrowserContext) -> str:
    return next((one["value"] for one in visitor.cookies() if one["name"] == "idportal_id"), "")


@pytest.mark.parametrize("lost", ["cookie", "storage"])
def test_cookie_and_storage_heal_each_other(
    site: Site, collect: Collect, visitor: BrowserContext, tab: Page, lost: str
) -> None:
    tab.goto(site.url)
    known = collect.until_event("page")["anonymousId"]
    if lost == "cookie":
        visitor.clear_cookies()
    else:
        tab.evaluate("localStorage.clear()")
    tab.goto(site.url + "/next")
    collect.until(lambda: len(collect.events) == 2, "the next page view")
    assert collect.events[1]["anonymousId"] == known
    assert cookie(visitor) == tab.evaluate("JSON.parse(localStorage['idportal.id']).id") == known


@pytest.mark.parametrize(("suffix", "domain"), [("shop.example", ".shop.example"), ("shop.co.uk", ".shop.co.uk")])
def test_subdomains_share_the_id_on_the_widest_domain(
    site: Site, collect: Collect, visitor: BrowserContext, tab: Page, suffix: str, domain: str
) -> None:
    tab.goto(f"http://www.{suffix}:{site.port}/")
    known = collect.until_event("page")["anonymousId"]
    tab.goto(f"http://pay.{suffix}:{site.port}/")
    collect.until(lambda: len(collect.events) == 2, "the view on the other subdomain")
    assert collect.events[1]["anonymousId"] == known
    assert [(one["name"], one["domain"]) for one in visitor.cookies()] == [("idportal_id", domain)]


def test_a_reset_on_another_subdomain_ends_the_log_in_here(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(f"http://www.shop.example:{site.port}/")
    tab.evaluate("idportal.identify('ada')")
    collect.until_event("identify")
    tab.goto(f"http://pay.shop.example:{site.port}/")
    tab.evaluate("idportal.reset()")
    tab.goto(f"http://www.shop.example:{site.port}/later")
    tab.evaluate("idportal.track('Later')")
    later = collect.until_event("Later")
    assert "userId" not in later
    assert later["anonymousId"] != collect.events[0]["anonymousId"]


def test_a_reset_starts_a_new_browser_and_keeps_what_was_done_before(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.url)
    tab.evaluate("idportal.identify('ada'); idportal.track('Before'); idportal.reset(); idportal.track('After')")
    before, after = collect.until_event("Before"), collect.until_event("After")
    assert before["userId"] == "ada"
    assert "userId" not in after
    assert before["anonymousId"] != after["anonymousId"]


def test_another_tab_knows_of_the_reset_at_once(site: Site, collect: Collect, visitor: BrowserContext) -> None:
    one, other = visitor.new_page(), visitor.new_page()
    one.goto(site.url)
    other.goto(site.url)
    one.evaluate("idportal.identify('ada')")
    other.evaluate(f"idportal.track('Known'); {HURRY}")
    assert collect.until_event("Known")["userId"] == "ada"
    one.evaluate("idportal.reset()")
    other.evaluate(f"idportal.track('Unknown'); {HURRY}")
    assert "userId" not in collect.until_event("Unknown")


def test_the_next_person_who_logs_in_without_a_reset_is_not_joined_to_the_last(
    site: Site, collect: Collect, tab: Page, console: list[str]
) -> None:
    tab.goto(site.url)
    tab.evaluate("idportal.identify('ada'); idportal.identify('ada'); idportal.identify('ben')")
    collect.until(lambda: collect.names.count("identify") == 3, "three log-ins")
    ada, again, ben = (event for event in collect.events if event["type"] == "identify")
    assert ada["anonymousId"] == again["anonymousId"] != ben["anonymousId"]
    assert any("taken as another person" in said for said in console)


def test_an_id_that_cannot_be_kept_links_nothing(
    site: Site, collect: Collect, visitor: BrowserContext, tab: Page, console: list[str]
) -> None:
    visitor.add_init_script(NO_STORAGE + ";" + NO_COOKIE)
    tab.goto(site.url)
    tab.evaluate("idportal.track('Anonymous'); idportal.identify('ada'); idportal.track('Known')")
    known = collect.until_event("Known")
    assert collect.names == ["identify", "Known"]
    assert [event["context"]["ephemeral"] for event in collect.events] == [True, True]
    assert known["userId"] == "ada"
    assert not any("anonymousId" in event or "previousId" in event for event in collect.events)
    assert any("anonymous events are not sent" in said for said in console)


@pytest.mark.parametrize("blocked", [NO_STORAGE, NO_COOKIE])
def test_one_place_to_keep_the_id_is_enough(
    site: Site, collect: Collect, visitor: BrowserContext, tab: Page, blocked: str
) -> None:
    visitor.add_init_script(blocked)
    for path in ("/a", "/b"):
        tab.goto(site.url + path)
        collect.until(lambda path=path: any(path in post.body for post in collect.posts), path)  # type: ignore[misc]
    assert len({event["anonymousId"] for event in collect.events}) == 1
    assert "ephemeral" not in collect.events[0]["context"]


def test_a_site_that_clears_its_storage_at_log_out_loses_no_events(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.url)
    tab.evaluate("idportal.identify('ada'); idportal.track('Out'); localStorage.clear(); location.href = '/bye'")
    collect.until_event("Out")
    collect.until(lambda: collect.names.count("page") == 2, "the next page view")
    assert len({event["anonymousId"] for event in collect.events}) == 1


def test_a_full_storage_loses_nothing(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.put("/full", html()))
    tab.evaluate(
        "for (let size = 1 << 22; size; size >>= 1) try { localStorage['x' + size] = 'x'.repeat(size) } catch {}"
    )
    tab.goto(site.url)
    tab.evaluate("idportal.track('Squeezed'); location.href = '/next'")
    collect.until(lambda: len(collect.events) == 3, "three events")
    assert sorted(collect.names) == ["Squeezed", "page", "page"]
    assert len({event["anonymousId"] for event in collect.events}) == 1
