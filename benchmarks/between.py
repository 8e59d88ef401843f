"""Stands between Firehose and the delivery endpoint; passes everything on, or answers wrongly in every way."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle

import urllib3

Answer = tuple[int, str, bytes]  # status, content type, body


def _with(**said: object) -> Callable[[Answer], Answer]:
    return lambda answer: (answer[0], answer[1], json.dumps({**json.loads(answer[2]), **said}).encode())


# Each after the delivery has landed: Firehose takes none of them for an answer, and delivers again.
LANDED_BUT_WRONG: dict[str, Callable[[Answer], Answer]] = {
    "status 202": lambda answer: (202, answer[1], answer[2]),
    "status 500": lambda answer: (500, answer[1], answer[2]),
    "another request id": _with(requestId="another"),
    "time as text": _with(timestamp="1"),
    "one more field": _with(more=1),
    "HTML": lambda _answer: (200, "text/html", b"<html>ok</html>"),
    "no JSON": lambda answer: (200, answer[1], b"ok"),
    "nothing": lambda answer: (200, answer[1], b""),
}


class Between:
    def __init__(self, *, portal: str) -> None:
        self.portal = portal
        self.given: set[str] = set()
        self._wrong: Iterator[str] | None = None
        self._lock = threading.Lock()
        self._http = urllib3.PoolManager(maxsize=16, retries=False, timeout=180)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/ingest/v1/deliveries"

    def answer_wrongly(self, wrongly: bool) -> None:
        with self._lock:
            self._wrong = cycle(LANDED_BUT_WRONG) if wrongly else None

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _passed_on(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        answer = self._http.request("POST", self.portal + path, headers=headers, body=body)
        told = answer.status, answer.headers.get("content-type", ""), answer.data
        with self._lock:
            how = next(self._wrong) if self._wrong and answer.status == 200 else None
            self.given |= {how} if how else set()
        return LANDED_BUT_WRONG[how](told) if how else told

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        between = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                passed = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                try:
                    status, kind, said = between._passed_on(self.path, passed, body)
                except (urllib3.exceptions.HTTPError, OSError):
                    self.close_connection = True  # the portal is away: no answer at all
                    return
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                pass

        return Handler
