"""Takes a path, gives the endpoint of the API about webhooks that answers it."""

from django.urls import path

from idportal.webhooks import api

WEBHOOK = "<str:webhook_id>/"

urlpatterns = [
    path("", api.webhooks, name="api_webhooks"),
    path("create/", api.create, name="api_webhook_create"),
    path(WEBHOOK, api.webhook, name="api_webhook"),
    path(f"{WEBHOOK}deliveries/", api.deliveries, name="api_webhook_deliveries"),
    path(f"{WEBHOOK}deliveries/<str:delivery_id>/replay/", api.replay_delivery, name="api_webhook_replay_delivery"),
    path(f"{WEBHOOK}test/", api.test, name="api_webhook_test"),
    path(f"{WEBHOOK}replay/", api.replay, name="api_webhook_replay"),
    path(f"{WEBHOOK}disable/", api.disable, name="api_webhook_disable"),
    path(f"{WEBHOOK}enable/", api.enable, name="api_webhook_enable"),
]
