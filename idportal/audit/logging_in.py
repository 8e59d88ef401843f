"""Takes Django's word of a log-in, gives the audit log a row of it."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from ingest.audit.log import note


def listen() -> None:
    user_logged_in.connect(_in, dispatch_uid="audit.in")
    user_logged_out.connect(_out, dispatch_uid="audit.out")
    user_login_failed.connect(_failed, dispatch_uid="audit.failed")


def _in(*, user: Any, request: Any = None, **kwargs: Any) -> None:
    by = getattr(request, "log_in_by", "")
    note(actor=user.get_username(), action="log_in", detail={"by": by} if by else {})


def _out(*, user: Any, **kwargs: Any) -> None:
    if user is not None:
        note(actor=user.get_username(), action="log_out")


def _failed(*, credentials: dict[str, Any], **kwargs: Any) -> None:
    """A name that nobody has is not kept: people type their password there."""
    from idportal.accounts.models import User

    name = str(credentials.get("username", "")).replace("\0", "")
    known = User.objects.filter(username=name).exists()
    note(actor=name if known else "unknown", action="log_in_failed")
