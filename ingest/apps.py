"""Takes the app registry, gives the ingest app; after each migration there are partitions ahead, and sources."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


def _complete_database(*, using: str, **kwargs: Any) -> None:
    from ingest.partitions import ensure_partitions
    from ingest.sources import ensure_first_sources

    if using == "default" and "raw_events" in connections[using].introspection.table_names():
        ensure_partitions()
        ensure_first_sources()


class IngestConfig(AppConfig):
    name = "ingest"

    def ready(self) -> None:
        from ingest import checks  # noqa: F401 - registers the system checks

        post_migrate.connect(_complete_database, sender=self, dispatch_uid="ingest.complete_database")
