"""The demo shop: open to all where it is served, with the snippet of the demo's own source, and without a memory."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from idportal.demo.source import demo_source
from idportal.demo.words import PRODUCTS
from ingest.models import Source

PAGES = [reverse(name) for name in ("demo_shop", "demo_cart", "demo_account")] + [
    reverse("demo_product", args=[product.slug]) for product in PRODUCTS
]


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_every_page_holds_the_snippet_and_sets_no_cookie(client: Client, page: str) -> None:
    answer = client.get(page)

    assert answer.status_code == 200
    assert f'data-write-key="{demo_source().write_key}"' in answer.content.decode()
    assert not answer.cookies


@pytest.mark.django_db
def test_its_policy_lets_the_snippet_reach_the_collect_api_and_nothing_else(client: Client, settings: Settings) -> None:
    settings.PORTAL_URL = "http://portal.example:8000"
    settings.COLLECT_URL = "http://collect.example:8001/v1/events"

    policy = client.get(reverse("demo_shop")).headers["Content-Security-Policy"]
    directives = {name: values for name, *values in map(str.split, policy.split(";"))}

    assert directives["default-src"] == ["'none'"]
    assert directives["connect-src"] == ["http://collect.example:8001"]
    assert directives["script-src"] == ["'self'", "http://portal.example:8000"]
    assert "collect.example" not in client.get(reverse("login")).headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_the_source_is_made_once(client: Client) -> None:
    client.get(reverse("demo_shop"))
    client.get(reverse("demo_cart"))

    assert Source.objects.filter(name="demo").count() == 1


@pytest.mark.django_db
def test_it_is_not_there_where_it_is_switched_off(client: Client, settings: Settings) -> None:
    settings.DEMO_SHOP = False

    assert [client.get(page).status_code for page in PAGES] == [404] * len(PAGES)


@pytest.mark.django_db
def test_an_unknown_product_is_not_found(client: Client) -> None:
    assert client.get(reverse("demo_product", args=["unicorn"])).status_code == 404


@pytest.fixture
def shopper(live_server: LiveServer, settings: Settings, browser: Browser) -> Iterator[Page]:
    settings.PORTAL_URL = live_server.url
    settings.COLLECT_URL = f"{live_server.url}/nobody-collects-here"
    page = browser.new_page(base_url=live_server.url, viewport={"width": 390, "height": 800})
    page.goto(reverse("demo_shop"))
    yield page
    page.context.close()  # and with it the server's threads, which hold connections to the database


@pytest.mark.django_db(transaction=True)
def test_a_shopper_fills_the_cart_signs_up_and_logs_out(shopper: Page) -> None:
    shopper.get_by_role("link", name="Reading lamp").click()
    shopper.get_by_role("button", name="Add to cart").click()
    expect(shopper.get_by_role("status")).to_contain_text("Reading lamp is in your cart")
    shopper.get_by_role("link", name="Cart 1").click()
    expect(shopper.get_by_text("Together €48.50")).to_be_visible()
    shopper.get_by_role("button", name="Remove Reading lamp").click()
    expect(shopper.get_by_text("Nothing in it yet")).to_be_visible()

    shopper.get_by_role("link", name="Log in").click()
    form = shopper.locator("[data-sign-up]")
    for label, text in {"First name": "Ada", "Last name": "Lovelace", "Email": "ada@example.com"}.items():
        form.get_by_label(label).fill(text)
    form.get_by_role("button", name="Sign up").click()
    expect(shopper.get_by_role("heading", name="Hello, Ada")).to_be_visible()
    link = shopper.get_by_role("link", name="See your profile in the portal")
    assert (link.get_attribute("href") or "").endswith("?q=ada%40example.com")

    shopper.get_by_role("button", name="Log out").click()
    expect(shopper.get_by_role("heading", name="Sign up")).to_be_visible()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_an_axe_violation_or_is_wider_than_a_phone(
    shopper: Page, live_server: LiveServer, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    shopper.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in PAGES[:4]:
        shopper.goto(path)
        results = Axe().run(shopper)
        assert results.violations_count == 0, results.generate_report()
        assert shopper.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
