"""Takes a person's request, gives the page of their second factor, and the question for its code at log-in."""

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods, require_POST

from idportal.accounts.models import SecondFactor, User
from idportal.accounts.second_factor import factor as factor_
from idportal.accounts.second_factor import logging_in
from idportal.accounts.second_factor.required import is_required, passed
from idportal.accounts.second_factor.tries import Wrong, tried
from ingest.views import requests


@require_http_methods(["GET", "POST"])
def log_in_code(request: HttpRequest) -> HttpResponse:
    """The second half of a log-in: who is asked has given their password just now."""
    waiting = logging_in.waiting(request)
    if waiting is None:
        return redirect("login")
    error = ""
    if request.method == "POST":
        try:
            logging_in.go_on(request, waiting, code=requests.text(request.POST, "code"))
        except Wrong as wrong:
            error = str(wrong)
        else:
            return redirect(waiting.onward)
    return render(request, "accounts/log_in_code.html", {"error": error}, status=422 if error else 200)


@login_required
@require_http_methods(["GET", "POST"])
def second_factor(request: requests.PageRequest) -> HttpResponse:
    """Turned on by a code of the app; the recovery codes are in the answer, and nowhere else."""
    person: User = request.user  # type: ignore[assignment]
    if request.method == "POST" and not factor_.has_factor(person):
        code = requests.text(request.POST, "code")
        try:
            codes = tried(request, person, lambda: factor_.confirm(person, code=code))
        except Wrong as wrong:
            context = _setting_up(person) | {"error": str(wrong)}
            return render(request, "accounts/second_factor.html", context, status=422)
        _stay(request, person)
        return render(request, "accounts/recovery_codes.html", {"codes": codes, "first": True})
    context = _in_use(person) if factor_.has_factor(person) else _setting_up(person)
    return render(request, "accounts/second_factor.html", context)


@login_required
@require_POST
def second_factor_change(request: requests.PageRequest) -> HttpResponse:
    """New recovery codes, or none of it any more: each for the password and a code."""
    person: User = request.user  # type: ignore[assignment]
    if not factor_.has_factor(person):
        return redirect("second_factor")
    password, code = request.POST.get("password", ""), requests.text(request.POST, "code")
    try:
        tried(request, person, lambda: person.check_password(password) and factor_.check(person, code=code))
    except Wrong as wrong:
        context = _in_use(person) | {"error": str(wrong)}
        return render(request, "accounts/second_factor.html", context, status=422)
    if requests.text(request.POST, "do") == "codes":
        codes = factor_.renew_recovery_codes(person)
        return render(request, "accounts/recovery_codes.html", {"codes": codes})
    factor_.turn_off(person, author=person.username)
    _stay(request, person)
    messages.success(request, "Your second factor is off. Your other sessions have ended.")
    return redirect("second_factor")


@login_required
@permission_required("accounts.manage_people", raise_exception=True)
@require_POST
def second_factor_reset(request: requests.PageRequest, person_id: int) -> HttpResponse:
    """For somebody who has lost the phone and the recovery codes."""
    person = User.objects.filter(pk=person_id).first()
    if person is None:
        raise Http404
    if factor_.turn_off(person, author=request.user.get_username()):
        messages.success(request, f"{person.username} logs in by password alone now. All their sessions have ended.")
    else:
        messages.info(request, f"{person.username} has no second factor.")
    return redirect("people")


def _stay(request: HttpRequest, person: User) -> None:
    """Here they are logged in anew, where all their sessions have ended."""
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    if factor_.has_factor(person):
        passed(request)


def _setting_up(person: User) -> dict[str, object]:
    begun = factor_.begin(person)
    secret = factor_.secret_of(begun) or ""
    spaced = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return {"drawing": _drawing(begun), "secret": spaced, "required": is_required(person)}


def _in_use(person: User) -> dict[str, object]:
    used = SecondFactor.objects.get(person=person)
    return {"factor": used, "left": factor_.recovery_codes_left(person), "required": is_required(person)}


def _drawing(begun: SecondFactor) -> SafeString:
    """Black on white in both themes, as phones read it."""
    code = segno.make(factor_.address_of(begun), error="m")
    drawn = code.svg_inline(scale=5, border=3, dark="#000", light="#fff", omitsize=True)
    return mark_safe(drawn)  # noqa: S308 - drawn by the library from an address that it has encoded
