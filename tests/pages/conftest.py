from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from idportal.accounts.models import User
from tests.browsers import ARGUMENTS, chromium
from tests.pages import crowd


@dataclass(frozen=True)
class Portal:
    url: str
    people: dict[str, User]

    def log_in(self, context: BrowserContext, name: str) -> None:
        client = Client()
        client.force_login(self.people[name])
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.url}])


@pytest.fixture
def people(db: None) -> dict[str, User]:
    return crowd.people()


@pytest.fixture
def analyst(people: dict[str, User], client: Client) -> Client:
    client.force_login(people["analyst"])
    return client


@pytest.fixture
def admin(people: dict[str, User], client: Client) -> Client:
    client.force_login(people["administrator"])
    return client


@pytest.fixture
def viewer(people: dict[str, User], client: Client) -> Client:
    client.force_login(people["viewer"])
    return client


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": chromium(), "args": list(ARGUMENTS)}


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def portal(live_server: LiveServer) -> Iterator[Portal]:
    """The portal in a process that browsers reach, with people in it and an empty pipeline."""
    _forget_events()
    yield Portal(live_server.url, crowd.people())
    _forget_events()


def _forget_events() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE raw_events")  # a table without a managed model is not flushed
