"""What a real browser sends is what collect takes and the transformation reads."""

from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Page

from lambdas.collect.body import read_body
from lambdas.collect.envelope import make_envelope
from lambdas.transform.record import normalise_record
from tests.snippet.site import Collect, Site

VISIT = """
idportal.track('Looked', {n: 1});
idportal.alias('ada', 'guest-7');
idportal.identify('ada', {email: 'Ada@Shop.example', phone: '+49 30 901820', plan: 'gold'},
                  {signature: 'ab12', identifiers: {loyaltyId: ['L-1', 'L-2']}});
"""


def test_collect_takes_every_event_and_the_transformation_knows_who_it_is_about(
    site: Site, collect: Collect, tab: Page
) -> None:
    tab.goto(site.url)
    tab.evaluate(VISIT)
    collect.until_event("identify")
    browser = ["anonymous_id", collect.events[0]["anonymousId"]]

    read = [event for post in collect.posts for event in passed_on(post.body)]

    assert [(event["type"], event["name"], event["identifiers"]) for event in read] == [
        ("page", "/", [browser]),
        ("track", "Looked", [browser]),
        ("alias", "", [browser, ["user_id", "ada"], ["user_id", "guest-7"]]),
        (
            "identify",
            "",
            [
                browser,
                ["email", "ada@shop.example"],
                ["loyalty_id", "L-1"],
                ["loyalty_id", "L-2"],
                ["phone", "+4930901820"],
                ["user_id", "ada"],
            ],
        ),
    ]
    assert (read[3]["signature"], read[3]["user_id"], read[3]["traits"]) == ("ab12", "ada", {"plan": "gold"})


def passed_on(body: str) -> list[dict[str, Any]]:
    posted = read_body(body.encode())
    assert posted.write_key == "wk_test"
    envelope = make_envelope(
        posted=posted.events, sent_at=posted.sent_at, source_id=1, region="DE", received_at=datetime.now(UTC)
    )
    record = normalise_record(envelope)
    assert "rejected" not in record
    events: list[dict[str, Any]] = record["events"]
    return events
