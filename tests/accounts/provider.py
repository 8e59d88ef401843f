"""A real provider of OpenID Connect, in a process of its own; its log-in form takes anybody by their subject."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import requests
from django.test import Client

START = "/login/single-sign-on/"


@dataclass(frozen=True)
class Provider:
    issuer: str

    def knows(self, subject: str, **claims: object) -> None:
        requests.put(f"{self.issuer}/users/{subject}", json=claims, timeout=5).raise_for_status()

    def answers(self, address: str, subject: str, **changed: str) -> str:
        """Where the browser is sent after the log-in there; `changed` is put into what was asked."""
        return self._post(altered(address, **changed), {"sub": subject})

    def denies(self, address: str) -> str:
        return self._post(address, {"action": "deny"})

    def _post(self, address: str, form: dict[str, str]) -> str:
        answer = requests.post(address, data=form, allow_redirects=False, timeout=5)
        assert answer.status_code == 302, answer.text
        return path_of(answer.headers["Location"])


def path_of(address: str) -> str:
    return re.sub(r"^https?://[^/]+", "", address)


def altered(address: str, **changed: str) -> str:
    parts = urlsplit(address)
    return urlunsplit(parts._replace(query=urlencode(dict(parse_qsl(parts.query)) | changed)))


def begun(client: Client, **query: str) -> str:
    answer = client.get(START, query)
    assert answer.status_code == 302, answer.content
    return str(answer["Location"])


@contextmanager
def running() -> Iterator[Provider]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        issuer = f"http://127.0.0.1:{port}"
        _wait(f"{issuer}/.well-known/openid-configuration")
        yield Provider(issuer)
    finally:
        process.terminate()
        process.wait(10)


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            requests.get(address, timeout=5).raise_for_status()
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise TimeoutError(address)
