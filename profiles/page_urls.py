"""Takes a path, gives the page about profiles that answers it."""

from django.urls import path

from profiles.views import effects, profile, profiles

urlpatterns = [
    path("search/", profiles.search, name="search"),
    path("profiles/", profiles.profiles, name="profiles"),
    path("profiles/<str:public>/", profile.profile, name="profile"),
    path("events/<int:event_id>/effect/", effects.event_effect, name="event_effect"),
    path("events/<int:event_id>/profile/", effects.event_profile, name="event_profile"),
]
