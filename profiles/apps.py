"""Takes the app registry, gives the profiles app; the engine's functions are installed after each migration."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _install_functions(*, using: str, **kwargs: Any) -> None:
    from profiles.functions import install_functions

    install_functions(using=using)


class ProfilesConfig(AppConfig):
    name = "profiles"

    def ready(self) -> None:
        from profiles import checks  # noqa: F401 - registers the system checks

        post_migrate.connect(_install_functions, sender=self, dispatch_uid="profiles.install_functions")
