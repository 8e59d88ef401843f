"""Takes a name and scopes, gives a program its token; takes a request's token, gives the client."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission

from ingest.audit.log import note
from profiles.models import ApiClient

PREFIX = "idp_"
READ, EVENTS, DECIDE, ERASE, ADMIN = (
    ApiClient.Scope.READ,
    ApiClient.Scope.EVENTS,
    ApiClient.Scope.DECIDE,
    ApiClient.Scope.ERASE,
    ApiClient.Scope.ADMIN,
)
ALL_BUT_ADMIN = "write"  # a short name for the three that a program which keeps data right needs
SCOPES = [READ, EVENTS, DECIDE, ERASE, ALL_BUT_ADMIN, ADMIN]


@dataclass(frozen=True)
class NewClient:
    """An API client, and its token: the one time it can be shown."""

    client: ApiClient
    token: str


def create_client(
    *, name: str, scopes: Iterable[str], expires_at: datetime | None = None, rate_limit: int = 6000
) -> NewClient:
    """Raises ValidationError for a name that is taken, no scope or one that is none, an end that is past."""
    token = _new_token()
    client = ApiClient(
        name=name.strip(), scopes=_scopes(scopes), expires_at=expires_at, rate_limit=rate_limit,
        token_prefix=token[:12], token_sha256=sha256(token),
    )  # fmt: skip
    client.full_clean()
    client.save(force_insert=True)
    note(actor="system", action="api_client_made", subject=client.name, detail={"scopes": client.scopes})
    return NewClient(client, token)


def rotate_token(client: ApiClient, *, overlap: timedelta = timedelta(0)) -> str:
    """A new token; the one before is valid for as long as `overlap`, so that programs can change without a gap."""
    token = _new_token()
    client.old_token_sha256 = client.token_sha256 if overlap else ""
    client.old_token_until = timezone.now() + overlap if overlap else None
    client.token_prefix, client.token_sha256 = token[:12], sha256(token)
    client.save(update_fields=["token_prefix", "token_sha256", "old_token_sha256", "old_token_until"])
    note(actor="system", action="api_token_rotated", subject=client.name)
    return token


def revoke_client(client: ApiClient) -> None:
    client.revoked_at = timezone.now()
    client.save(update_fields=["revoked_at"])
    note(actor="system", action="api_client_revoked", subject=client.name)


def client_of(token_sha256: str) -> ApiClient | None:
    """The client whose token this is; None where it is unknown, was revoked or has ended."""
    known = Q(token_sha256=token_sha256) | Q(old_token_sha256=token_sha256, old_token_until__gt=Now())
    in_force = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=Now()))
    return ApiClient.objects.filter(known & in_force).first()


def token_of(request: HttpRequest) -> str:
    """The token's SHA-256; "" where the request brings none."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return sha256(token.strip()) if scheme.lower() == "bearer" else ""


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer TOKEN`; `request.auth` is the client."""

    def authenticate(self, request: HttpRequest) -> tuple[None, ApiClient] | None:
        token_sha256 = token_of(request)
        if not token_sha256:
            return None
        client = client_of(token_sha256)
        if client is None:
            raise AuthenticationFailed("this token is unknown, has expired or was revoked")
        return None, client

    def authenticate_header(self, request: HttpRequest) -> str:
        return 'Bearer realm="idportal"'


class _May(BasePermission):
    scope: str

    def has_permission(self, request: HttpRequest, view: object) -> bool:
        client = getattr(request, "auth", None)
        self.message = f"this client has no scope {self.scope!r}"
        return isinstance(client, ApiClient) and client.may(self.scope)


class MayRead(_May):
    scope = READ


class MaySendEvents(_May):
    scope = EVENTS


class MayDecide(_May):
    scope = DECIDE


class MayErase(_May):
    """Ask for it, and export; confirming takes more."""

    scope = ERASE


class MayAll(_May):
    scope = ADMIN


def sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _new_token() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def _scopes(scopes: Iterable[str]) -> list[str]:
    wanted: set[str] = set()
    for scope in scopes:
        wanted |= {READ, EVENTS, DECIDE} if scope == ALL_BUT_ADMIN else {scope}
    return sorted(wanted)
