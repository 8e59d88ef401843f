"""Takes the app registry, gives the accounts app; roles are brought up to date after each migration."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _grant_roles(**kwargs: Any) -> None:
    from idportal.accounts.roles import grant_roles

    grant_roles()


class AccountsConfig(AppConfig):
    name = "idportal.accounts"
    label = "accounts"

    def ready(self) -> None:
        from idportal.accounts import checks  # noqa: F401 - registers the system checks
        from idportal.accounts.sessions import sessions
        from idportal.audit import logging_in

        logging_in.listen()
        sessions.listen()
        post_migrate.connect(_grant_roles, sender=self, dispatch_uid="accounts.grant_roles")
