"""Takes the registry of sources and what a caller shows, gives the source it speaks for, or a refusal."""

import base64
import binascii
import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.collect.refusal import Refused

_PORTS = {"http": ":80", "https": ":443"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    id: int
    write_key_sha256: str
    secret_sha256: str
    origins: frozenset[str]
    client_ip: str
    region: str
    enabled: bool

    def client(self, *, ip: str, user_agent: str) -> dict[str, str]:
        """What may be kept of the caller, by the source's setting."""
        kept = _kept_ip(ip, self.client_ip)
        return {**({"ip": kept} if kept else {}), **({"user_agent": user_agent[:512]} if user_agent else {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    by_key: Mapping[str, Source]
    by_secret: Mapping[str, Source]
    default: Source | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    write_key: str = ""
    secret: str = ""


def read_sources(registry: Mapping[str, Any]) -> Sources:
    """The sources of a registry answer of version 1; raises KeyError, TypeError or ValueError when it is none."""
    if registry["version"] != 1:
        raise ValueError("not a registry of version 1")
    rows = [(row, _source(row)) for row in registry["sources"]]
    return Sources(
        by_key={source.write_key_sha256: source for _, source in rows},
        by_secret={source.secret_sha256: source for _, source in rows if source.secret_sha256},
        default=next((source for row, source in rows if row.get("default")), None),
    )


def credentials(*, authorization: str, stated_key: str) -> Credentials:
    """The keys in an Authorization header, and the write key stated in body or address. Basic credentials of another
    user belong to something else on the same host, a staging site's log-in for instance."""
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() == "bearer" and rest.strip():
        return Credentials(write_key=stated_key, secret=rest.strip())
    if scheme.lower() == "basic":
        user, password = _basic(rest)
        if stated_key in ("", user):
            return Credentials(write_key=user, secret=password)
    return Credentials(write_key=stated_key)


def admit(*, sources: Sources, shown: Credentials, origin: str) -> tuple[Source, bool]:
    """The source and whether the caller proved its secret; raises Refused."""
    source = _named(sources, shown)
    if shown.secret and not hmac.compare_digest(_sha256(shown.secret), source.secret_sha256):
        raise Refused(401, "wrong_secret", "The secret is not that of the source.")
    if not source.enabled:
        raise Refused(403, "disabled_source", "This source is switched off.")
    if source.origins and origin and not shown.secret and _plain(origin) not in source.origins:
        raise Refused(403, "foreign_origin", "This source takes no events from that origin.")
    return source, bool(shown.secret)


def _named(sources: Sources, shown: Credentials) -> Source:
    if shown.write_key:
        source, reason, message = (
            sources.by_key.get(_sha256(shown.write_key)),
            "unknown_write_key",
            "No source has this write key.",
        )
    elif shown.secret:
        source, reason, message = (
            sources.by_secret.get(_sha256(shown.secret)),
            "wrong_secret",
            "No source has this secret.",
        )
    else:
        source, reason, message = sources.default, "missing_write_key", "There is no default source: send a writeKey."
    if source is None:
        raise Refused(401, reason, message)
    return source


def _source(row: Mapping[str, Any]) -> Source:
    return Source(
        id=int(row["id"]),
        write_key_sha256=row["write_key_sha256"],
        secret_sha256=row.get("secret_sha256") or "",
        origins=frozenset(_plain(origin) for origin in row.get("origins") or ()),
        client_ip=row.get("client_ip") or "none",
        region=row.get("region") or "",
        enabled=bool(row["enabled"]),
    )


def _plain(origin: str) -> str:
    """As browsers write it: lower case, no slash at the end, no port that goes without saying."""
    origin = origin.strip().lower().rstrip("/")
    return origin.removesuffix(_PORTS.get(origin.partition(":")[0], "\0"))


def _basic(encoded: str) -> tuple[str, str]:
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return user, password


def _kept_ip(ip: str, setting: str) -> str:
    if setting not in ("full", "truncated"):
        return ""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ""
    address = getattr(address, "ipv4_mapped", None) or address
    prefix = 48 if address.version == 6 else 24
    if setting == "truncated":
        return str(ipaddress.ip_network((address, prefix), strict=False).network_address)
    return str(address)


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
