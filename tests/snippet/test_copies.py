"""What is handed out: small, nothing that a strict site forbids, and the documents' copies are the real thing."""

import base64
import gzip
import hashlib
import re
from pathlib import Path

from playwright.sync_api import Page

from tests.snippet.site import SNIPPET, Collect, Site, html

CORE = (SNIPPET / "idportal.js").read_bytes()
DOCUMENT = (Path(__file__).parents[2] / "docs" / "snippet.md").read_text()
VERSION = str(re.findall(rb'VERSION = "(.+)"', CORE)[0], "ascii")


def digest(kind: str, text: bytes) -> str:
    return f"{kind}-{base64.b64encode(hashlib.new(kind, text).digest()).decode()}"


def documented_install() -> str:
    return str(re.findall(r"```html\n(<script>.+?)```", DOCUMENT, re.DOTALL)[0])


def test_the_core_stays_within_6_kb_and_the_stub_within_04_kb() -> None:
    assert len(gzip.compress(CORE)) <= 6000
    assert len(gzip.compress((SNIPPET / "stub.js").read_bytes())) <= 400


def test_no_eval_and_no_second_script() -> None:
    assert not re.search(rb"\beval\b|new Function|createElement|import\(|innerHTML|setTimeout\([\"'`]", CORE)


def test_the_versioned_copy_is_what_the_current_file_says_it_is() -> None:
    assert (SNIPPET / VERSION / "idportal.js").read_bytes() == CORE, (
        f"idportal.js has changed: copy it to {VERSION}/ if that was never released, else give it a new VERSION"
    )


def test_the_types_name_every_method(site: Site, tab: Page) -> None:
    tab.goto(site.url)
    tab.wait_for_function("window.idportal?.version")
    has = tab.evaluate("Object.keys(idportal).filter(key => typeof idportal[key] === 'function' && key !== 'push')")
    types = (SNIPPET / "idportal.d.ts").read_text()
    assert set(re.findall(r"^  (\w+)\(", types, re.MULTILINE)) == set(has)
    assert VERSION in types


def test_the_documents_hashes_are_right() -> None:
    inline = re.findall(r"<script>(.+?)</script>", documented_install(), re.DOTALL)[0]
    assert digest("sha384", CORE) in documented_install(), f"the integrity hash is now {digest('sha384', CORE)}"
    assert digest("sha256", inline.encode()) in DOCUMENT, f"the stub's hash is now {digest('sha256', inline.encode())}"
    assert inline.strip() in (SNIPPET / "stub.js").read_text()


def test_the_documents_install_works_under_the_documents_policy(
    site: Site, collect: Collect, tab: Page, console: list[str]
) -> None:
    policy = re.findall(r"^script-src .+$", DOCUMENT, re.MULTILINE)[0]
    install, policy = (
        text.replace("https://portal.example", site.url).replace("https://collect.example", collect.url)
        for text in (documented_install(), policy)
    )
    tab.goto(site.put("/documented", html(head=install), Content_Security_Policy=f"default-src 'none'; {policy}"))
    tab.evaluate("idportal.track('Documented')")
    collect.until_event("Documented")
    assert console == []
