"""From a visit to a profile, through every hop, as a customer and their visitors see it."""

import json
import re
from typing import Any

import urllib3
from playwright.sync_api import Browser, Page, expect

from tests.stack.running import Stack, until


def post(stack: Stack, body: object) -> tuple[int, dict[str, Any]]:
    response = urllib3.request("POST", stack.collect, json=body, timeout=10, retries=False)
    return response.status, response.json()


def identities(stack: Stack) -> list[dict[str, Any]]:
    exported = stack.manage("export_identities")
    assert exported.returncode == 0, exported.stderr
    return [json.loads(line) for line in exported.stdout.splitlines()]


def profiles_of(stack: Stack, kind: str, value: str) -> set[str]:
    return {one["profile_id"] for one in identities(stack) if (one["kind"], one["value"]) == (kind, value)}


def test_the_customers_own_example_becomes_a_profile(stack: Stack) -> None:
    status, answer = post(stack, {"phone_number": "+1234567890"})

    assert status == 200
    assert answer["message"]
    until(lambda: profiles_of(stack, "phone", "+1234567890"), "the number is somebody", seconds=20)


def test_a_visit_to_the_shop_joins_what_came_before_the_sign_up(stack: Stack, browser: Browser) -> None:
    password = re.search(r"admin, password (\S+)", stack.output())
    assert password
    shopper = browser.new_page()
    shopper.goto(f"{stack.portal}/demo/shop/")
    shopper.get_by_role("link", name="Copper kettle").click()
    shopper.get_by_role("button", name="Add to cart").click()
    shopper.get_by_role("link", name="Log in").click()
    sign_up(shopper, email="ada.from.the.shop@example.com")

    until(lambda: profiles_of(stack, "email", "ada.from.the.shop@example.com"), "Ada has a profile", seconds=20)
    [profile] = profiles_of(stack, "email", "ada.from.the.shop@example.com")
    until(lambda: "anonymous_id" in kinds(stack, profile), "it holds her browser", seconds=20)

    with shopper.expect_popup() as opened:
        shopper.get_by_role("link", name="See your profile in the portal").click()
    portal = opened.value
    portal.get_by_label("Name").fill("admin")
    portal.get_by_label("Password").fill(password[1])
    portal.get_by_role("button", name="Log in").click()
    expect(portal.locator("main")).to_contain_text("ada.from.the.shop@example.com")
    expect(portal.locator("main")).to_contain_text("Copper kettle")  # a page she saw while nobody knew her
    expect(portal.locator("main")).to_contain_text("Product added")


def sign_up(shopper: Page, *, email: str) -> None:
    form = shopper.locator("[data-sign-up]")
    form.get_by_label("First name").fill("Ada")
    form.get_by_label("Last name").fill("Lovelace")
    form.get_by_label("Email").fill(email)
    form.get_by_role("button", name="Sign up").click()
    expect(shopper.get_by_role("heading", name="Hello, Ada")).to_be_visible()


def kinds(stack: Stack, profile: str) -> set[str]:
    return {one["kind"] for one in identities(stack) if one["profile_id"] == profile}
