"""What a visit sends: the fields that the pipeline reads, from one tag, with or without the stub."""

import re
from datetime import datetime, timedelta
from uuid import UUID

from playwright.sync_api import Page

from tests.snippet.site import HURRY, SNIPPET, Answer, Collect, Site, html

STUB = (SNIPPET / "stub.js").read_text()
NOTHING_SAID = {
    "identify()": "identify() says nothing; not sent.",
    "identify(undefined)": "identify() says nothing; not sent.",
    "identify('undefined')": '"undefined" is no id; not sent.',
    "identify('null', {email: 'x@shop.example'})": '"null" is no id; not sent.',
    "identify('[object Object]')": '"[object Object]" is no id; not sent.',
    "identify(true)": '"true" is no id; not sent.',
    "track()": "track() says nothing; not sent.",
    "track({price: 1})": "track() says nothing; not sent.",
    "track('Loop', window)": "TypeError: Converting circular structure",
    "track('Big', {n: 1n})": "TypeError: Do not know how to serialize a BigInt",
    "track(Symbol('x'))": "TypeError: Cannot convert a Symbol",
    "alias()": "alias() says nothing; not sent.",
    "alias('  ')": "alias() says nothing; not sent.",
    "push(1)": "TypeError: ",
}


def test_one_tag_sends_a_page_view_with_everything_the_pipeline_reads(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.put("/from", html(body='<a href="/shoes?utm_source=mail&utm_campaign=spring&size=42">Shoes</a>')))
    tab.click("a")

    view = collect.until_event("page")
    assert view["context"] == {
        "page": {"url": tab.url, "path": "/shoes", "title": "/shoes"},
        "referrer": site.url + "/from",
        "campaign": {"source": "mail", "campaign": "spring"},
        "locale": "en-US",
        "library": {"name": "idportal.js", "version": "1.0.0"},
        "consent": {"granted": True, "explicit": False},
    }
    assert UUID(view["messageId"]).version == UUID(view["anonymousId"]).version == 7
    batch = collect.posts[0].batch
    assert batch["writeKey"] == "wk_test"
    assert instant(batch["sentAt"]) - instant(view["timestamp"]) < timedelta(seconds=5)


def test_it_is_posted_as_text_so_that_no_preflight_is_needed(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.url)
    collect.until_event("page")
    assert collect.posts[0].headers["Content-Type"] == "text/plain;charset=UTF-8"
    assert collect.preflights == 0


def test_a_person_who_logs_in_is_on_every_later_event(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.url)
    tab.evaluate("idportal.identify('ada', {email: 'ada@shop.example'}, {signature: 'abc', identifiers: {loyalty: 7}})")
    tab.evaluate("idportal.track('Bought', {price: 10})")

    said, bought = collect.until_event("identify"), collect.until_event("Bought")
    assert said["userId"] == bought["userId"] == "ada"
    assert said["traits"] == {"email": "ada@shop.example"}
    assert (said["signature"], said["identifiers"]) == ("abc", {"loyalty": 7})
    assert bought["properties"] == {"price": 10}
    assert "signature" not in bought

    tab.goto(site.url + "/next")
    tab.evaluate("idportal.page('Thanks', {step: 3})")
    collect.until(lambda: collect.names.count("page") == 3, "the page views of the next page")
    assert {event["userId"] for event in collect.events[-2:]} == {"ada"}
    assert (collect.events[-1]["name"], collect.events[-1]["properties"]) == ("Thanks", {"step": 3})


def test_email_and_phone_identify_without_a_user_id(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.url)
    tab.evaluate("idportal.identify({email: 'ada@shop.example', phone: '+491701234567'})")
    said = collect.until_event("identify")
    assert said["traits"] == {"email": "ada@shop.example", "phone": "+491701234567"}
    assert "userId" not in said
    assert said["anonymousId"]


def test_an_alias_names_who_it_was_until_now(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.url)
    tab.evaluate("idportal.alias('guest-1'); idportal.alias('ada'); idportal.alias('ada-2', 'ada-0')")
    collect.until(lambda: collect.names.count("alias") == 3, "three aliases")
    first, second, third = (event for event in collect.events if event["type"] == "alias")
    assert (first["userId"], first["previousId"]) == ("guest-1", first["anonymousId"])
    assert (second["userId"], second["previousId"]) == ("ada", "guest-1")
    assert (third["userId"], third["previousId"]) == ("ada-2", "ada-0")


def test_numbers_are_ids_and_a_time_can_be_stated(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.url)
    tab.evaluate("idportal.identify(42); idportal.track('Paid', {}, {timestamp: new Date(0)})")
    assert collect.until_event("identify")["userId"] == "42"
    assert collect.until_event("Paid")["timestamp"] == "1970-01-01T00:00:00.000Z"


def test_calls_that_say_nothing_are_explained_and_never_throw(
    site: Site, collect: Collect, tab: Page, console: list[str]
) -> None:
    tab.goto(site.url)
    for call in NOTHING_SAID:
        assert tab.evaluate(f"idportal.{call}") is None, call
    tab.evaluate("idportal.track('Sound')")
    collect.until_event("Sound")
    assert collect.names == ["page", "Sound"]
    said = "\n".join(console)
    assert [sentence for sentence in NOTHING_SAID.values() if f"idportal: {sentence}" not in said] == []


def test_what_the_page_changes_after_a_call_is_not_sent(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.url)
    tab.evaluate("const cart = {items: 1}; idportal.track('Cart', cart); cart.items = 2")
    assert collect.until_event("Cart")["properties"] == {"items": 1}


def test_calls_from_before_the_script_is_there_are_kept_with_their_time(
    site: Site, collect: Collect, tab: Page
) -> None:
    head = f"<script>{STUB}</script><script>idportal.identify('ada'); idportal.track('Early')</script>"
    late = "<script>window.made = Date.now()</script>" + site.tag()
    tab.goto(site.put("/early", html(head=head, body=late)))
    early = collect.until_event("Early")
    assert early["userId"] == "ada"
    assert sorted(collect.names) == ["Early", "identify", "page"]
    assert instant(early["timestamp"]).timestamp() * 1000 <= tab.evaluate("made")


def test_a_reference_to_the_stub_still_works_when_the_script_is_there(site: Site, collect: Collect, tab: Page) -> None:
    head = f"<script>{STUB}; window.old = idportal; window.oldTrack = idportal.track</script>" + site.tag()
    tab.goto(site.put("/kept", html(head=head)))
    collect.until_event("page")
    tab.evaluate(f"old.track('By object'); oldTrack('By method'); {HURRY}")
    collect.until_event("By method")
    assert collect.names == ["page", "By object", "By method"]


def test_without_a_stated_endpoint_events_go_to_where_the_script_is_from(
    site: Site, collect: Collect, tab: Page
) -> None:
    tag = '<script async src="/static/snippet/idportal.js" data-write-key="wk_own"></script>'
    tab.goto(site.put("/own", html(head=tag)))
    collect.until_event("page")
    assert collect.posts[0].headers["Host"] == f"127.0.0.1:{site.port}"


def test_the_site_may_give_the_file_any_name_of_its_own(site: Site, collect: Collect, tab: Page) -> None:
    site.put("/assets/quiet.js", (SNIPPET / "idportal.js").read_text(), Content_Type="text/javascript")
    tag = site.tag().replace("/static/snippet/idportal.js", "/assets/quiet.js")
    tab.goto(site.put("/renamed", html(head=tag)))
    collect.until_event("page")


def test_a_second_snippet_on_the_page_does_nothing_and_says_so(
    site: Site, collect: Collect, tab: Page, console: list[str]
) -> None:
    tab.goto(site.put("/twice", html(head=site.tag() + site.tag(write_key="wk_other"))))
    tab.evaluate("idportal.track('Once')")
    collect.until_event("Once")
    assert sorted(collect.names) == ["Once", "page"]
    assert any("twice on this page" in said for said in console)


def test_an_element_called_idportal_is_no_obstacle(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.put("/element", html(body='<div id="idportal"></div>' + site.tag())))
    collect.until_event("page")


def test_a_strict_content_security_policy_is_kept(site: Site, collect: Collect, tab: Page, console: list[str]) -> None:
    policy = f"default-src 'none'; script-src 'self'; connect-src {collect.url}"
    head = '<script src="/static/snippet/stub.js"></script>' + site.tag()
    tab.goto(site.put("/strict", html(head=head), Content_Security_Policy=policy))
    tab.evaluate("idportal.track('Strict')")
    collect.until_event("Strict")
    assert [said for said in console if "Content Security Policy" in said or "idportal" in said] == []


def test_a_policy_that_forbids_the_endpoint_is_named_in_the_console(site: Site, tab: Page, console: list[str]) -> None:
    policy = "default-src 'none'; script-src 'self'"
    tab.goto(site.put("/shut", html(head=site.tag()), Content_Security_Policy=policy))
    with tab.expect_console_message(lambda message: "connect-src?" in message.text):
        pass
    assert any("events are sent later" in said for said in console)


def test_a_rejected_event_is_explained_with_its_reason(site: Site, collect: Collect, tab: Page) -> None:
    rejected = [{"index": 0, "reason": "unusable_identifier", "detail": "no usable value: email"}]
    collect.answer = Answer(body={"accepted": 0, "rejected": rejected})
    with tab.expect_console_message(lambda message: "rejected: unusable_identifier" in message.text):
        tab.goto(site.url)


def test_ids_sort_as_they_were_made(site: Site, collect: Collect, tab: Page) -> None:
    tab.goto(site.url)
    tab.evaluate("for (let n = 0; n < 20; n++) idportal.track('Nr ' + n)")
    collect.until_event("Nr 19")
    made = [event["messageId"] for event in collect.events if re.match("Nr", event.get("event", ""))]
    assert made == sorted(made)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
