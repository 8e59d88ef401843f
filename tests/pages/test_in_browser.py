"""Every page in a real browser: seen by axe in both themes and on both sizes, live, by keyboard, and without script."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from ingest.models import Delivery, RawEvent, RejectedRecord
from profiles.api.clients import create_client
from profiles.models import ApiCall, ApiUsage, ProfileChange
from tests.pages import crowd
from tests.pages.conftest import Portal

SIZES = {"desktop": {"width": 1360, "height": 850}, "phone": {"width": 390, "height": 844}}


def addresses() -> dict[str, str]:
    event = RawEvent.objects.filter(type="identify").order_by("-event_id")[0].event_id
    unreadable, many = RejectedRecord.objects.order_by("-reason")
    merge = ProfileChange.objects.earliest("at").at
    told = crowd.told_webhook()
    client = create_client(name="CRM", scopes=["read"]).client
    ApiUsage.objects.create(client=client, day=timezone.now().date(), requests=7, limited=2)
    ApiCall.objects.create(client=client, day=timezone.now().date(), endpoint="changes/", status=429, requests=2)
    ids = {"ada": crowd.profile_id(crowd.ADA), "ben": crowd.profile_id(crowd.BEN)}
    return {
        "overview": "/", "events": "/events/", "no event found": "/events/?q=nobody", "event": f"/events/{event}/",
        "effect": f"/events/{event}/effect/", "profiles": "/profiles/", "found": "/profiles/?q=ada",
        "nobody found": "/profiles/?q=nobody", "ada": f"/profiles/{ids['ada']}/", "ben": f"/profiles/{ids['ben']}/",
        "why together": f"/profiles/{ids['ada']}/why/", "how built": f"/profiles/{ids['ada']}/how-built/",
        "why not": f"/profiles/{ids['ada']}/why-not/?other={ids['ben']}", "near": f"/profiles/{ids['ada']}/why-not/",
        "graph": f"/profiles/{ids['ada']}/graph/", "history": f"/profiles/{ids['ada']}/history/",
        "as of": f"/profiles/{ids['ada']}/history/?as_of={merge:%Y-%m-%dT%H:%M:%S.%fZ}",
        "sources": "/sources/", "source": f"/sources/{crowd.shop().pk}/", "new source": "/sources/new/",
        "deliveries": "/deliveries/", "delivery": f"/deliveries/{Delivery.objects.filter(rejected=2)[0].pk}/",
        "API clients": "/api-clients/", "API client": f"/api-clients/{client.pk}/",
        "new API client": "/api-clients/new/", "export": "/export/",
        "people": "/people/", "second factor": "/account/second-factor/",
        "sessions": "/account/sessions/", "password": "/account/password/",
        "API reference": "/api-reference/", "audit": "/audit/",
        "API operation": "/api-reference/merge_profiles/",
        "webhooks": "/webhooks/", "new webhook": "/webhooks/new/", "webhook": f"/webhooks/{told.webhook_id}/",
        "webhook delivery": f"/webhooks/{told.webhook_id}/deliveries/{told.event.event_id}/",
        "kept": "/deliveries/kept/", "rejected": "/rejected/", "rejected record": f"/rejected/{many.pk}/",
        "unreadable": f"/rejected/{unreadable.pk}/",
        "nothing": "/nothing-here/",
    }  # fmt: skip


def faults(page: Page) -> list[str]:
    """What axe finds, and whether the page is wider than the screen."""
    found = [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in Axe().run(page).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("wider than the screen")
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_usable_by_everyone(portal: Portal, browser: Browser, theme: str, size: str) -> None:
    crowd.passers_by(8)
    crowd.ada()
    crowd.ben_and_the_kiosk()
    crowd.rejects()
    crowd.invited()
    context = browser.new_context(viewport=SIZES[size], color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{portal.url}/login/")
    found = {"login": faults(page)}
    portal.log_in(context, "administrator")
    for name, address in addresses().items():
        page.goto(portal.url + address)
        expect(page.get_by_text("See which profile it belongs to")).to_have_count(0)  # its part has come
        found[name] = faults(page)
    context.close()
    assert {name: list_ for name, list_ in found.items() if list_} == {}
    assert [text for text in said if "404" not in text] == []  # "nothing" is not found, and that alone may say so
    assert len(said) == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_first_run_is_usable_by_everyone(portal: Portal, browser: Browser, theme: str) -> None:
    context = browser.new_context(color_scheme=theme)  # type: ignore[arg-type]
    portal.log_in(context, "administrator")
    page = context.new_page()
    for address in ("/", "/events/", "/profiles/", "/deliveries/", "/rejected/"):
        page.goto(portal.url + address)
        assert faults(page) == [], address
    context.close()


@pytest.fixture
def page_of_admin(portal: Portal, context: BrowserContext) -> Page:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    portal.log_in(context, "administrator")
    return context.new_page()


def test_somebody_logs_in_and_out(portal: Portal, page: Page) -> None:
    page.goto(f"{portal.url}/profiles/")
    page.get_by_label("Name").fill("analyst")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("don't fit together")
    page.get_by_label("Password").fill(crowd.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{portal.url}/profiles/")
    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(re.compile("/login/"))


def test_a_slash_and_any_identifier_lead_to_a_person(portal: Portal, page_of_admin: Page) -> None:
    ada, page = crowd.ada(), page_of_admin
    page.goto(f"{portal.url}/events/")
    page.keyboard.press("/")
    expect(page.locator("#search-box")).to_be_focused()
    page.keyboard.type("+44 20/7946")  # a slash in the box is a slash
    expect(page.locator("#search-box")).to_have_value("+44 20/7946")
    page.locator("#search-box").fill("+44 20 7946 0958")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{portal.url}/profiles/{ada}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Lovelace")


def test_events_arrive_by_themselves_and_the_focus_stays_where_it_is(portal: Portal, page_of_admin: Page) -> None:
    crowd.ada()
    page = page_of_admin
    page.goto(f"{portal.url}/events/")
    page.locator("#pause").focus()
    crowd.bring(crowd.record(crowd.event(type="track", event="Just now", anonymousId="new"), source=crowd.shop()))
    expect(page.get_by_role("link", name="Just now", exact=True)).to_be_visible()
    expect(page.locator("#pause")).to_be_focused()


def test_a_paused_list_stands_still_and_says_what_it_misses(portal: Portal, page_of_admin: Page) -> None:
    crowd.ada()
    page = page_of_admin
    page.goto(f"{portal.url}/events/")
    page.get_by_role("link", name="Pause").click()
    crowd.bring(crowd.record(crowd.event(type="track", event="Just now", anonymousId="new"), source=crowd.shop()))
    expect(page.locator("#events")).to_contain_text("1 new event meanwhile", timeout=10_000)
    expect(page.get_by_role("link", name="Just now", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("link", name="Just now", exact=True)).to_be_visible()


def test_a_source_is_made_its_snippet_copied_and_its_first_event_seen(portal: Portal, page_of_admin: Page) -> None:
    page = page_of_admin
    page.goto(f"{portal.url}/")
    page.get_by_role("link", name="Create the first source").click()
    page.get_by_label("Name").fill("Web shop")
    page.get_by_label("Home country").fill("DE")
    page.get_by_role("button", name="Create the source").click()
    expect(page.get_by_role("heading", name="Secret key: shown this once")).to_be_visible()
    expect(page.get_by_role("heading", name="Waiting for the first event")).to_be_visible()
    page.get_by_role("button", name="Copy: The snippet").click()
    expect(page.get_by_role("button", name="Copy: The snippet")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#snippet").inner_text()
    crowd.bring(crowd.record(crowd.event(anonymousId="first", name="Home"), source=crowd.shop()))
    expect(page.get_by_role("heading", name="It works")).to_be_visible()
    expect(page.get_by_role("heading", name="Secret key: shown this once")).to_be_visible()


def test_an_event_shows_what_it_did_as_soon_as_it_is_resolved(portal: Portal, page_of_admin: Page) -> None:
    page = page_of_admin
    crowd.bring(crowd.record(crowd.event(anonymousId="new", email="new@example.com"), source=crowd.shop()))
    page.goto(f"{portal.url}/events/{RawEvent.objects.get().event_id}/")
    expect(page.locator("#effect")).to_contain_text("waiting to be resolved")
    crowd.resolve()
    expect(page.locator("#effect")).to_contain_text("Belongs to this profile")


def test_a_theme_once_chosen_stays(portal: Portal, page_of_admin: Page) -> None:
    page = page_of_admin
    page.goto(f"{portal.url}/profiles/?who=known")
    page.get_by_role("button", name="Use the dark theme").click()
    expect(page).to_have_url(f"{portal.url}/profiles/?who=known")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.goto(f"{portal.url}/events/")
    expect(page.get_by_role("button", name="Use the light theme")).to_be_visible()


def test_on_a_phone_the_pages_open_from_a_button(portal: Portal, browser: Browser) -> None:
    context = browser.new_context(viewport=SIZES["phone"])  # type: ignore[arg-type]
    portal.log_in(context, "analyst")
    page = context.new_page()
    page.goto(f"{portal.url}/")
    expect(page.get_by_role("link", name="Profiles")).to_be_hidden()
    page.get_by_role("button", name="Pages").click()
    page.get_by_role("link", name="Profiles").click()
    expect(page).to_have_url(f"{portal.url}/profiles/")
    context.close()


def test_without_script_one_can_log_in_filter_page_and_find(portal: Portal, browser: Browser) -> None:
    ada = crowd.ada()
    crowd.passers_by(40)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{portal.url}/events/")
    page.get_by_label("Name").fill("analyst")
    page.get_by_label("Password").fill(crowd.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Older").click()
    page.get_by_label("Type").select_option("identify")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#events").get_by_role("link", name="Identified", exact=True)).to_have_count(2)
    page.locator("#search-box").fill(crowd.ADA)
    page.locator("#search-box").press("Enter")
    expect(page).to_have_url(f"{portal.url}/profiles/{ada}/")
    context.close()


def test_the_skip_link_leads_past_the_navigation(portal: Portal, page_of_admin: Page) -> None:
    page = page_of_admin
    page.goto(f"{portal.url}/profiles/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_who_is_logged_out_meanwhile_is_asked_to_log_in_again(portal: Portal, page_of_admin: Page) -> None:
    crowd.ada()
    page = page_of_admin
    page.goto(f"{portal.url}/events/")
    page.context.clear_cookies()
    expect(page).to_have_url(f"{portal.url}/login/?next=/events/")
