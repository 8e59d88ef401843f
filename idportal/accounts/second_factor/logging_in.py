"""Takes a person whose password was right, gives them their session, or holds them until their code is right, too."""

import time
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest

from idportal.accounts.models import User
from idportal.accounts.second_factor import factor as factor_
from idportal.accounts.second_factor.required import passed
from idportal.accounts.second_factor.tries import tried

KEY = "second_factor_of"
SECONDS = 5 * 60


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


def go_on(request: HttpRequest, held: Waiting, *, code: str) -> None:
    """They are logged in. Raises Wrong."""
    tried(request, held.person, lambda: factor_.check(held.person, code=code))
    request.session.pop(KEY, None)
    login(request, held.person, backend=held.backend)
    passed(request)
