"""Takes a URL, gives the public address that it leads to just now; refuses what leads into our own network."""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Addresses that carry another one inside, or lead to one: translation and tunnels, which no receiver needs.
_CARRIERS = [ipaddress.ip_network(n) for n in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16")]
_PORTS = {"https": 443, "http": 80}


class Refused(Exception):
    """The text says why, for the person who wrote the URL."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where to connect (`address`), and whom to ask for there."""

    scheme: str
    host: str
    address: str
    port: int
    target: str  # path and query

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def place_of(url: str) -> Place:
    """Asks DNS. Whoever connects must connect to this very address: DNS may say another one a moment later.
    Raises Refused."""
    scheme, host, port, target = _parts(url)
    addresses = _resolved(host, port)
    if not settings.WEBHOOKS_ALLOW_PRIVATE and not all(is_public(one) for one in addresses):
        raise Refused("This address is not on the public internet.")
    return Place(scheme=scheme, host=host, address=str(addresses[0]), port=port, target=target)


def is_public(address: Address) -> bool:
    """Whether it can't be ours: not private, loopback, link-local, multicast, reserved, or a disguise."""
    if isinstance(address, ipaddress.IPv6Address) and (
        address.ipv4_mapped or address.is_site_local or any(address in network for network in _CARRIERS)
    ):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _parts(url: str) -> tuple[str, str, int, str]:
    if not url.isascii() or any(c.isspace() or not c.isprintable() for c in url) or "\\" in url:
        raise Refused("A URL has no spaces, backslashes or letters beyond ASCII; write such a host as xn--…")
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise Refused("This is not a URL.") from None
    schemes = ("https", "http") if settings.WEBHOOKS_ALLOW_PRIVATE else ("https",)
    if parts.scheme not in schemes:
        raise Refused("The URL must begin with https://.")
    if not parts.hostname:
        raise Refused("The URL names no host.")
    if parts.username is not None or parts.password is not None:
        raise Refused("The URL must not hold a name or password: the signature proves who we are.")
    return parts.scheme, parts.hostname, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _resolved(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused("DNS does not know this host.") from None
    return [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
