"""Takes a path, gives the view of ingest that answers it."""

from django.urls import path

from ingest.views.deliver import deliver
from ingest.views.registry import registry

urlpatterns = [
    path("ingest/v1/deliveries", deliver, name="deliver"),
    path("ingest/v1/registry", registry, name="registry"),
]
