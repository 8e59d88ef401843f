"""Takes whom the provider vouches for, gives the person here: linked before, linked now by e-mail, or made."""

from contextlib import suppress

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from idportal.accounts import people as people_
from idportal.accounts.models import SignOnLink, User
from idportal.accounts.single_sign_on.provider import Vouched
from idportal.accounts.single_sign_on.refused import Refused
from ingest.audit.log import note

AUTHOR = "single sign-on"


def person_of(vouched: Vouched) -> User:
    """Active, with the role that the provider's groups give. Raises Refused, and then nothing has changed."""
    try:
        with transaction.atomic():
            link = SignOnLink.objects.select_related("person").filter(
                issuer=vouched.issuer, subject=vouched.subject
            )  # fmt: skip
            known = link.first()
            person = known.person if known else _first_time(vouched)
            _let_in(person)
            _give_role(person, vouched)
            return person
    except IntegrityError as raced:  # the same person twice at once, or with an address that is taken just now
        raise Refused("elsewhere") from raced


@transaction.atomic
def unlink(*, person_id: int, author: str) -> User:
    """Their next log-in by single sign-on finds them by e-mail, as the first did. Raises User.DoesNotExist."""
    person = User.objects.get(pk=person_id)
    deleted, _ = SignOnLink.objects.filter(person=person).delete()
    if deleted:
        note(actor=author, action="single_sign_on_unlinked", subject=person.username)
    return person


def _first_time(vouched: Vouched) -> User:
    """By an address that the provider has verified; an address alone is no proof."""
    if not vouched.email or not vouched.email_verified:
        raise Refused("unverified")
    allowed = [domain.lower() for domain in settings.SSO_EMAIL_DOMAINS]
    if allowed and vouched.email.rpartition("@")[2] not in allowed:
        raise Refused("domain")
    found = list(User.objects.filter(email__iexact=vouched.email)[:2])
    if len(found) > 1 or SignOnLink.objects.filter(person__in=found, issuer=vouched.issuer).exists():
        raise Refused("taken")
    person = found[0] if found else _made(vouched)
    _let_in(person)
    SignOnLink.objects.create(person=person, issuer=vouched.issuer, subject=vouched.subject)
    note(actor=person.username, action="single_sign_on_linked", subject=person.username)
    return person


def _made(vouched: Vouched) -> User:
    """Who was invited comes as what they were invited as; others only where SSO_NEW_PEOPLE names a role."""
    invitation = people_.open_invitations().filter(email__iexact=vouched.email).first()
    role = invitation.role if invitation else settings.SSO_NEW_PEOPLE
    if not role:
        raise Refused("unknown")
    if User.objects.filter(username__iexact=vouched.email).exists():
        raise Refused("taken")
    person = User.objects.create_user(vouched.email, email=vouched.email)
    person.groups.set([Group.objects.get(name=role)])
    if invitation:
        people_.open_invitations().filter(pk=invitation.pk).update(used_at=timezone.now())
    subject = f"invitation {invitation.pk}" if invitation else person.username
    note(actor=person.username, action="joined", subject=subject, detail={"role": role, "by": AUTHOR})
    return person


def _let_in(person: User) -> None:
    if not person.is_active:
        raise Refused("deactivated", name=person.username)


def _give_role(person: User, vouched: Vouched) -> None:
    """Of SSO_ROLES the first that fits. The last administrator stays one, so that somebody can mend the groups."""
    if not settings.SSO_ROLES:
        return
    fitting = (role for group, role in settings.SSO_ROLES.items() if group in vouched.groups)
    role = next(fitting, settings.SSO_NEW_PEOPLE)
    if not role:
        raise Refused("no_role", name=person.username)
    if list(person.groups.values_list("name", flat=True)) != [role]:
        with suppress(ValidationError):
            people_.change_role(person_id=person.pk, role=role, author=AUTHOR)
