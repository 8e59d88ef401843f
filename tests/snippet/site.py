"""Takes pages and answers that a test chooses, gives a customer's site and a collect API on two origins."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

SNIPPET = Path(__file__).parents[2] / "static" / "snippet"
PATIENCE = 10
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "retry-after"}

# What a page does when it is shown or hidden is to send at once; it saves a test the wait for others to travel with.
HURRY = "document.dispatchEvent(new Event('visibilitychange'))"

NOTHING_WAITS = "!Object.keys(localStorage).some((key) => key.startsWith('idportal.q.'))"

Event = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Status 0 closes the connection without a word."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Post:
    body: str
    headers: Mapping[str, str]
    at: float
    status: int

    @property
    def batch(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read

    @property
    def events(self) -> list[Event]:
        return list(self.batch["batch"])


class Server:
    """One origin, answering in threads until it is closed."""

    def __init__(self) -> None:
        handler = type("Handler", (_Handler,), {"owner": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def respond(self, request: BaseHTTPRequestHandler, body: str) -> tuple[Answer, bytes]:
        raise NotImplementedError

    def close(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


class Collect(Server):
    """The collect API as far as a browser can tell. An answer may depend on what was posted."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.preflights = 0
        self.answer: Answer | Callable[[str], Answer] = Answer()
        self.gate = threading.Event()  # cleared, nobody gets an answer
        self.gate.set()
        self._changed = threading.Condition()
        super().__init__()

    def respond(self, request: BaseHTTPRequestHandler, body: str) -> tuple[Answer, bytes]:
        with self._changed:
            if request.command == "OPTIONS":
                self.preflights += 1
                return Answer(status=204), b""
            given = self.answer(body) if callable(self.answer) else self.answer
            post = Post(body=body, headers=dict(request.headers), at=monotonic(), status=given.status)
            self.posts.append(post)
            self._changed.notify_all()
        self.gate.wait(PATIENCE)
        headers = {**CORS, **given.headers}
        return Answer(status=given.status, headers=headers), json.dumps(given.body).encode()

    @property
    def events(self) -> list[Event]:
        """Those it took, in the order they came."""
        return [event for post in self.posts if post.status == 200 for event in post.events]

    @property
    def landed(self) -> list[Event]:
        """Each once, as the pipeline lands them: what leaves with a page is sent again by the next."""
        return list({event["messageId"]: event for event in reversed(self.events)}.values())[::-1]

    @property
    def names(self) -> list[str]:
        return [_name(event) for event in self.events]

    @property
    def landed_names(self) -> list[str]:
        return [_name(event) for event in self.landed]

    @property
    def refused(self) -> list[Post]:
        return [post for post in self.posts if post.status != 200]

    def until(self, come: Callable[[], object], what: str) -> None:
        with self._changed:
            if not self._changed.wait_for(come, PATIENCE):
                posts = [(post.status, [_name(event) for event in post.events]) for post in self.posts]
                raise AssertionError(f"waited in vain for {what}; posted so far: {posts}")

    def until_event(self, name: str) -> Event:
        """The first that was taken of this name, or of this type when it has none."""
        self.until(lambda: name in self.names, f"the event {name}")
        return next(event for event in self.events if _name(event) == name)


class Site(Server):
    """Every path has the snippet on it, unless a test put something else there."""

    def __init__(self, collect: Collect) -> None:
        self.collect = collect
        self.pages: dict[str, tuple[str, Mapping[str, str]]] = {}
        super().__init__()

    def respond(self, request: BaseHTTPRequestHandler, body: str) -> tuple[Answer, bytes]:
        path = urlsplit(request.path).path
        if path == "/v1/events":  # the collect API on the site's own address
            return self.collect.respond(request, body)
        if path.startswith("/static/snippet/"):
            script = {"Content-Type": "text/javascript", "Access-Control-Allow-Origin": "*"}
            return Answer(headers=script), (SNIPPET / path.removeprefix("/static/snippet/")).read_bytes()
        page, headers = self.pages.get(path) or (html(title=path, head=self.tag()), {})
        return Answer(headers={"Content-Type": "text/html; charset=utf-8", **headers}), page.encode()

    def put(self, path: str, page: str, **headers: str) -> str:
        """A page of the test's own; gives its address."""
        self.pages[path] = page, {name.replace("_", "-"): value for name, value in headers.items()}
        return self.url + path

    def tag(self, **data: str) -> str:
        """The tag as a marketer copies it; `data` changes or adds data- attributes."""
        given = {"write-key": "wk_test", "endpoint": self.collect.url + "/v1/events"}
        given |= {name.replace("_", "-"): value for name, value in data.items()}
        attributes = " ".join(f'data-{name}="{value}"' for name, value in given.items())
        return f'<script async src="/static/snippet/idportal.js" {attributes}></script>'


def html(*, head: str = "", body: str = "", title: str = "A page") -> str:
    start = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    return f"{start}{head}</head><body>{body}</body></html>"


def _name(event: Event) -> str:
    return str(event.get("event") or event["type"])


class _Handler(BaseHTTPRequestHandler):
    owner: Server
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        try:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            given, content = self.owner.respond(self, body)
            self._write(given, content)
        except OSError:  # the browser went away, which is what many of these tests are about
            self.close_connection = True

    def _write(self, given: Answer, content: bytes) -> None:
        if not given.status:
            self.close_connection = True
            return
        self.send_response(given.status)
        for name, value in given.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_OPTIONS = _answer  # noqa: N815 - the names that http.server looks for

    def log_message(self, *_: object) -> None:
        pass
