"""Takes the settings and the database, gives warnings about what lets landing do less than it promises."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004 - Django's word
from django.db import connection

from ingest.landing import LANDING_ROLE
from ingest.models import Source
from ingest.partitions import partitions
from ingest.sources import decrypt_secret

_TABLES = ["deliveries", "delivery_sources", "event_keys", "raw_events", "rejected_records"]
_MAY_LAND = """
SELECT coalesce(pg_has_role(to_regrole(%(role)s), 'SET'), false)
       AND (SELECT bool_and(has_table_privilege(to_regrole(%(role)s), name, 'INSERT'))
            FROM unnest(%(tables)s::text[]) AS name)
"""


@register()
def deliveries_can_come(**kwargs: Any) -> list[CheckMessage]:
    names = ("FIREHOSE_ACCESS_KEYS", "FIREHOSE_SOURCE_ARNS", "REGISTRY_TOKEN")
    return [
        Warning(f"{name} is empty: nobody is let in", hint=f"set {name} in the environment", id="ingest.W001")
        for name in names
        if not any(getattr(settings, name))
    ]


@register(Tags.database)
def landing_role_can_be_used(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    if not _has_tables(databases):
        return []
    with connection.cursor() as cursor:
        cursor.execute(_MAY_LAND, {"role": LANDING_ROLE, "tables": _TABLES})
        if cursor.fetchone() == (True,):
            return []
    hint = f"as a superuser: CREATE ROLE {LANDING_ROLE}; GRANT {LANDING_ROLE} TO the portal's user; and INSERT to it"
    return [Warning(f"events land without the role {LANDING_ROLE}", hint=hint, id="ingest.W002")]


@register(Tags.database)
def secrets_can_be_read(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    if not _has_tables(databases):
        return []
    rows = Source.objects.exclude(secret_encrypted=b"").order_by("name").values_list("name", "secret_encrypted")
    lost = [name for name, encrypted in rows if decrypt_secret(bytes(encrypted)) is None]
    if not lost:
        return []
    hint = "put the SECRET_KEY of then into SECRET_KEY_FALLBACKS, or rotate these secrets"
    return [Warning(f"signed events of {', '.join(lost)} land untrusted", hint=hint, id="ingest.W003")]


@register(Tags.database)
def this_month_has_a_partition(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    now = datetime.now(UTC)
    if not _has_tables(databases) or any(one.first <= now < one.end for one in partitions()):
        return []
    hint = "run manage.py migrate, and keep Celery beat running"
    return [Warning("raw_events has no partition for this month", hint=hint, id="ingest.W004")]


def _has_tables(databases: Sequence[str] | None) -> bool:
    if not databases or "default" not in databases:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('delivery_sources') IS NOT NULL")
        return bool(cursor.fetchone()[0])
