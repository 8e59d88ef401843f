"""Takes the app registry, gives the webhooks app."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "idportal.webhooks"
    label = "webhooks"
