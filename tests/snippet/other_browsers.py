"""Takes the machine, gives its Firefox and its WebKit, as far as these tests drive them: go somewhere, run a script.

Firefox speaks WebDriver BiDi itself; WebKitGTK has its own driver, and needs a screen, which Xvfb is.
"""

import itertools
import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import websocket
from selenium.webdriver import WebKitGTK, WebKitGTKOptions, WebKitGTKService
from selenium.webdriver.support.wait import WebDriverWait

PATIENCE = 20


class Driver(Protocol):
    def goto(self, url: str) -> None: ...

    def run(self, script: str) -> None: ...


class Firefox:
    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(f"{address}/session", suppress_origin=True, timeout=PATIENCE)
        self._numbers = itertools.count(1)
        self._do("session.new", capabilities={})
        self._context = self._do("browsingContext.getTree")["contexts"][0]["context"]

    def goto(self, url: str) -> None:
        self._do("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def run(self, script: str) -> None:
        target = {"context": self._context}
        done = self._do("script.evaluate", expression=script, target=target, awaitPromise=False)
        assert done["type"] == "success", done

    def close(self) -> None:
        self._do("browser.close")
        self._socket.close()

    def _do(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (answer := json.loads(self._socket.recv())).get("id") != number:
            pass  # an event that nobody waits for
        assert answer["type"] == "success", answer
        result: dict[str, Any] = answer["result"]
        return result


class WebKit:
    ARRIVED = "return location.href === new URL(arguments[0]).href && document.readyState === 'complete'"

    def __init__(self, driver: WebKitGTK) -> None:
        self._driver = driver

    def goto(self, url: str) -> None:
        """Its driver may take the end of what the page itself had begun to load for that of this."""
        self._driver.get(url)
        WebDriverWait(self._driver, PATIENCE).until(lambda driver: driver.execute_script(self.ARRIVED, url))

    def run(self, script: str) -> None:
        self._driver.execute_script(script)


@contextmanager
def firefox(profile: Path) -> Iterator[Driver]:
    program = _find(("firefox-esr", "firefox"), package="firefox-esr")
    command = [program, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            said = iter(process.stderr.readline, "")
            address = next(filter(None, (re.search(r"ws://\S+", line) for line in said)))[0]
            threading.Thread(target=lambda: list(said)).start()  # a full pipe would stop it
            driver = Firefox(address)
            yield driver
            driver.close()
            process.wait(PATIENCE)
        finally:
            process.kill()


@contextmanager
def webkit() -> Iterator[Driver]:
    service = WebKitGTKService(_find(("WebKitWebDriver",), package="webkit2gtk-driver"))
    options = WebKitGTKOptions()
    options.binary_location = _mini_browser()
    options.add_argument("--automation")
    with _screen() as display:
        service.env = {**os.environ, "DISPLAY": display}
        driver = WebKitGTK(options=options, service=service)
        try:
            yield WebKit(driver)
        finally:
            driver.quit()


@contextmanager
def _screen() -> Iterator[str]:
    reads, writes = os.pipe()
    command = [_find(("Xvfb",), package="xvfb"), "-displayfd", str(writes), "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[writes], stderr=subprocess.DEVNULL) as process:
        os.close(writes)
        try:
            with os.fdopen(reads) as number:
                yield f":{number.readline().strip()}"
        finally:
            process.terminate()


def _mini_browser() -> str:
    found = sorted(Path("/usr/lib").glob("*/webkit2gtk-4*/MiniBrowser"))
    if not found:
        raise FileNotFoundError("There is no MiniBrowser of WebKitGTK (Debian: apt-get install webkit2gtk-driver)")
    return str(found[-1])


def _find(names: Sequence[str], *, package: str) -> str:
    found = next(filter(None, map(shutil.which, names)), None)
    if not found:
        raise FileNotFoundError(f"There is no {names[0]} on this machine (Debian: apt-get install {package})")
    return found
