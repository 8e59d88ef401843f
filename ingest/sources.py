"""Takes a name and settings, gives a source with its keys; and what the other hops need to know of all sources."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from phonenumbers import SUPPORTED_REGIONS

from ingest.models import Source
from ingest.sealing import opened, sealed

_PURPOSE = "idportal source secrets"
IMPORT = "import"  # the built-in trusted source of imported lines that name no other

# As browsers send it in the header Origin: no path, no slash at the end.
_ORIGIN = re.compile(r"https?://[^\s/@?#]+")


@dataclass(frozen=True)
class NewSource:
    """A source, and its secret key: the one time it can be shown."""

    source: Source
    secret: str


@dataclass(frozen=True, slots=True)
class KnownSource:
    """What landing needs of a source. `secret` is empty where it has none, or none that can be decrypted."""

    id: int
    encrypted: bytes

    @property
    def secret(self) -> bytes:
        return decrypt_secret(self.encrypted) or b""


def create_source(
    *,
    name: str,
    trusted: bool = False,
    origins: Sequence[str] = (),
    region: str = "",
    client_ip: str = Source.ClientIp.TRUNCATED,
) -> NewSource:
    """Raises django.core.exceptions.ValidationError for a name that is taken, an origin or region that is none."""
    source = Source(
        name=name.strip(),
        write_key=_new_write_key(),
        trusted=trusted,
        origins=[_origin(origin) for origin in origins],
        region=_region(region),
        client_ip=client_ip,
    )
    secret = _give_secret(source)
    source.full_clean()
    source.save(force_insert=True)
    return NewSource(source, secret)


def update_source(source: Source, *, origins: Sequence[str], region: str, client_ip: str, enabled: bool) -> None:
    """Raises django.core.exceptions.ValidationError for an origin or region that is none."""
    source.origins = [_origin(origin) for origin in origins]
    source.region, source.client_ip, source.enabled = _region(region), client_ip, enabled
    source.full_clean()
    source.save(update_fields=["origins", "region", "client_ip", "enabled"])


def rotate_secret(source: Source) -> str:
    """The new secret key; the old one proves and signs nothing any more."""
    secret = _give_secret(source)
    source.save(update_fields=["secret_sha256", "secret_encrypted"])
    return secret


def known_sources() -> dict[int, KnownSource]:
    rows = Source.objects.values_list("id", "secret_encrypted")
    return {row[0]: KnownSource(row[0], encrypted=bytes(row[1])) for row in rows}


def ensure_first_sources() -> None:
    """Where there is no source at all: the default one, for events without a write key, and the one of imports."""
    if not Source.objects.exists():
        Source.objects.create(name="default", write_key=_new_write_key(), is_default=True)
        import_source()


def import_source() -> Source:
    source, _ = Source.objects.get_or_create(name=IMPORT, defaults={"write_key": _new_write_key(), "trusted": True})
    return source


def snippet(source: Source) -> str:
    """What a marketer pastes into the site's pages: the stub keeps calls until the script is there."""
    return format_html(
        '<script src="{0}/static/snippet/stub.js"></script>\n'
        '<script async src="{0}/static/snippet/idportal.js" data-write-key="{1}" data-endpoint="{2}"></script>',
        settings.PORTAL_URL,
        source.write_key,
        settings.COLLECT_URL,
    )


def registry() -> dict[str, Any]:
    """What the collect Lambda needs to know. The import source is not in it: it takes no events from outside."""
    return {"version": 1, "sources": [_entry(source) for source in Source.objects.exclude(name=IMPORT).order_by("id")]}


def decrypt_secret(encrypted: bytes) -> bytes | None:
    """None when it is empty, or was encrypted with a SECRET_KEY that we no longer have: then it must be rotated."""
    return _decrypted(encrypted, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache  # landing asks for each signed event
def _decrypted(encrypted: bytes, *_keys: str) -> bytes | None:
    return opened(encrypted, purpose=_PURPOSE)


def _new_write_key() -> str:
    return f"wk_{secrets.token_urlsafe(18)}"


def _origin(text: str) -> str:
    origin = text.strip().lower().rstrip("/")
    if not _ORIGIN.fullmatch(origin):
        raise ValidationError({"origins": f"{text!r} is no origin: write it as https://shop.example"})
    return origin


def _region(text: str) -> str:
    region = text.strip().upper()
    if region and region not in SUPPORTED_REGIONS:
        raise ValidationError({"region": f"{text!r} is no country: write two letters, as DE or US"})
    return region


def _give_secret(source: Source) -> str:
    secret = f"sk_{secrets.token_urlsafe(32)}"
    source.secret_sha256 = _sha256(secret)
    source.secret_encrypted = sealed(secret.encode(), purpose=_PURPOSE)
    return secret


def _entry(source: Source) -> dict[str, Any]:
    return {
        "id": source.pk,
        "name": source.name,
        "write_key_sha256": _sha256(source.write_key),
        "secret_sha256": source.secret_sha256 or None,
        "origins": source.origins,
        "client_ip": source.client_ip,
        "region": source.region,
        "default": source.is_default,
        "enabled": source.enabled,
    }


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
