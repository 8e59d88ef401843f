"""Takes the app registry, gives the profiles app; after each migration its functions and first rules are there."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _complete_database(*, using: str, **kwargs: Any) -> None:
    from profiles.functions import install_functions
    from profiles.rules.first_rules import ensure_first_rules

    install_functions(using=using)
    ensure_first_rules()


class ProfilesConfig(AppConfig):
    name = "profiles"

    def ready(self) -> None:
        from profiles import checks  # noqa: F401 - registers the system checks

        post_migrate.connect(_complete_database, sender=self, dispatch_uid="profiles.complete_database")
