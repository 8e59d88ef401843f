"""Takes a path, gives the view that answers it."""

from django.urls import URLPattern, URLResolver, include, path

from idportal import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("demo/shop/", include("idportal.demo.urls")),
    path("", include("ingest.urls")),
    path("api/v1/webhooks/", include("idportal.webhooks.api_urls")),
    path("", include("profiles.api.urls")),
    path("", include("idportal.page_urls")),
]
