"""Takes a person whose password was right, gives them their session, or holds them until their code is right, too."""

import enum
import time
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest

from idportal.accounts import throttle
from idportal.accounts.models import User
from idportal.accounts.second_factor import factor as factor_
from idportal.accounts.second_factor.required import passed
from idportal.audit.middleware import client_address
from ingest.audit.log import note

KEY = "second_factor_of"
SECONDS = 5 * 60


class Outcome(enum.Enum):
    IN = enum.auto()
    WRONG = enum.auto()
    LOCKED = enum.auto()


@dataclass(frozen=True)
class Waiting:
    person: User
    backend: str
    onward: str


def hold(request: HttpRequest, person: User, *, onward: str) -> bool:
    """Whether a code is asked for first; then nobody is logged in yet."""
    if not factor_.has_factor(person):
        return False
    request.session.cycle_key()
    backend = getattr(person, "backend", settings.AUTHENTICATION_BACKENDS[0])
    request.session[KEY] = [person.pk, person.get_session_auth_hash(), backend, onward, int(time.time())]
    return True


def waiting(request: HttpRequest) -> Waiting | None:
    """Who is held; for five minutes, and while their password and their access are what they were."""
    held = request.session.get(KEY)
    if not held or time.time() - held[4] > SECONDS:
        return None
    person = User.objects.filter(pk=held[0], is_active=True).first()
    if person is None or person.get_session_auth_hash() != held[1]:
        return None
    return Waiting(person, backend=held[2], onward=held[3])


def go_on(request: HttpRequest, held: Waiting, *, code: str) -> Outcome:
    if not may_try(held.person, request):
        return Outcome.LOCKED
    if not factor_.check(held.person, code=code):
        note(actor=held.person.username, action="second_factor_failed")
        return Outcome.WRONG
    throttle.succeeded(name=_key(held.person), address=client_address(request))
    request.session.pop(KEY, None)
    login(request, held.person, backend=held.backend)
    passed(request)
    return Outcome.IN


def may_try(person: User, request: HttpRequest) -> bool:
    """Counted before the code is looked at, for codes are short."""
    if throttle.begin(name=_key(person), address=client_address(request)):
        return True
    note(actor=person.username, action="second_factor_locked_out")
    return False


def _key(person: User) -> str:
    return f"\1second factor {person.pk}"  # no name begins like this
