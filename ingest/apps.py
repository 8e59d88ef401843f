"""Takes the app registry, gives the ingest app; months ahead get their partitions after each migration."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


def _ensure_partitions(*, using: str, **kwargs: Any) -> None:
    from ingest.partitions import ensure_partitions

    if using == "default" and "raw_events" in connections[using].introspection.table_names():
        ensure_partitions()


class IngestConfig(AppConfig):
    name = "ingest"

    def ready(self) -> None:
        from ingest import checks  # noqa: F401 - registers the system checks

        post_migrate.connect(_ensure_partitions, sender=self, dispatch_uid="ingest.ensure_partitions")
