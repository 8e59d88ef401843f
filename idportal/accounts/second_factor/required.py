"""Takes a request of somebody whose role must have a second factor, leads them to set one up before anything else."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from idportal.accounts.models import User
from idportal.accounts.second_factor.factor import has_factor

Answer = Callable[[HttpRequest], HttpResponse]
PASSED = "second_factor_passed"  # in the session: nothing more is asked of it
OPEN = {"second_factor", "logout", "theme", "healthz", "readyz"}


def passed(request: HttpRequest) -> None:
    """This session needs no more: a code was given in it, or whoever vouches for the person has asked for one."""
    request.session[PASSED] = True


def is_required(person: User) -> bool:
    roles = settings.SECOND_FACTOR_ROLES
    return bool(roles) and person.groups.filter(name__in=roles).exists()


def second_factor_first(get_response: Answer) -> Answer:
    def answer(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, *args: object) -> HttpResponse | None:
        if not settings.SECOND_FACTOR_ROLES or not request.user.is_authenticated or request.session.get(PASSED):
            return None
        match = request.resolver_match
        if match is None or match.url_name in OPEN:
            return None
        person: User = request.user
        # Asked each time: somebody may be given another role meanwhile.
        return redirect("second_factor") if is_required(person) and not has_factor(person) else None

    answer.process_view = process_view  # type: ignore[attr-defined]
    return answer
