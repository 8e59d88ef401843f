"""Takes what somebody did, gives a row of the audit log; and the rows, newest first."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from ingest.audit.models import AuditEntry

_address: ContextVar[str | None] = ContextVar("audit_address", default=None)


@dataclass(frozen=True, kw_only=True)
class Filter:
    actor: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None


def note(*, actor: str, action: str, subject: str = "", detail: Mapping[str, Any] | None = None) -> AuditEntry:
    """In the caller's transaction: what is rolled back was not done. `detail` holds ids, counts, reason words."""
    return AuditEntry.objects.create(
        actor=actor[:200] or "system",
        action=action[:100],
        subject=subject[:200],
        detail=dict(detail or {}),
        address=_address.get(),
    )


@contextmanager
def asked_from(address: str | None) -> Iterator[None]:
    """What is noted meanwhile came from there."""
    token = _address.set(address)
    try:
        yield
    finally:
        _address.reset(token)


def entries(wanted: Filter, *, before: int | None = None) -> QuerySet[AuditEntry]:
    """Newest first; `before` is the id of the last one seen."""
    terms = {
        "actor": wanted.actor, "action": wanted.action, "at__gte": wanted.since, "at__lt": wanted.until,
        "pk__lt": before,
    }  # fmt: skip
    return AuditEntry.objects.filter(**{name: value for name, value in terms.items() if value}).order_by("-pk")


def actions() -> list[str]:
    """Every action that was ever noted."""
    return list(AuditEntry.objects.order_by("action").values_list("action", flat=True).distinct())
