"""The person who logs in, and who was asked to join."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac


class User(AbstractUser):
    password_given = models.CharField(max_length=128, default="", db_default="")  # hash of the ADMIN_PASSWORD used last
    sessions_ended = models.PositiveIntegerField(default=0, db_default=0)  # how often all sessions were ended at once

    class Meta:
        db_table = "users"
        permissions = [("manage_people", "Can create people and change their roles")]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """A session is of a password and of a count: when either changes, it has ended."""
        told = self.password if not self.sessions_ended else f"{self.password}\0{self.sessions_ended}"
        salt = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"
        return salted_hmac(salt, told, secret=secret, algorithm="sha256").hexdigest()


class Invitation(models.Model):
    """A link that makes one person, once, until it ends."""

    email = models.EmailField(max_length=150)
    role = models.CharField(max_length=20)
    token_sha256 = models.CharField(max_length=64, unique=True)
    author = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "invitations"

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class SecondFactor(models.Model):
    """What the codes of a person's app are made of. It counts once they have shown a code of it."""

    person = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="second_factor")
    secret_encrypted = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0, db_default=0)  # half minutes since 1970: no code is used twice

    class Meta:
        db_table = "second_factors"

    def __str__(self) -> str:
        return f"second factor of {self.person_id}"


class RecoveryCode(models.Model):
    """For who has lost their phone: each is good once."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hmac = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "recovery_codes"
        constraints = [models.UniqueConstraint(fields=["person", "code_hmac"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"recovery code {self.pk}"


class OpenSession(models.Model):
    """A session as its owner sees it in a list; the session itself is Django's."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="open_sessions")
    session_key = models.CharField(max_length=40, db_index=True)
    browser = models.CharField(max_length=100)
    address = models.GenericIPAddressField(null=True)
    started_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "open_sessions"

    def __str__(self) -> str:
        return f"session {self.pk}"


class SignOnLink(models.Model):
    """Whom the provider of single sign-on calls `subject`. Addresses change hands; this never does."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_on_links")
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    linked_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "sign_on_links"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="sign_on_subject_is_one_person"),
            models.UniqueConstraint(fields=["person", "issuer"], name="sign_on_person_has_one_subject"),
        ]

    def __str__(self) -> str:
        return f"sign-on link {self.pk}"


class LogInTries(models.Model):
    """How often somebody tried to log in and failed, until `ends_at`; see throttle.py."""

    key = models.CharField(max_length=100, primary_key=True)
    tries = models.IntegerField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "log_in_tries"

    def __str__(self) -> str:
        return self.key
