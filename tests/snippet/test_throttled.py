"""API Gateway's own 429 comes without Retry-After and without CORS headers: a real browser loses nothing by it."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from lambdas.local.gateway import MAX_BODY, gateway
from lambdas.local.server import HttpRequest, HttpResponse, Server
from lambdas.local.throttle import Throttle
from tests.snippet.site import HURRY, NOTHING_WAITS, PATIENCE, Site, html


class FrontDoor:
    """The stand-in for API Gateway, with a collect function that takes everything it gets."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.statuses: list[int] = []
        self._changed = threading.Condition()
        self._respond = gateway(self._collect, admits=Throttle(rate=2, burst=1).admits)
        self.server = Server(host="127.0.0.1", port=0, respond=self._answer, max_body=MAX_BODY)
        self.server.serve_in_background()

    def until_taken(self, names: set[str]) -> None:
        with self._changed:
            done = self._changed.wait_for(lambda: names <= {one.get("event") for one in self.taken}, 3 * PATIENCE)
        assert done, (names - {one.get("event") for one in self.taken}, self.statuses)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        answer = self._respond(request)
        self.statuses.append(answer.status)
        return answer

    def _collect(self, event: dict[str, Any], _context: object) -> dict[str, Any]:
        with self._changed:
            self.taken += json.loads(event["body"])["batch"]
            self._changed.notify_all()
        return {"statusCode": 200, "body": "{}"}


@pytest.fixture
def door() -> Iterator[FrontDoor]:
    door = FrontDoor()
    yield door
    door.server.finish(seconds=1)


def test_visits_under_throttling_lose_no_event(
    site: Site, door: FrontDoor, visitor: BrowserContext, console: list[str]
) -> None:
    page = html(head=site.tag(endpoint=door.server.url + "/v1/events"))
    tabs = [visitor.new_page() for _ in range(3)]
    said = set()
    for visit in range(4):
        for number, tab in enumerate(tabs):
            tab.goto(site.put(f"/{visit}", page))
            name = f"Tab {number} visit {visit}"
            tab.evaluate(f"idportal.track('{name} now'); {HURRY}")
            tab.evaluate(f"idportal.track('{name} leaving'); location.href = '/{visit}?'")
            tab.wait_for_url("**?")
            said |= {f"{name} now", f"{name} leaving"}
    door.until_taken(said)
    for tab in tabs:
        tab.wait_for_function(NOTHING_WAITS, timeout=3 * PATIENCE * 1000)
    assert door.statuses.count(429) > 3
    assert any("can't be reached" in one for one in console)
