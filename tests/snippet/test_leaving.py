"""The exit path: what is said in a page's last moment arrives, and lands once."""

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.snippet.site import HURRY, NOTHING_WAITS, Answer, Collect, Post, Site, html

BEACONS = 60_000
# Browsers that don't tell a page beforehand that it will be left.
NO_WARNING = "Object.defineProperty(window, 'navigation', {value: undefined})"


def by_beacon(post: Post) -> bool:
    return post.headers["Sec-Fetch-Mode"] == "no-cors"


@pytest.mark.parametrize("script", ["", NO_WARNING], ids=["warned", "unwarned"])
def test_what_is_said_while_leaving_lands_once(
    site: Site, collect: Collect, visitor: BrowserContext, tab: Page, script: str
) -> None:
    visitor.add_init_script(script)
    tab.goto(f"{site.url}/page0")
    for number in range(8):
        tab.evaluate(f"idportal.track('Left {number}'); location.href = '/page{number + 1}'")
        collect.until_event(f"Left {number}")
        tab.wait_for_url(f"**/page{number + 1}")
    tab.evaluate(f"idportal.track('End'); {HURRY}")
    collect.until_event("End")
    left = [name for name in collect.landed_names if name.startswith("Left")]
    assert sorted(left) == [f"Left {number}" for number in range(8)]
    assert collect.landed_names.count("page") == 9
    tab.wait_for_function(NOTHING_WAITS)


def test_what_was_under_way_when_the_page_went_goes_again_with_the_next_page_view(
    site: Site, collect: Collect, tab: Page
) -> None:
    collect.gate.clear()
    tab.goto(site.url)
    collect.until(lambda: collect.posts, "the page view, not answered yet")
    tab.goto(site.url + "/next")
    collect.gate.set()
    collect.until(lambda: len(collect.posts) == 2, "the next page's")
    unseen, again = collect.posts
    assert {event["messageId"] for event in unseen.events} < {event["messageId"] for event in again.events}
    assert len(again.events) == 2
    tab.wait_for_function(NOTHING_WAITS)


def test_it_arrives_when_the_next_page_is_somebody_elses(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.url)
    tab.evaluate("idportal.track('Gone'); location.href = 'about:blank'")
    collect.until_event("Gone")


@pytest.mark.parametrize("last", ["pagehide", "visibilitychange"])
def test_what_a_page_says_in_its_own_farewell_arrives(site: Site, collect: Collect, tab: Page, last: str) -> None:
    farewell = f"<script>addEventListener('{last}', () => idportal.track('Farewell'), true)</script>"
    tab.goto(site.put("/polite", html(head=site.tag(), body=farewell)))
    collect.until_event("page")
    tab.evaluate("location.href = 'about:blank'")
    collect.until_event("Farewell")


def test_it_arrives_when_the_tab_is_closed(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.url)
    tab.evaluate("idportal.track('Closed')")
    tab.close()
    collect.until_event("Closed")


def test_a_click_goes_on_at_once(site: Site, collect: Collect, tab: Page) -> None:
    link = '<a href="/next" onclick="idportal.track(\'Clicked\'); window.name = event.defaultPrevented">Next</a>'
    tab.goto(site.put("/link", html(head=site.tag(), body=link)))
    tab.click("a")
    tab.wait_for_url("**/next")
    assert tab.evaluate("window.name") == "false"
    collect.until_event("Clicked")


def test_a_hidden_page_sends_at_once_and_reads_the_answer(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.url)
    collect.until_event("page")
    tab.evaluate(
        """idportal.track('Hidden');
        Object.defineProperty(document, 'hidden', {get: () => true});
        document.dispatchEvent(new Event('visibilitychange'))"""
    )
    collect.until_event("Hidden")
    assert collect.posts[1].at - collect.posts[0].at < 1
    tab.wait_for_function(NOTHING_WAITS)


def test_without_sendbeacon_a_keepalive_request_does_it(
    site: Site, collect: Collect, visitor: BrowserContext, tab: Page
) -> None:
    visitor.add_init_script("navigator.sendBeacon = () => false;" + NO_WARNING)
    tab.goto(site.url)
    tab.evaluate("idportal.track('Gone'); location.href = 'about:blank'")
    collect.until_event("Gone")
    assert not any(map(by_beacon, collect.posts))


def test_at_most_60_kb_leave_with_a_page_and_the_next_one_sends_the_rest(
    site: Site, collect: Collect, visitor: BrowserContext, tab: Page
) -> None:
    visitor.add_init_script(NO_WARNING)
    tab.goto(site.url)
    collect.until_event("page")
    tab.wait_for_function(NOTHING_WAITS)
    # Without timers nothing but the way out can send, however long the page takes to go.
    tab.evaluate(
        """window.setTimeout = () => 0;
        for (let n = 0; n < 120; n++) idportal.track('Nr ' + n, {text: 'ä'.repeat(500)});
        location.href = '/next'"""
    )
    collect.until(lambda: len(collect.landed) == 122, "all of them")
    leaving = [len(post.body.encode()) for post in collect.posts if by_beacon(post)]
    assert 40_000 < sum(leaving) <= BEACONS
    tab.wait_for_function(NOTHING_WAITS)


def test_while_the_collect_api_is_down_nothing_is_risked_on_the_way_out(
    site: Site, collect: Collect, tab: Page
) -> None:
    collect.answer = Answer(status=503)
    tab.goto(site.url + "/down")
    collect.until(lambda: collect.refused, "a first try")
    tab.evaluate("idportal.track('Kept')")
    tab.goto("about:blank")
    collect.answer = Answer()
    tab.goto(site.url + "/up")
    collect.until_event("Kept")
    collect.until(lambda: len(collect.events) == 3, "both page views")
    assert not any(map(by_beacon, collect.posts))
    assert len({event["messageId"] for event in collect.events}) == 3


def test_what_left_with_a_page_goes_again_when_the_next_page_finds_the_collect_api_down(
    site: Site, collect: Collect, visitor: BrowserContext, tab: Page
) -> None:
    visitor.add_init_script(NO_WARNING)
    collect.answer = Answer(status=503)
    tab.goto(site.url)
    tab.evaluate("idportal.track('Unlucky'); location.href = '/next'")
    collect.until(lambda: len(collect.refused) == 2, "the beacon and a try of the next page")
    assert by_beacon(collect.posts[0])
    collect.answer = Answer()
    collect.until_event("Unlucky")
    collect.until(lambda: len(collect.events) == 3, "both page views")
    assert len({event["messageId"] for event in collect.events}) == 3


@pytest.mark.parametrize("status", [429, 503, 0])
def test_what_was_refused_behind_a_pages_back_goes_again_though_the_collect_api_answers_the_next(
    site: Site, collect: Collect, visitor: BrowserContext, tab: Page, status: int
) -> None:
    visitor.add_init_script(NO_WARNING)
    tab.goto(site.url)
    collect.until_event("page")
    tab.wait_for_function(NOTHING_WAITS)
    collect.answer = lambda body: Answer(status=status if len(collect.posts) == 1 else 200)
    tab.evaluate("window.setTimeout = () => 0; idportal.track('Unlucky'); location.href = '/next'")
    collect.until_event("Unlucky")
    collect.until(lambda: len(collect.landed) == 3, "both page views")
    assert by_beacon(collect.posts[1])
    assert [post.status for post in collect.refused] == [status]
    tab.wait_for_function(NOTHING_WAITS)
