"""Takes a request, gives the way to the provider's log-in page; takes the way back, gives whom it vouches for."""

import logging
from dataclasses import dataclass
from typing import Any

from authlib.integrations.base_client import MismatchingStateError, OAuthError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from joserfc.errors import JoseError
from requests import RequestException

from idportal.accounts.single_sign_on.refused import Refused

SECONDS = 10
SIGNED_BY_KEY_PAIR = {f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)} | {"EdDSA", "Ed25519"}
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Vouched:
    issuer: str
    subject: str
    email: str
    email_verified: bool
    groups: frozenset[str]


def is_on() -> bool:
    return bool(settings.SSO_ISSUER)


def lead_there(request: HttpRequest) -> HttpResponse:
    """With state, nonce and PKCE, which the session keeps until the way back. Raises Refused."""
    try:
        address = settings.PORTAL_URL + reverse("single_sign_on_done")
        answer: HttpResponse = _provider().authorize_redirect(request, address)
    except (OAuthError, RequestException, ValueError, RuntimeError, KeyError) as error:
        raise _refused("unavailable", error) from error
    return answer


def come_back(request: HttpRequest) -> Vouched:
    """The id token is of our session, of this provider, for us, in time, and signed by its keys. Raises Refused."""
    try:
        claims = _claims(request)
    except MismatchingStateError as error:
        raise _refused("elsewhere", error) from error
    except OAuthError as error:
        raise _refused("denied" if error.error == "access_denied" else "failed", error) from error
    except JoseError as error:
        raise _refused("untrusted", error) from error
    except (RequestException, ValueError, RuntimeError, KeyError) as error:
        raise _refused("unavailable", error) from error
    return Vouched(
        issuer=claims["iss"],
        subject=claims["sub"],
        email=str(claims.get("email") or "").strip().lower(),
        email_verified=claims.get("email_verified") in (True, "true") or settings.SSO_TRUST_EMAIL,
        groups=_names(claims.get(settings.SSO_ROLE_CLAIM)),
    )


def _provider() -> Any:
    """Asked anew what it is and which keys it has, each time: people log in rarely."""
    app = OAuth().register(
        "single_sign_on",
        client_id=settings.SSO_CLIENT_ID,
        client_secret=settings.SSO_CLIENT_SECRET,
        server_metadata_url=settings.SSO_ISSUER.rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={
            "scope": " ".join(settings.SSO_SCOPES),
            "code_challenge_method": "S256",
            "default_timeout": SECONDS,
        },
    )
    told = app.load_server_metadata()
    if told["issuer"].rstrip("/") != settings.SSO_ISSUER.rstrip("/"):
        raise ValueError("the provider names another issuer than SSO_ISSUER")
    offered = told.get("id_token_signing_alg_values_supported", ["RS256"])
    told["id_token_signing_alg_values_supported"] = sorted(SIGNED_BY_KEY_PAIR.intersection(offered))
    return app


def _claims(request: HttpRequest) -> dict[str, Any]:
    """Of the id token; where it says less than we need, of the provider's answer about the same subject as well."""
    app = _provider()
    exactly = {"iss": app.server_metadata["issuer"], "aud": settings.SSO_CLIENT_ID}
    options = {name: {"essential": True, "value": value} for name, value in exactly.items()}
    token = app.authorize_access_token(request, claims_options=options | {"sub": {"essential": True}})
    claims: dict[str, Any] = dict(token["userinfo"])
    wanted = {"email", settings.SSO_ROLE_CLAIM} if settings.SSO_ROLES else {"email"}
    if not wanted <= claims.keys() and "userinfo_endpoint" in app.server_metadata:
        more = dict(app.userinfo(token=token))
        claims = more | claims if more.get("sub") == claims["sub"] else claims
    return claims


def _names(claim: Any) -> frozenset[str]:
    """A claim may be a list of names, or one name."""
    return frozenset(str(one) for one in (claim if isinstance(claim, list) else [claim]) if one)


def _refused(reason: str, error: Exception) -> Refused:
    """What the provider says about the person is not logged."""
    log.warning("single sign-on: %s (%s %s)", reason, type(error).__name__, getattr(error, "error", ""))
    return Refused(reason)
