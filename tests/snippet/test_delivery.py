"""Events outlive refusals, lost networks, closed and crashed tabs, and arrive once."""

import random
from contextlib import suppress

import pytest
from playwright.sync_api import BrowserContext, Error, Page

from tests.snippet.site import HURRY, NOTHING_WAITS, Answer, Collect, Site, html


def once(collect: Collect, count: int) -> None:
    collect.until(lambda: len(collect.events) >= count, f"{count} events")
    assert len({event["messageId"] for event in collect.events}) == len(collect.events) == count


def stored(tab: Page) -> int:
    count: int = tab.evaluate("Object.keys(localStorage).filter(key => key.startsWith('idportal.q.')).length")
    return count


def test_events_wait_for_the_network_to_come_back(
    site: Site, collect: Collect, visitor: BrowserContext, tab: Page, console: list[str]
) -> None:
    tab.goto(site.url)
    collect.until_event("page")
    visitor.set_offline(True)
    with tab.expect_console_message(lambda message: "can't be reached" in message.text):
        tab.evaluate("idportal.track('One'); idportal.track('Two')")
    visitor.set_offline(False)
    once(collect, 3)
    assert collect.names == ["page", "One", "Two"]


def test_events_made_offline_are_sent_on_the_next_visit(
    site: Site, collect: Collect, visitor: BrowserContext, tab: Page
) -> None:
    tab.goto(site.url)
    collect.until_event("page")
    visitor.set_offline(True)
    tab.evaluate("idportal.track('Offline')")
    tab.close()
    visitor.set_offline(False)
    visitor.new_page().goto(site.url)
    collect.until_event("Offline")
    once(collect, 3)


@pytest.mark.parametrize("status", [0, 429, 503])
def test_events_are_sent_again_after_a_refusal_that_may_pass(
    site: Site, collect: Collect, tab: Page, status: int
) -> None:
    collect.answer = lambda _: Answer(status=200 if collect.posts else status)
    tab.goto(site.url)
    tab.evaluate("idportal.track('Kept')")
    once(collect, 2)
    assert collect.posts[1].at - collect.posts[0].at > 0.45
    tab.wait_for_function(NOTHING_WAITS)


def test_pauses_grow_while_the_collect_api_stays_down(site: Site, collect: Collect, tab: Page) -> None:
    collect.answer = Answer(status=503)
    tab.goto(site.url)
    collect.until(lambda: len(collect.refused) == 3, "three tries")
    first, second, third = (post.at for post in collect.posts)
    assert 0.45 < second - first < 1.5
    assert 0.95 < third - second < 3


def test_retry_after_is_kept_also_by_the_next_page(site: Site, collect: Collect, tab: Page) -> None:
    collect.answer = Answer(status=503, headers={"retry-after": "2"})
    tab.goto(site.url)
    collect.until(lambda: collect.refused, "a first try")
    tab.wait_for_function("localStorage['idportal.wait']")
    collect.answer = Answer()
    tab.goto(site.url + "/next")
    once(collect, 2)
    assert collect.posts[1].at - collect.posts[0].at >= 1.95


def test_a_refusal_that_is_final_is_explained_and_not_repeated(
    site: Site, collect: Collect, tab: Page, console: list[str]
) -> None:
    tab.goto(site.put("/quiet", html(head=site.tag(page_views="off"))))
    for status in (400, 401, 403, 410, 422):
        collect.answer = Answer(status=status, body={"reason": f"reason_{status}"})
        with tab.expect_console_message(lambda message, status=status: f"{status} reason_{status}" in message.text):  # type: ignore[misc]
            tab.evaluate(f"idportal.track('Refused {status}'); {HURRY}")
    collect.answer = Answer()
    tab.evaluate(f"idportal.track('Taken'); {HURRY}")
    once(collect, 1)
    assert len(collect.refused) == 5
    tab.wait_for_function(NOTHING_WAITS)


def test_a_batch_that_is_too_large_is_halved_and_only_what_is_too_large_alone_is_given_up(
    site: Site, collect: Collect, tab: Page, console: list[str]
) -> None:
    def picky(body: str) -> Answer:
        return Answer(status=413 if body.count('"messageId"') > 3 or "huge" in body else 200)

    collect.answer = picky
    tab.goto(site.url)
    tab.evaluate("for (let n = 0; n < 9; n++) idportal.track('Nr ' + n); idportal.track('Huge', {text: 'huge'})")
    once(collect, 10)
    assert [name for name in collect.names if name != "page"] == [f"Nr {number}" for number in range(9)]
    tab.wait_for_function(NOTHING_WAITS)
    assert any("413" in said for said in console)


def test_an_event_larger_than_a_page_may_leave_behind_is_sent_while_it_is_there(
    site: Site, collect: Collect, tab: Page
) -> None:
    tab.goto(site.url)
    tab.evaluate("idportal.track('Large', {text: 'x'.repeat(100000)}); idportal.track('Small')")
    once(collect, 3)


def test_a_long_queue_keeps_the_newest_and_travels_in_batches(
    site: Site, collect: Collect, visitor: BrowserContext, tab: Page, console: list[str]
) -> None:
    tab.goto(site.put("/quiet", html(head=site.tag(page_views="off"))))
    visitor.set_offline(True)
    tab.evaluate("for (let n = 1; n <= 1100; n++) idportal.track('Nr ' + n)")
    assert stored(tab) == 1000
    assert any("oldest are given up" in said for said in console)
    visitor.set_offline(False)
    once(collect, 1000)
    assert sorted(collect.names) == sorted(f"Nr {number}" for number in range(101, 1101))
    assert max(len(post.body.encode()) for post in collect.posts) <= 60_000


def test_large_events_fill_the_queue_by_their_size(
    site: Site, collect: Collect, visitor: BrowserContext, tab: Page
) -> None:
    tab.goto(site.put("/quiet", html(head=site.tag(page_views="off"))))
    visitor.set_offline(True)
    tab.evaluate("for (let n = 1; n <= 30; n++) idportal.track('Nr ' + n, {text: 'x'.repeat(50000)})")
    assert stored(tab) == 19


def test_events_older_than_a_week_are_given_up(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.put("/bare", html()))
    tab.evaluate(
        """const time = (Date.now() - 8 * 86400000).toString(16).padStart(12, 0).replace(/(.{8})/, '$1-');
        const id = time + '-7000-8000-000000000000';
        localStorage[`idportal.q.wk_test.${id}.${id}`] = '{"type":"track","event":"Ancient"}'"""
    )
    tab.goto(site.url)
    collect.until_event("page")
    tab.evaluate(f"idportal.track('End'); {HURRY}")
    collect.until_event("End")
    assert collect.names == ["page", "End"]
    tab.wait_for_function(NOTHING_WAITS)


def test_two_tabs_keep_to_their_own_events(site: Site, collect: Collect, visitor: BrowserContext) -> None:
    collect.answer = Answer(status=503)
    tabs = [visitor.new_page(), visitor.new_page()]
    for number, tab in enumerate(tabs):
        tab.goto(site.url)
        tab.evaluate(f"for (let n = 0; n < 5; n++) idportal.track('Tab {number} Nr ' + n)")
    collect.until(lambda: len(collect.refused) >= 2, "a try of each tab")
    for tab in tabs:
        tab.evaluate(HURRY)  # looks for orphans, and finds none
    collect.answer = Answer()
    once(collect, 12)
    assert not any("Tab 0" in post.body and "Tab 1" in post.body for post in collect.posts)


def test_a_crashed_tabs_events_are_adopted_once(site: Site, collect: Collect, visitor: BrowserContext) -> None:
    collect.answer = Answer(status=503)
    crashing = visitor.new_page()
    crashing.goto(site.url)
    crashing.evaluate("idportal.track('Orphan')")
    collect.until(lambda: collect.refused, "a try before the crash")
    with suppress(Error):
        crashing.goto("chrome://crash")
    collect.answer = Answer()
    for tab in (visitor.new_page(), visitor.new_page()):
        tab.goto(site.url)
    once(collect, 4)
    assert collect.names.count("Orphan") == 1


def test_without_locks_a_page_takes_over_what_is_a_minute_old(
    site: Site, collect: Collect, visitor: BrowserContext, tab: Page
) -> None:
    address = f"http://www.shop.example:{site.port}/"  # plain http has no Web Locks
    collect.answer = Answer(status=503)
    tab.goto(address)
    assert tab.evaluate("navigator.locks") is None
    tab.evaluate("idportal.track('Orphan')")
    collect.until(lambda: collect.refused, "a try")
    tab.goto("about:blank")
    collect.answer = Answer()
    tab = visitor.new_page()
    tab.clock.install()
    tab.goto(address)
    tab.clock.run_for(2000)
    collect.until_event("page")
    assert "Orphan" not in collect.names
    tab.clock.run_for(61_000)
    collect.until_event("Orphan")
    once(collect, 3)


def test_another_sources_events_are_left_alone(
    site: Site, collect: Collect, visitor: BrowserContext, tab: Page
) -> None:
    collect.answer = Answer(status=503)
    tab.goto(site.put("/other", html(head=site.tag(write_key="wk_other"))))
    collect.until(lambda: collect.refused, "a try")
    collect.answer = Answer()
    tab.goto(site.url)
    collect.until_event("page")
    assert {post.batch["writeKey"] for post in collect.posts if post.status == 200} == {"wk_test"}
    tab.goto(site.url + "/other")
    once(collect, 3)


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happens_on_a_visit_every_event_arrives(
    site: Site, collect: Collect, visitor: BrowserContext, seed: int
) -> None:
    chance = random.Random(seed)
    tabs = [visitor.new_page(), visitor.new_page()]
    for tab in tabs:
        tab.goto(site.url)
    said = [f"Nr {number}" for number in range(40)]
    for name in said:
        collect.answer = Answer(status=chance.choice([200, 200, 200, 200, 503, 429, 0]))
        tab = chance.choice(tabs)
        tab.evaluate(f"idportal.track('{name}')")
        if chance.random() < 0.5:
            tab.evaluate(f"location.href = '/{chance.random()}'")
            tab.wait_for_function("window.idportal?.version")
    collect.answer = Answer()
    for tab in tabs:
        tab.goto(site.url)
    collect.until(lambda: set(said) <= set(collect.names), f"all of them, with seed {seed}")


def test_a_failing_script_of_the_page_does_not_reach_into_the_snippet(
    site: Site, collect: Collect, visitor: BrowserContext, tab: Page
) -> None:
    visitor.add_init_script("window.realFetch = fetch; window.fetch = () => { throw new Error('wrapped badly') }")
    tab.goto(site.url)
    with tab.expect_console_message(lambda message: "can't be reached" in message.text):
        pass
    tab.evaluate("window.fetch = realFetch")
    once(collect, 1)
