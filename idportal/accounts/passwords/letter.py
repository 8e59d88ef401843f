"""Takes an address, sends whoever it is of a link for a new password."""

from celery import shared_task
from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from ingest.audit.log import note

LETTER = """Somebody, we hope you, asked for a new password for {name} on idportal.

Choose it here, within {hours} hours:
{link}

If it wasn't you, ignore this: your password stays as it is.
"""


@shared_task(name="idportal.send_reset_letter", ignore_result=True)
def send_reset_letter(address: str) -> None:
    """Raises SMTPException or OSError where it can't be sent."""
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600
    for person in PasswordResetForm().get_users(address):
        encoded = urlsafe_base64_encode(force_bytes(person.pk))
        link = settings.PORTAL_URL + reverse(
            "password_reset", args=[encoded, default_token_generator.make_token(person)]
        )
        note(actor=person.get_username(), action="password_letter", subject=person.get_username())
        text = LETTER.format(name=person.get_username(), hours=hours, link=link)
        send_mail("A new password for idportal", text, None, [person.email])
