"""The portal as it is, with two more addresses that return the same bytes from memory: a bare Django view, and the
same answered where look-ups are, before what only pages need."""

import os
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idportal.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

BYTES = os.environ["BARE_BYTES"].encode()
LOOK_UPS = "profiles.api.lookup.look_ups_from_memory"


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(BYTES, content_type="application/json", headers={"Content-Length": len(BYTES)})


def barest(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    return lambda request: bare(request) if request.path_info == "/api/v1/barest/" else get_response(request)


settings.MIDDLEWARE.insert(settings.MIDDLEWARE.index(LOOK_UPS), "benchmarks.api_server.barest")
application = get_wsgi_application()

from profiles.api import urls  # noqa: E402

urls.urlpatterns.insert(1, path("api/v1/bare/", bare))  # beside the look-up, so that the way to it is as long
