"""Takes a person and a code, gives whether it is theirs; makes, replaces and removes what codes are made of."""

import secrets
from collections.abc import Iterator
from datetime import datetime

import pyotp
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from idportal.accounts.models import RecoveryCode, SecondFactor, User
from idportal.accounts.sessions.sessions import end_all
from ingest.audit.log import note
from ingest.sealing import opened, sealed

ISSUER = "idportal"
PURPOSE = "idportal second factors"
STEPS_APART = 1  # of half a minute, that a phone's clock may be wrong
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another


def has_factor(person: User) -> bool:
    return SecondFactor.objects.filter(person=person).exclude(confirmed_at=None).exists()


def begin(person: User) -> SecondFactor:
    """A secret that is theirs once they have shown a code of it; the one they use, if any, is left as it is; one
    that can't be opened any more, and is not in use, is replaced."""
    factor, _ = SecondFactor.objects.get_or_create(person=person, defaults={"secret_encrypted": _new_secret()})
    if factor.confirmed_at is None and secret_of(factor) is None:
        factor.secret_encrypted = _new_secret()
        factor.save(update_fields=["secret_encrypted"])
    return factor


def secret_of(factor: SecondFactor) -> str | None:
    """Base32; none where it was sealed with a SECRET_KEY that we no longer have."""
    found = opened(bytes(factor.secret_encrypted), purpose=PURPOSE)
    return found.decode() if found else None


def address_of(factor: SecondFactor) -> str:
    """What the app reads off the drawing: otpauth://…"""
    name = factor.person.get_username()
    return pyotp.TOTP(secret_of(factor) or "").provisioning_uri(name=name, issuer_name=ISSUER)


@transaction.atomic
def confirm(person: User, *, code: str, at: datetime | None = None) -> list[str] | None:
    """The recovery codes, shown this once; None for a wrong code. Their other sessions end."""
    factor = SecondFactor.objects.filter(person=person, confirmed_at=None).first()
    if factor is None or not _is_code(factor, code, at or timezone.now()):
        return None
    SecondFactor.objects.filter(pk=factor.pk).update(confirmed_at=timezone.now())
    end_all(person, author=person.username)
    note(actor=person.username, action="second_factor_on", subject=person.username)
    return renew_recovery_codes(person)


def check(person: User, *, code: str, at: datetime | None = None) -> bool:
    """Whether the code is of their app, of now and not used before; or one of their recovery codes, used up by this."""
    factor = SecondFactor.objects.filter(person=person).exclude(confirmed_at=None).first()
    if factor is None:
        return False
    return _is_code(factor, code, at or timezone.now()) or _use_recovery_code(person, code)


@transaction.atomic
def renew_recovery_codes(person: User) -> list[str]:
    RecoveryCode.objects.filter(person=person).delete()
    codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(person=person, code_hmac=_hmac(person, code)) for code in codes)
    note(actor=person.username, action="recovery_codes_made", subject=person.username)
    return codes


def recovery_codes_left(person: User) -> int:
    return RecoveryCode.objects.filter(person=person, used_at=None).count()


@transaction.atomic
def turn_off(person: User, *, author: str) -> bool:
    """Whether there was one. All sessions of the person end."""
    RecoveryCode.objects.filter(person=person).delete()
    deleted, _ = SecondFactor.objects.filter(person=person).delete()
    if deleted:
        end_all(person, author=author)
        note(actor=author, action="second_factor_off", subject=person.username)
    return bool(deleted)


def _is_code(factor: SecondFactor, code: str, at: datetime) -> bool:
    """Of two requests with one code, one wins: `last_step` only grows."""
    digits = "".join(code.split())
    for step in _steps_of(secret_of(factor), digits, at):
        if SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step).update(last_step=step):
            return True
    return False


def _steps_of(secret: str | None, digits: str, at: datetime) -> Iterator[int]:
    if secret is None or not (digits.isascii() and digits.isdigit()):
        return
    totp = pyotp.TOTP(secret)
    now = totp.timecode(at)
    for step in range(now - STEPS_APART, now + STEPS_APART + 1):
        if secrets.compare_digest(totp.generate_otp(step), digits):
            yield step


def _use_recovery_code(person: User, code: str) -> bool:
    plain = "".join(c for c in code.lower() if c.isalnum())
    used = RecoveryCode.objects.filter(person=person, code_hmac=_hmac(person, plain), used_at=None)
    if not used.update(used_at=timezone.now()):
        return False
    note(actor=person.username, action="recovery_code_used", subject=person.username)
    return True


def _new_secret() -> bytes:
    return sealed(pyotp.random_base32().encode(), purpose=PURPOSE)


def _new_recovery_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def _hmac(person: User, code: str) -> str:
    """Keyed, as ten letters could be tried out."""
    plain = code.replace("-", "")
    return salted_hmac("idportal recovery codes", f"{person.pk}:{plain}", algorithm="sha256").hexdigest()
