"""Takes what people type to log in and to join, gives it checked."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, BaseUserCreationForm
from django.core.exceptions import ValidationError

from idportal.accounts import throttle
from idportal.accounts.models import User
from idportal.accounts.roles import ROLES
from idportal.audit.middleware import client_address
from ingest.audit.log import note


class LogInForm(AuthenticationForm):
    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": "Name and password don't fit together. Mind upper and lower case.",
        "single_sign_on": "You log in by single sign-on: use the button above.",
        "throttled": "Too many tries that failed. Please try again in a quarter of an hour.",
    }

    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username") or ""
        address = client_address(self.request) if self.request else None
        if not throttle.begin(name=name, address=address):
            note(actor=name if User.objects.filter(username=name).exists() else "unknown", action="locked_out")
            raise ValidationError(self.error_messages["throttled"], code="throttled")
        cleaned = super().clean()
        throttle.succeeded(name=name, address=address)
        return cleaned

    def confirm_login_allowed(self, user: User) -> None:
        super().confirm_login_allowed(user)
        if settings.SSO_ONLY and user.get_username() not in settings.SSO_PASSWORDS_FOR:
            raise ValidationError(self.error_messages["single_sign_on"], code="single_sign_on")


class InvitationForm(forms.Form):
    email = forms.EmailField(max_length=150)
    role = forms.ChoiceField(choices=[(role, role) for role in ROLES])

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(username__iexact=email).exists():
            raise ValidationError("There is somebody of this address already.")
        return email


class JoinForm(BaseUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields: tuple[str, ...] = ()

    def validate_password_for_user(self, user: Any, **kwargs: Any) -> None:
        """Judged by the address, too, which is not theirs to choose."""
        user.username = user.email = self.initial["email"]
        super().validate_password_for_user(user, **kwargs)  # type: ignore[misc]  # the stubs miss it
