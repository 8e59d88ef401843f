"""The exit path in real Firefox and WebKit: engines lose different things when a page goes away."""

from collections.abc import Iterator

import pytest

from tests.snippet.other_browsers import Driver, firefox, webkit
from tests.snippet.site import Answer, Collect, Site

pytestmark = pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning")  # selenium's own


@pytest.fixture(scope="module", params=["firefox", "webkit"])
def driver(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    with firefox(tmp_path_factory.mktemp("firefox")) if request.param == "firefox" else webkit() as driver:
        yield driver


def test_what_is_said_while_leaving_lands_once(driver: Driver, site: Site, collect: Collect) -> None:
    for number in range(3):
        driver.goto(f"{site.url}/page{number}")
        driver.run(f"idportal.track('Left {number}'); location.href = '/after{number}'")
        collect.until_event(f"Left {number}")
        _until_viewed(collect, f"/after{number}")
    driver.goto(site.url + "/end")
    driver.run("idportal.track('End')")
    collect.until_event("End")
    left = [name for name in collect.landed_names if name.startswith("Left")]
    assert left == ["Left 0", "Left 1", "Left 2"]


def test_at_most_60_kb_leave_with_a_page_and_the_next_one_sends_the_rest(
    driver: Driver, site: Site, collect: Collect
) -> None:
    driver.goto(site.url)
    driver.run(
        """for (let n = 0; n < 120; n++) idportal.track('Nr ' + n, {text: 'x'.repeat(1000)});
        location.href = '/next'"""
    )
    collect.until(lambda: len(collect.landed) == 122, "all of them")


def test_the_next_page_sends_what_the_collect_api_refused(driver: Driver, site: Site, collect: Collect) -> None:
    collect.answer = Answer(status=503)
    driver.goto(site.url)
    driver.run("idportal.track('Kept')")
    collect.until(lambda: collect.refused, "a first try")
    collect.answer = Answer()
    driver.goto(site.url + "/next")
    collect.until_event("Kept")
    collect.until(lambda: len(collect.events) >= 3, "both page views")
    assert len({event["messageId"] for event in collect.events}) == len(collect.events) == 3


def _until_viewed(collect: Collect, path: str) -> None:
    """Until the browser stands there: sent elsewhere while it is on its way, it may end up at either place."""
    collect.until(
        lambda: any(event["type"] == "page" and event["context"]["page"]["path"] == path for event in collect.events),
        f"a page view of {path}",
    )
