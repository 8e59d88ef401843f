"""Takes what somebody claims to know, gives what it opens; wrong claims are counted and noted, for codes are short."""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest

from idportal.accounts import throttle
from idportal.accounts.models import User
from idportal.audit.middleware import client_address
from ingest.audit.log import note

Opened = TypeVar("Opened")


class Wrong(ValueError):
    """It was not right, or too much was not right before; says which."""


def tried(request: HttpRequest, person: User, check: Callable[[], Opened]) -> Opened:
    """What `check` gives, if anything; counted before, so that many at once get no further. Raises Wrong."""
    name, address = f"\1second factor {person.pk}", client_address(request)  # no name begins like this
    if not throttle.begin(name=name, address=address):
        note(actor=person.username, action="second_factor_locked_out")
        raise Wrong("Too many tries that failed. Please try again in a quarter of an hour.")
    found = check()
    if not found:
        note(actor=person.username, action="second_factor_failed")
        raise Wrong("This isn't right, or the code was used already: take the one that the app shows now.")
    throttle.succeeded(name=name, address=address)
    return found
