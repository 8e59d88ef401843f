"""Takes a person's request, gives the pages that change a password; Django's own forms, tokens and rules."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlsafe_base64_decode
from django.views.decorators.http import require_http_methods
from kombu.exceptions import OperationalError as BrokerError

from idportal.accounts import throttle
from idportal.accounts.models import User
from idportal.accounts.passwords.letter import send_reset_letter
from idportal.accounts.sessions import sessions as sessions_
from idportal.audit.middleware import client_address
from ingest.audit.log import note
from ingest.views import requests

NOT_NOW = "No letter can be sent at the moment. Try again in a few minutes."
RULES = password_validators_help_texts


@login_required
@require_http_methods(["GET", "POST"])
def password(request: requests.PageRequest) -> HttpResponse:
    """Their other sessions end with the old one."""
    person: User = request.user  # type: ignore[assignment]
    locked = request.method == "POST" and not _may_try(request, person)
    form = PasswordChangeForm(person, None if locked else request.POST or None)
    if form.is_bound and form.is_valid():
        form.save()
        update_session_auth_hash(request, person)
        sessions_.follow(request)
        sessions_.end_others(person, this=sessions_.this_session(request), author=person.username)
        throttle.succeeded(name=_key(person), address=client_address(request))
        note(actor=person.username, action="password_changed", subject=person.username)
        messages.success(request, "Your password is changed. Your other sessions have ended.")
        return redirect("password")
    context = {"form": form, "rules": RULES(), "locked": locked}
    return render(request, "accounts/password.html", context, status=422 if form.errors or locked else 200)


@require_http_methods(["GET", "POST"])
def password_forgotten(request: HttpRequest) -> HttpResponse:
    """The same answer, as quickly, whether anybody has the address: the worker finds out."""
    asked = False
    if request.method == "POST":
        address = requests.text(request.POST, "email")[:254]
        # Of another place, as it were: who asks for letters doesn't keep the others of an office from logging in.
        if address and throttle.begin(name=f"\1reset {address}", address=f"letters to {client_address(request)}"):
            try:
                send_reset_letter.delay(address)
            except (BrokerError, OSError):
                return render(request, "accounts/password_forgotten.html", {"error": NOT_NOW}, status=503)
        asked = True
    return render(request, "accounts/password_forgotten.html", {"asked": asked})


@require_http_methods(["GET", "POST"])
def password_reset(request: HttpRequest, person: str, token: str) -> HttpResponse:
    """The link of the letter: good for one new password, until the next log-in."""
    found = _person(person)
    if found is None or not default_token_generator.check_token(found, token):
        return render(request, "accounts/password_reset.html", status=410)
    form: SetPasswordForm[User] = SetPasswordForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        sessions_.end_all(found, author=found.username)
        note(actor=found.username, action="password_reset", subject=found.username)
        messages.success(request, "Your password is changed. Log in with it.")
        return redirect("login")
    context = {"form": form, "rules": RULES(), "person": found}
    return render(request, "accounts/password_reset.html", context, status=422 if form.errors else 200)


def _may_try(request: HttpRequest, person: User) -> bool:
    """An open session is no leave to guess the password."""
    return throttle.begin(name=_key(person), address=client_address(request))


def _key(person: User) -> str:
    return f"\1password {person.pk}"  # no name begins like this


def _person(encoded: str) -> User | None:
    try:
        number = int(urlsafe_base64_decode(encoded).decode())
    except (ValueError, OverflowError):
        return None
    return User.objects.filter(pk=number, is_active=True).first() if number < 2**63 else None
