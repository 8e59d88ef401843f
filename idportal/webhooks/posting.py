"""Takes an address that was checked, gives what it answers to a POST: within limits, and whatever goes wrong."""

import http.client
import socket
import threading
import time
from dataclasses import dataclass, replace

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse
from urllib3.util.ssl_match_hostname import CertificateError

from idportal.webhooks.addresses import Place, Refused, place_of

CONNECT_SECONDS = 5
SECONDS = 15  # for all of it
KEPT = 1_000  # bytes of the answer
READ = 65_536  # a longer answer costs its connection


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Status 0: none came, and `error` says why. Redirects are answers like others: nobody follows them."""

    status: int = 0
    error: str = ""
    body: bytes = b""
    milliseconds: int = 0
    retry_after: str = ""


class Line:
    """A connection to one URL, kept open from one POST to the next. Its address is checked when it is opened, and it
    is opened again after a while, as DNS may say another."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._open: HTTPConnection | None = None
        self._host = self._target = ""

    def post(self, *, body: bytes, headers: dict[str, str]) -> Answer:
        started = time.monotonic()
        answer = self._answer(body, headers)
        return replace(answer, milliseconds=round((time.monotonic() - started) * 1000))

    def close(self) -> None:
        if self._open:
            self._open.close()
        self._open = None

    def _answer(self, body: bytes, headers: dict[str, str]) -> Answer:
        again = self._open is not None
        try:
            return self._exchange(body, headers)
        except Refused as error:
            return Answer(error=str(error))
        except (OSError, http.client.HTTPException, HTTPError, ValueError) as error:  # CertificateError is a ValueError
            self.close()
            if again and isinstance(error, (ConnectionError, http.client.RemoteDisconnected)):
                return self._answer(body, headers)  # it had been closed meanwhile, as anybody may
            return Answer(error=_said(error))

    def _exchange(self, body: bytes, headers: dict[str, str]) -> Answer:
        connection = self._open or self._opened()
        late = threading.Event()
        limit = threading.Timer(SECONDS, _cut, [connection, late])
        limit.start()
        try:
            connection.request("POST", self._target, body=body, headers={"Host": self._host, **headers},
                               preload_content=False, decode_content=False, enforce_content_length=False)  # fmt: skip
            answer = self._read(connection.getresponse())
        except Exception:
            if late.is_set():
                raise TimeoutError from None
            raise
        else:
            if late.is_set():  # headers that were cut off look like whole ones
                raise TimeoutError
            return answer
        finally:
            limit.cancel()

    def _opened(self) -> HTTPConnection:
        place = place_of(self._url)
        self._host, self._target = place.host_header, place.target
        self._open = _connection(place)
        self._open.connect()
        if self._open.sock:
            self._open.sock.settimeout(SECONDS)
        return self._open

    def _read(self, response: BaseHTTPResponse) -> Answer:
        read = response.read(READ) or b""
        whole = len(read) < READ and not response.read(1)
        if not whole or response.headers.get("Connection", "").lower() == "close":
            self.close()
        else:
            response.release_conn()
        retry_after = response.headers.get("Retry-After", "")
        return Answer(status=response.status, body=read[:KEPT], retry_after=retry_after)


def _connection(place: Place) -> HTTPConnection:
    if place.scheme == "http":
        return HTTPConnection(place.address, place.port, timeout=CONNECT_SECONDS)
    return HTTPSConnection(
        place.address, place.port, timeout=CONNECT_SECONDS, cert_reqs="CERT_REQUIRED", server_hostname=place.host,
        assert_hostname=place.host,
    )  # fmt: skip


def _cut(connection: HTTPConnection, late: threading.Event) -> None:
    """Whatever drips byte by byte ends here: a time-out of the socket begins anew with each of them."""
    late.set()
    if connection.sock:
        try:
            connection.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            connection.close()


def _said(error: Exception) -> str:
    if isinstance(error, TimeoutError) or "imed out" in str(error):
        return f"No answer within {SECONDS} seconds."
    if isinstance(error, ConnectionRefusedError) or "refused" in str(error).lower():
        return "Nobody listens there: the connection was refused."
    if isinstance(error, CertificateError) or "certificate" in str(error).lower():
        return "The certificate is not valid for this host."
    return f"The connection broke: {type(error).__name__}."
