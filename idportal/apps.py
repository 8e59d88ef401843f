"""Takes the app registry, gives the portal's app; tasks go to its Celery from here on."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "idportal"

    def ready(self) -> None:
        from idportal import celery  # noqa: F401 - makes it the default app
