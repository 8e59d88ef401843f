"""A site, a collect API and a real Chromium for every test of the snippet."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page

from tests.browsers import ARGUMENTS, chromium
from tests.snippet.site import Collect, Site

# Names for the site's machine: with subdomains, and below a public suffix of two labels.
NAMES = "--host-resolver-rules=MAP *.shop.example 127.0.0.1, MAP *.shop.co.uk 127.0.0.1"
# Pages that were left are kept, as visitors' browsers do. Playwright can't look into one that comes back.
KEEP_PAGES = ("--enable-features=BackForwardCache", "--enable-bfcache")


@pytest.fixture(scope="session")
def chrome(browser_type: BrowserType) -> Iterator[Browser]:
    browser = browser_type.launch(
        executable_path=chromium(),
        args=[*ARGUMENTS, NAMES, *KEEP_PAGES],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield browser
    browser.close()


@pytest.fixture
def collect() -> Iterator[Collect]:
    collect = Collect()
    yield collect
    collect.close()


@pytest.fixture
def site(collect: Collect) -> Iterator[Site]:
    site = Site(collect)
    yield site
    site.close()


@pytest.fixture
def visitor(chrome: Browser) -> Iterator[BrowserContext]:
    """Somebody's browser; closing its last tab forgets nothing. Nothing that the snippet does may throw in it."""
    context = chrome.new_context()
    uncaught: list[str] = []
    context.on("weberror", lambda error: uncaught.append(str(error.error)))
    yield context
    context.close()
    assert uncaught == []


@pytest.fixture
def tab(visitor: BrowserContext) -> Page:
    return visitor.new_page()


@pytest.fixture
def console(visitor: BrowserContext) -> list[str]:
    """What the pages say in the console."""
    said: list[str] = []
    visitor.on("console", lambda message: said.append(message.text))
    return said
