"""Takes a new secret, keeps it for the page that shows it once; the session store never has it in plain text."""

import base64
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.http import HttpRequest

SECONDS = 600  # the page comes at once; what nobody came for is of no use to anybody


def keep(request: HttpRequest, what: str, number: int, secret: str) -> None:
    """`what` and `number` name whose secret it is; a page of another doesn't show it."""
    sealed = _fernet().encrypt(secret.encode()).decode()
    request.session[_name(what)] = [number, sealed]


def take(request: HttpRequest, what: str, number: int) -> str:
    """Once; "" after that, and where there is none."""
    kept, sealed = request.session.get(_name(what), [None, ""])
    if kept != number:
        return ""
    del request.session[_name(what)]
    try:
        return _fernet().decrypt(sealed.encode(), ttl=SECONDS).decode()
    except InvalidToken:
        return ""


def _name(what: str) -> str:
    return f"new secret of {what}"


def _fernet() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet(_key(key) for key in keys if isinstance(key, str))


def _key(secret: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hmac.digest(secret.encode(), b"secrets shown once", "sha256")))
