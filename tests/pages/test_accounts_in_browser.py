"""The pages before and around a log-in, in a real browser: in both themes, on both sizes, seen by axe."""

import re

import pyotp
import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core import mail
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from playwright.sync_api import Browser, Page, expect

from idportal.accounts.models import User
from idportal.accounts.people import invite
from tests.pages import crowd
from tests.pages.conftest import Portal
from tests.pages.test_in_browser import SIZES, faults


def log_in(page: Page, portal: Portal, name: str) -> None:
    page.goto(f"{portal.url}/login/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(crowd.PASSWORD)
    page.get_by_role("button", name="Log in").click()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_second_factor_is_turned_on_and_asked_for(portal: Portal, browser: Browser, theme: str, size: str) -> None:
    context = browser.new_context(viewport=SIZES[size], color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    log_in(page, portal, "steward")
    page.goto(f"{portal.url}/account/second-factor/")
    key = page.locator(".steps-list code").inner_text().replace(" ", "")
    page.get_by_label("Type the six digits").fill(pyotp.TOTP(key).now())
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    found = {"recovery codes": faults(page)}
    codes = page.locator(".recovery-codes code").all_inner_texts()

    context.clear_cookies()
    log_in(page, portal, "steward")
    expect(page.get_by_label("Code")).to_be_focused()
    found["code"] = faults(page)
    page.get_by_label("Code").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("isn't right")
    found["wrong code"] = faults(page)
    page.get_by_label("Code").fill(codes[0])
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{portal.url}/")
    page.goto(f"{portal.url}/account/second-factor/")
    expect(page.get_by_text("9 recovery codes left")).to_be_visible()
    found["in use"] = faults(page)
    context.close()
    assert {name: list_ for name, list_ in found.items() if list_} == {}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_forgotten_password_is_replaced(portal: Portal, browser: Browser, theme: str, size: str) -> None:
    context = browser.new_context(viewport=SIZES[size], color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{portal.url}/login/forgotten/")
    expect(page.get_by_label("E-mail")).to_be_focused()
    found = {"forgotten": faults(page)}
    analyst = User.objects.get(username="analyst")
    address = f"{urlsafe_base64_encode(force_bytes(analyst.pk))}/{default_token_generator.make_token(analyst)}"
    page.goto(f"{portal.url}/login/new-password/{address}/")
    found["new password"] = faults(page)
    for label in ("New password", "The same again"):
        page.get_by_label(label, exact=True).fill("eleven purple herons")
    page.get_by_role("button", name="Change it").click()
    expect(page).to_have_url(re.compile("/login/$"))
    page.goto(f"{portal.url}/login/new-password/{address}/")
    expect(page.get_by_role("heading", name="This link has ended")).to_be_visible()
    found["ended link"] = faults(page)
    context.close()
    assert {name: list_ for name, list_ in found.items() if list_} == {}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_who_is_invited_joins(portal: Portal, browser: Browser, theme: str, size: str) -> None:
    invite(email="cy@example.com", role="analyst", author="root")
    link = re.search(r"/invited/\S+", str(mail.outbox[-1].body))
    assert link
    context = browser.new_context(viewport=SIZES[size], color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(portal.url + link[0])
    found = {"invited": faults(page)}
    for label in ("Password", "The same again"):
        page.get_by_label(label, exact=True).fill("eleven purple herons")
    page.get_by_role("button", name="Join").click()
    expect(page).to_have_url(f"{portal.url}/")
    context.close()
    assert found == {"invited": []}
