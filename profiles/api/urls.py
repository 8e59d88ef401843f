"""Takes a path, gives the endpoint of the API that answers it."""

from django.urls import path

from profiles.api import past, why
from profiles.api.identities import identities

urlpatterns = [
    path("api/v1/identities/", identities, name="api_identities"),
    path("api/v1/why-together/", why.together, name="api_why_together"),
    path("api/v1/why-not/", why.apart, name="api_why_not"),
    path("api/v1/how-built/", why.built, name="api_how_built"),
    path("api/v1/as-of/", past.profile_as_of, name="api_as_of"),
]
