"""Takes a new secret, keeps it for the page that shows it once; the session store never has it in plain text."""

from django.http import HttpRequest

from ingest.sealing import opened, sealed

PURPOSE = "idportal secrets shown once"
SECONDS = 600  # the page comes at once; what nobody came for is of no use to anybody


def keep(request: HttpRequest, what: str, number: int, secret: str) -> None:
    """`what` and `number` name whose secret it is; a page of another doesn't show it."""
    request.session[_name(what)] = [number, sealed(secret.encode(), purpose=PURPOSE).decode()]


def take(request: HttpRequest, what: str, number: int) -> str:
    """Once; "" after that, and where there is none."""
    kept, hidden = request.session.get(_name(what), [None, ""])
    if kept != number:
        return ""
    del request.session[_name(what)]
    return (opened(hidden.encode(), purpose=PURPOSE, seconds=SECONDS) or b"").decode()


def _name(what: str) -> str:
    return f"new secret of {what}"
