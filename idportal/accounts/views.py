"""Takes an administrator's or an invited person's request, gives the People page or the page to join."""

from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from idportal.accounts import people as people_
from idportal.accounts.forms import InvitationForm, JoinForm, LogInForm
from idportal.accounts.models import Invitation, User
from idportal.accounts.roles import ROLES
from idportal.accounts.second_factor import logging_in
from ingest.views import requests

NOT_SENT = "The letter could not be sent. Ask who runs the portal to look at EMAIL_URL."


class LogIn(LoginView):
    """Django's own, but that whoever has a second factor is asked for it before they are in."""

    template_name = "accounts/login.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With single sign-on alone, the form is shown to whoever asks for it."""
        by_password = not settings.SSO_ONLY or "password" in self.request.GET or self.request.method == "POST"
        button = settings.SSO_BUTTON if settings.SSO_ISSUER else ""
        return super().get_context_data(**kwargs) | {
            "single_sign_on": button, "only": settings.SSO_ONLY, "by_password": by_password
        }  # fmt: skip

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        if logging_in.hold(self.request, form.get_user(), onward=self.get_success_url()):
            return redirect("log_in_code")
        return super().form_valid(form)


@login_required
@permission_required("accounts.manage_people", raise_exception=True)
@require_http_methods(["GET", "POST"])
def people(request: requests.PageRequest) -> HttpResponse:
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            people_.invite(**form.cleaned_data, author=request.user.get_username())
        except (OSError, SMTPException):
            form.add_error(None, NOT_SENT)
        else:
            messages.success(request, "Invited. The link in the letter is valid for seven days, once.")
            return redirect("people")
    context = {
        "people": people_.people(),
        "invitations": people_.open_invitations(),
        "form": form,
        "roles": list(ROLES),
        "single_sign_on": bool(settings.SSO_ISSUER),
    }
    return render(request, "accounts/people.html", context, status=422 if form.errors else 200)


@login_required
@permission_required("accounts.manage_people", raise_exception=True)
@require_POST
def person_change(request: requests.PageRequest, person_id: int) -> HttpResponse:
    """A role where the form names one, else whether the person may log in."""
    role, author = requests.text(request.POST, "role"), request.user.get_username()
    try:
        if role:
            person = people_.change_role(person_id=person_id, role=role, author=author)
        else:
            active = requests.text(request.POST, "active") == "yes"
            person = people_.set_active(person_id=person_id, active=active, author=author)
    except User.DoesNotExist as nobody:
        raise Http404 from nobody
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, f"Saved for {person.username}.")
    return redirect("people")


@login_required
@permission_required("accounts.manage_people", raise_exception=True)
@require_POST
def invitation_change(request: requests.PageRequest, invitation_id: int) -> HttpResponse:
    """Sent again, or withdrawn."""
    again = requests.text(request.POST, "do") == "again"
    change = people_.invite_again if again else people_.withdraw_invitation
    try:
        invitation = change(invitation_id=invitation_id, author=request.user.get_username())
    except Invitation.DoesNotExist as nothing:
        raise Http404 from nothing
    except ValidationError as ended:
        messages.error(request, " ".join(ended.messages))
    except (OSError, SMTPException):
        messages.error(request, f"{NOT_SENT} The link that was sent before is still good.")
    else:
        words = "Sent again to {}. The link before has ended." if again else "The invitation of {} is withdrawn."
        messages.success(request, words.format(invitation.email))
    return redirect("people")


@require_http_methods(["GET", "POST"])
def invited(request: HttpRequest, token: str) -> HttpResponse:
    invitation = people_.invitation_of(token)
    if invitation is None:
        return render(request, "accounts/join.html", status=410)
    form = JoinForm(request.POST or None, initial={"email": invitation.email})
    if request.method == "POST" and not settings.SSO_ONLY and form.is_valid():
        person = people_.join(invitation=invitation, password=form.cleaned_data["password1"])
        if person is None:
            return render(request, "accounts/join.html", status=410)
        login(request, person)
        return redirect("overview")
    button = settings.SSO_BUTTON if settings.SSO_ISSUER else ""
    context = {"invitation": invitation, "form": form, "single_sign_on": button, "only": settings.SSO_ONLY}
    return render(request, "accounts/join.html", context, status=422 if form.errors else 200)
