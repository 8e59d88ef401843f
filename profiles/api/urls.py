"""Takes a path, gives the endpoint of the API that answers it."""

from django.urls import path

from profiles.api.identities import identities

urlpatterns = [path("api/v1/identities/", identities, name="api_identities")]
