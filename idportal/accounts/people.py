"""Takes an administrator's word, gives people their role, their access, or an invitation. All of it is noted."""

import secrets
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from idportal.accounts.models import Invitation, SecondFactor, SignOnLink, User
from idportal.accounts.roles import ROLES
from idportal.accounts.sessions.sessions import end_all
from ingest.audit.log import note

VALID = timedelta(days=7)
LETTER = """You are invited to idportal as {role}.

Choose your password here, within {days} days:
{link}

If you expected no such letter, ignore it.
"""


def people() -> QuerySet[User]:
    """Each with `has_second_factor` and `signs_on`."""
    used = SecondFactor.objects.filter(person=OuterRef("pk")).exclude(confirmed_at=None)
    linked = SignOnLink.objects.filter(person=OuterRef("pk"))
    return (
        User.objects.annotate(has_second_factor=Exists(used), signs_on=Exists(linked))
        .prefetch_related("groups")
        .order_by("username")
    )


def open_invitations() -> QuerySet[Invitation]:
    return Invitation.objects.filter(used_at=None, expires_at__gt=timezone.now()).order_by("-pk")


@transaction.atomic
def change_role(*, person_id: int, role: str, author: str) -> User:
    """Raises ValidationError for no role, and for the last administrator; User.DoesNotExist."""
    if role not in ROLES:
        raise ValidationError("Choose one of the roles.")
    person = _held(person_id, stays=role == "administrator")
    person.groups.set([Group.objects.get(name=role)])
    note(actor=author, action="role_changed", subject=person.username, detail={"role": role})
    return person


@transaction.atomic
def set_active(*, person_id: int, active: bool, author: str) -> User:
    """All sessions of a person end with their access, for good. Raises as `change_role`."""
    person = _held(person_id, stays=active)
    person.is_active = active
    person.save(update_fields=["is_active"])
    end_all(person, author=author)
    note(actor=author, action="activated" if active else "deactivated", subject=person.username)
    return person


def _held(person_id: int, *, stays: bool) -> User:
    """The person, locked; nobody else changes administrators meanwhile, so that two can't take each other away."""
    administrators = Group.objects.select_for_update().get(name="administrator")
    person = User.objects.select_for_update().get(pk=person_id)
    others = User.objects.filter(is_active=True, groups=administrators).exclude(pk=person_id)
    if not stays and person.groups.contains(administrators) and not others.exists():
        raise ValidationError("This is the last administrator. Make somebody else one first.")
    return person


@transaction.atomic
def invite(*, email: str, role: str, author: str) -> Invitation:
    """The letter goes with the row: where it can't be sent, nobody was invited. Raises OSError or SMTPException."""
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email, role=role, author=author, token_sha256=_digest(token), expires_at=timezone.now() + VALID
    )
    note(actor=author, action="invited", subject=f"invitation {invitation.pk}", detail={"role": role})
    _send(invitation, token)
    return invitation


@transaction.atomic
def invite_again(*, invitation_id: int, author: str) -> Invitation:
    """Another link, for as long as a new one; the one before ends. Raises ValidationError, Invitation.DoesNotExist."""
    invitation, token = _open(invitation_id), secrets.token_urlsafe(32)
    invitation.token_sha256, invitation.expires_at = _digest(token), timezone.now() + VALID
    invitation.save(update_fields=["token_sha256", "expires_at"])
    note(actor=author, action="invitation_sent_again", subject=f"invitation {invitation.pk}")
    _send(invitation, token)
    return invitation


@transaction.atomic
def withdraw_invitation(*, invitation_id: int, author: str) -> Invitation:
    """Raises as `invite_again`."""
    invitation = _open(invitation_id)
    invitation.expires_at = timezone.now()
    invitation.save(update_fields=["expires_at"])
    note(actor=author, action="invitation_withdrawn", subject=f"invitation {invitation.pk}")
    return invitation


def _open(invitation_id: int) -> Invitation:
    """Locked, so that it isn't used meanwhile."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation_id)
    if invitation.used_at or invitation.expires_at <= timezone.now():
        raise ValidationError("This invitation has ended already: it was used, withdrawn, or is too old.")
    return invitation


def _send(invitation: Invitation, token: str) -> None:
    if settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"):
        raise OSError("EMAIL_URL is dummy:, which drops every letter")
    link = settings.PORTAL_URL + reverse("invited", args=[token])
    text = LETTER.format(role=invitation.role, days=VALID.days, link=link)
    send_mail("Your access to idportal", text, None, [invitation.email])


def invitation_of(token: str) -> Invitation | None:
    return open_invitations().filter(token_sha256=_digest(token)).first()


@transaction.atomic
def join(*, invitation: Invitation, password: str) -> User | None:
    """None where the link has ended meanwhile, or somebody has the name already."""
    link = open_invitations().filter(pk=invitation.pk, token_sha256=invitation.token_sha256)
    used = link.update(used_at=timezone.now())
    if not used or User.objects.filter(username__iexact=invitation.email).exists():
        return None
    person = User.objects.create_user(invitation.email, email=invitation.email, password=password)
    person.groups.set([Group.objects.get(name=invitation.role)])
    note(actor=person.username, action="joined", subject=f"invitation {invitation.pk}")
    return person


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
