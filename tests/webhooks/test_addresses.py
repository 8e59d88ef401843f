"""Where a webhook may not post, whatever its URL and DNS say."""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.exceptions import ValidationError
from pytest_django import Settings

from idportal.webhooks import managing
from idportal.webhooks.addresses import Refused, is_public, place_of
from idportal.webhooks.models import Webhook
from idportal.webhooks.posting import Line
from tests.webhooks.receiver import Receiver

OURS = (
    "127.0.0.1 127.9.9.9 0.0.0.0 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 224.0.0.1 "
    "239.255.255.250 240.0.0.1 255.255.255.255 192.0.0.1 198.18.0.1 192.0.2.1 :: ::1 "
    "fe80::1 fc00::1 fd00:ec2::254 ff02::1 "
    "fec0::1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:8.8.8.8 ::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::a00:1 "
    "2002:7f00:1:: 2001:0:53aa:64c:0:fbff:80ff:fffe 2001:db8::1"
).split()
Resolves = Callable[..., None]


@pytest.fixture
def dns(monkeypatch: pytest.MonkeyPatch) -> Resolves:
    """What every host is, one answer after the other; the last one stays."""

    def set_answers(*answers: list[str]) -> None:
        left, real = list(answers), socket.getaddrinfo

        def answer(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
            if not host.endswith(".example"):
                return real(host, port, *args, **kwargs)
            found = left.pop(0) if len(left) > 1 else left[0]
            return [(0, 0, 0, "", (one, port)) for one in found]

        monkeypatch.setattr("idportal.webhooks.addresses.socket.getaddrinfo", answer)

    return set_answers


@pytest.mark.parametrize("address", OURS)
def test_an_address_that_may_be_ours_is_refused_as_name_and_as_number(address: str, dns: Resolves) -> None:
    dns([address])
    assert not is_public(ipaddress.ip_address(address))
    with pytest.raises(Refused, match="not on the public internet"):
        place_of("https://receiver.example/")


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost", "[::1]", "[::ffff:7f00:1]", "0"]
)
def test_other_ways_to_write_loopback_are_refused(host: str) -> None:
    with pytest.raises(Refused):
        place_of(f"https://{host}/")


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"])
def test_a_public_address_is_taken(address: str, dns: Resolves) -> None:
    dns([address])
    place = place_of("https://receiver.example/hook?a=b#part")
    assert (place.address, place.host_header, place.target) == (address, "receiver.example", "/hook?a=b")
    assert place_of("https://receiver.example:8443").host_header == "receiver.example:8443"


def test_one_address_of_ours_among_public_ones_is_one_too_many(dns: Resolves) -> None:
    dns(["93.184.216.34", "10.0.0.1"])
    with pytest.raises(Refused):
        place_of("https://receiver.example/")


@pytest.mark.parametrize(
    "url",
    [
        "http://receiver.example/", "ftp://receiver.example/", "file:///etc/passwd", "gopher://receiver.example/",
        "https://", "https:///path", "receiver.example", "", "https://ann:secret@receiver.example/",
        "https://receiver.example:99999/", "https://receiver.example/a b", "https://receiver.example\\@10.0.0.1/",
        "https://receiver.example/\r\nX: y", "https://[::1/", "https://rece\u200biver.example/",
    ],
)  # fmt: skip
def test_what_is_no_plain_https_url_is_refused(url: str, dns: Resolves) -> None:
    dns(["93.184.216.34"])
    with pytest.raises(Refused):
        place_of(url)


def test_a_host_that_dns_does_not_know_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: Any, **kwargs: Any) -> None:
        raise socket.gaierror

    monkeypatch.setattr("idportal.webhooks.addresses.socket.getaddrinfo", unknown)
    with pytest.raises(Refused, match="DNS"):
        place_of("https://nobody.example/")


@pytest.mark.django_db
def test_it_is_refused_when_it_is_saved_and_again_when_dns_says_otherwise_later(
    dns: Resolves, receiver: Receiver, settings: Settings
) -> None:
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    dns(["127.0.0.1"])
    with pytest.raises(ValidationError, match="public internet"):
        managing.create_webhook(name="CRM", url="https://receiver.example/", types=["profile.merged"])
    dns(["93.184.216.34"], ["127.0.0.1"])
    webhook = managing.create_webhook(name="CRM", url="https://receiver.example/", types=["profile.merged"]).webhook
    told = managing.send_test(webhook)
    assert (told.status, told.error) == (0, "This address is not on the public internet.")
    Webhook.objects.update(url=receiver.url)
    webhook.refresh_from_db()
    assert managing.send_test(webhook).error == "The URL must begin with https://."
    assert receiver.requests == []


def test_dns_is_asked_once_and_the_connection_goes_to_the_address_that_was_checked(
    dns: Resolves, receiver: Receiver
) -> None:
    dns(["127.0.0.1"], ["203.0.113.9"])
    with closing(Line(f"http://receiver.example:{receiver.port}/hook")) as line:
        assert [line.post(body=b"{}", headers={}).status for _ in range(2)] == [200, 200]
    assert receiver.requests[0][0]["host"] == f"receiver.example:{receiver.port}"


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.statuses, receiver.headers = [307], {"Location": receiver.url}
    with closing(Line(receiver.url)) as line:
        assert line.post(body=b"{}", headers={}).status == 307
    assert receiver.requests == []


class Secure(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def https_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[int]:
    """A receiver with a certificate for receiver.example, of an authority that we trust."""
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now, only = datetime.now(UTC), x509.SubjectAlternativeName([x509.DNSName("receiver.example")])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(only, critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    file, pem = tmp_path / "both.pem", serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(plain + certificate.public_bytes(pem))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server = HTTPServer(("127.0.0.1", 0), Secure)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_over_https_the_certificate_must_be_that_of_the_host_not_of_the_address(https_port: int, dns: Resolves) -> None:
    dns(["127.0.0.1"])
    with closing(Line(f"https://receiver.example:{https_port}/")) as line:
        assert line.post(body=b"{}", headers={}).status == 204
    with closing(Line(f"https://other.example:{https_port}/")) as line:
        assert line.post(body=b"{}", headers={}).error == "The certificate is not valid for this host."
