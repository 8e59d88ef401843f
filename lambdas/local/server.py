"""Takes HTTP requests off a socket, gives what a function answers: the server under both stand-ins."""

import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

IDLE_SECONDS = 30
MAX_CONNECTIONS = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    ip: str

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class HangUp(Exception):
    """Close the connection without an answer."""


class _TooLarge(Exception):
    pass


Respond = Callable[[HttpRequest], HttpResponse]


class Server(ThreadingHTTPServer):
    """A thread a connection, kept alive; with more than MAX_CONNECTIONS the next ones wait to be accepted."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, *, host: str, port: int, respond: Respond, max_body: int) -> None:
        self.respond = respond
        self.max_body = max_body
        self._room = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self._busy = 0
        self._closing = False
        self._idle = threading.Condition()
        super().__init__((host, port), _Exchange)

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def serve_in_background(self) -> None:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def finish(self, *, seconds: float) -> None:
        """Accept nothing more; give what is being answered some time."""
        self._closing = True
        self.shutdown()
        self.server_close()
        give_up = time.monotonic() + seconds
        with self._idle:
            while self._busy and (left := give_up - time.monotonic()) > 0:
                self._idle.wait(left)

    def answered(self, request: HttpRequest) -> HttpResponse:
        with self._idle:
            self._busy += 1
        try:
            return self.respond(request)
        finally:
            with self._idle:
                self._busy -= 1
                self._idle.notify_all()

    def server_bind(self) -> None:
        """Without http.server's look-up of this machine's name, which can take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        while not self._room.acquire(timeout=0.2):
            if self._closing:
                self.shutdown_request(request)
                return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = 65_536
    server: Server

    def exchange(self) -> None:
        path, _, query = self.path.partition("?")
        try:
            request = HttpRequest(
                method=self.command,
                path=path,
                query=query,
                headers=self.headers.items(),
                body=self._body(),
                ip=str(self.client_address[0]),
            )
            self._send(self.server.answered(request))
        except HangUp:
            self.close_connection = True
        except _TooLarge:
            self.close_connection = True
            self._send(HttpResponse(status=413, body=b'{"message":"Request Entity Too Large"}'))

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = exchange  # noqa: N815

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            return self._chunked()
        length = self.headers.get("content-length") or "0"
        if not length.isdecimal():
            raise HangUp
        if int(length) > self.server.max_body:
            raise _TooLarge
        return self._exactly(int(length))

    def _exactly(self, length: int) -> bytes:
        """Half a body, because the sender went away, is nobody's event."""
        body = self.rfile.read(length)
        if len(body) < length:
            raise HangUp
        return body

    def _chunked(self) -> bytes:
        body = bytearray()
        while size := self._chunk_size():
            if len(body) + size > self.server.max_body:
                raise _TooLarge
            body += self._exactly(size)
            self.rfile.readline(100)
        while self.rfile.readline(10_000).strip():
            pass
        return bytes(body)

    def _chunk_size(self) -> int:
        try:
            return int(self.rfile.readline(100).split(b";")[0], 16)
        except ValueError:
            raise HangUp from None

    def _send(self, response: HttpResponse) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 204:
            self.send_header("content-length", str(len(response.body)))
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """The functions behind log what happened, without addresses."""
