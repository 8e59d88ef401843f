"""Takes a name and a scope, gives a program its token; takes a request's token, gives the client."""

import hashlib
import secrets
from dataclasses import dataclass

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission

from profiles.models import ApiClient

PREFIX = "idp_"
SCOPES = [ApiClient.Scope.READ, ApiClient.Scope.WRITE, ApiClient.Scope.ADMIN]  # each includes those before it


@dataclass(frozen=True)
class NewClient:
    """An API client, and its token: the one time it can be shown."""

    client: ApiClient
    token: str


def create_client(*, name: str, scope: str) -> NewClient:
    """Raises ValidationError for a name that is taken or a scope that is none."""
    token = PREFIX + secrets.token_urlsafe(32)
    client = ApiClient(name=name, scope=scope, token_prefix=token[:12], token_sha256=_sha256(token))
    client.full_clean()
    client.save(force_insert=True)
    return NewClient(client, token)


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer TOKEN`; `request.auth` is the client."""

    def authenticate(self, request: HttpRequest) -> tuple[None, ApiClient] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        client = ApiClient.objects.filter(token_sha256=_sha256(token.strip()), revoked_at=None).first()
        if client is None:
            raise AuthenticationFailed("this token is unknown or was revoked")
        return None, client

    def authenticate_header(self, request: HttpRequest) -> str:
        return 'Bearer realm="idportal"'


class MayRead(BasePermission):
    """Every scope may read."""

    def has_permission(self, request: HttpRequest, view: object) -> bool:
        client = getattr(request, "auth", None)
        return isinstance(client, ApiClient) and client.scope in SCOPES


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
