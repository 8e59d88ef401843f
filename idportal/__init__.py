"""The portal: settings, addresses, accounts, the local stack."""

from idportal.celery import app as celery_app

__all__ = ["celery_app"]
