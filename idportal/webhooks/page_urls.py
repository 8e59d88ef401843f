"""Takes a path, gives the page about webhooks that answers it."""

from django.urls import path, re_path

from idportal.webhooks import views

urlpatterns = [
    path("", views.webhooks, name="webhooks"),
    path("new/", views.webhook_create, name="webhook_create"),
    path("<int:webhook_id>/", views.webhook, name="webhook"),
    path("<int:webhook_id>/edit/", views.webhook_edit, name="webhook_edit"),
    re_path(
        r"^(?P<webhook_id>\d{1,18})/(?P<verb>enable|disable|test|rotate|skip|replay|delete)/$",
        views.webhook_do,
        name="webhook_do",
    ),
    path("<int:webhook_id>/deliveries/<uuid:event_id>/", views.webhook_delivery, name="webhook_delivery"),
    path("<int:webhook_id>/deliveries/<uuid:event_id>/replay/", views.webhook_replay, name="webhook_replay"),
]
