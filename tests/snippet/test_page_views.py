"""A page view for each page that somebody sees: not more in single-page apps, not fewer after the back button."""

from playwright.sync_api import BrowserContext, Page

from tests.snippet.site import HURRY, Answer, Collect, Site, html


def views(collect: Collect) -> list[str]:
    return [event["context"]["page"]["url"] for event in collect.landed if event["type"] == "page"]


def test_page_views_can_be_switched_off(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.put("/off", html(head=site.tag(page_views="off"))))
    tab.evaluate("history.pushState({}, '', '/other'); idportal.track('Seen')")
    collect.until_event("Seen")
    assert collect.names == ["Seen"]


def test_a_single_page_app_has_a_view_for_each_new_address(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.url + "/start")
    collect.until_event("page")
    tab.evaluate("history.pushState({}, '', '/shoes'); document.title = 'Shoes'")
    tab.evaluate(f"setTimeout(() => {HURRY}, 20)")
    collect.until(lambda: len(views(collect)) == 2, "the view of the shoes")
    assert collect.events[-1]["context"]["page"] == {"url": site.url + "/shoes", "path": "/shoes", "title": "Shoes"}
    assert collect.events[-1]["context"]["referrer"] == site.url + "/start"

    tab.evaluate("history.back()")
    tab.evaluate(f"setTimeout(() => {HURRY}, 20)")
    collect.until(lambda: len(views(collect)) == 3, "the view after going back")
    assert views(collect) == [site.url + "/start", site.url + "/shoes", site.url + "/start"]


def test_replaced_and_equal_addresses_and_fragments_are_no_new_view(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.url + "/start")
    tab.evaluate("history.replaceState({}, '', '/replaced')")
    tab.evaluate("history.pushState({}, '', '/start')")
    tab.evaluate("location.hash = 'reviews'")
    tab.evaluate("history.pushState({}, '', '/start#top')")
    tab.evaluate("idportal.track('Read')")
    collect.until_event("Read")
    assert views(collect) == [site.url + "/start"]


def test_a_router_that_uses_the_fragment_has_views(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.url + "/app#/home")
    collect.until_event("page")
    tab.evaluate("location.hash = '/cart'")
    tab.evaluate(f"setTimeout(() => {HURRY}, 20)")
    collect.until(lambda: len(views(collect)) == 2, "the view of the cart")
    assert views(collect) == [site.url + "/app#/home", site.url + "/app#/cart"]


def test_an_app_that_redirects_at_once_is_seen_where_it_ends(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.url + "/start")
    collect.until_event("page")
    assert tab.evaluate("history.pushState({}, '', '/old'), history.pushState({n: 1}, '', '/new')") is None
    collect.until(lambda: len(views(collect)) == 2, "the view of the new address")
    assert views(collect)[1] == site.url + "/new"
    assert tab.evaluate("[history.length, history.state.n]") == [4, 1]


def test_a_page_kept_by_the_back_button_is_seen_again(site: Site, collect: Collect, tab: Page) -> None:
    kept = "<script>addEventListener('pageshow', (event) => event.persisted && idportal.track('Kept'))</script>"
    tab.goto(site.put("/first", html(head=kept + site.tag())))
    collect.until_event("page")
    tab.goto(site.url + "/second")
    collect.until(lambda: len(views(collect)) == 2, "the second page")
    tab.evaluate("setTimeout(() => history.back())")
    collect.until(lambda: len(collect.landed) == 4, "the view after going back")
    assert sorted(collect.landed_names) == ["Kept", "page", "page", "page"]
    assert views(collect) == [site.url + "/first", site.url + "/second", site.url + "/first"]


def test_a_page_that_comes_back_does_not_send_what_the_next_one_sent_for_it(
    site: Site, collect: Collect, tab: Page
) -> None:
    kept = "<script>addEventListener('pageshow', (event) => event.persisted && idportal.track('Kept'))</script>"
    collect.answer = Answer(status=503)
    tab.goto(site.put("/first", html(head=kept + site.tag())))
    collect.until(lambda: collect.refused, "a first try")
    tab.evaluate("idportal.track('Inherited')")
    collect.answer = Answer()
    tab.goto(site.url + "/second")
    collect.until(lambda: len(collect.events) == 3, "what both pages have")
    tab.evaluate("setTimeout(() => history.back())")
    collect.until_event("Kept")
    assert sorted(collect.names) == ["Inherited", "Kept", "page", "page", "page"]


def test_a_prerendered_page_is_seen_when_it_is_shown(site: Site, collect: Collect, visitor: BrowserContext) -> None:
    visitor.add_init_script(
        "Object.defineProperty(document, 'prerendering', {get: () => !window.shown, configurable: true})"
    )
    tab = visitor.new_page()
    tab.goto(site.url)
    tab.evaluate("idportal.track('Before')")
    tab.wait_for_function("performance.now() > 800")
    assert (collect.posts, tab.evaluate("localStorage.length")) == ([], 0)
    tab.evaluate("window.shown = true; document.dispatchEvent(new Event('prerenderingchange'))")
    collect.until_event("page")
    assert sorted(collect.names) == ["Before", "page"]
