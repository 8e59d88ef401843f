"""The portal as it is, with two more addresses: a bare Django view that returns the same bytes from memory."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idportal.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from csp.decorators import csp_exempt  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

from profiles.api import urls  # noqa: E402

BYTES = os.environ["BARE_BYTES"].encode()


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(BYTES, content_type="application/json")


# Beside the look-up, so that the way to it is as long. The second has no policy made for each answer, as look-ups have none.
urls.urlpatterns.insert(1, path("api/v1/bare/", bare))
urls.urlpatterns.insert(2, path("api/v1/barer/", csp_exempt()(bare)))
