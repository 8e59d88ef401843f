"""Takes a path, gives the endpoint of the API that answers it."""

from django.urls import path

from profiles.api import (
    access,
    changes,
    decisions,
    erasures,
    events,
    export,
    lookup,
    past,
    profile_parts,
    profiles,
    review,
    why,
)
from profiles.api.described import openapi
from profiles.api.identities import identities
from profiles.api.problems import unknown

PROFILE = "api/v1/profiles/<str:public>/"

urlpatterns = [
    path("api/v1/lookup/", lookup.look_up, name="api_lookup"),
    path("api/v1/openapi.json", openapi, name="api_openapi"),
    path("api/v1/identities/", identities, name="api_identities"),
    path("api/v1/lookup/batch/", lookup.look_up_batch, name="api_lookup_batch"),
    path("api/v1/profiles/", profiles.profiles, name="api_profiles"),
    path(PROFILE, profiles.profile, name="api_profile"),
    path(f"{PROFILE}identifiers/", profile_parts.identifiers, name="api_profile_identifiers"),
    path(f"{PROFILE}events/", profile_parts.events, name="api_profile_events"),
    path(f"{PROFILE}traits/", profile_parts.traits, name="api_profile_traits"),
    path(f"{PROFILE}links/", profile_parts.links, name="api_profile_links"),
    path(f"{PROFILE}held-links/", profile_parts.held_links, name="api_profile_held_links"),
    path(f"{PROFILE}history/", profile_parts.history, name="api_profile_history"),
    path(f"{PROFILE}export/", profiles.export, name="api_profile_export"),
    path("api/v1/export/<str:table>/", export.export_table, name="api_export"),
    path("api/v1/changes/", changes.changes, name="api_changes"),
    path("api/v1/why-together/", why.together, name="api_why_together"),
    path("api/v1/why-not/", why.apart, name="api_why_not"),
    path("api/v1/how-built/", why.built, name="api_how_built"),
    path("api/v1/as-of/", past.profile_as_of, name="api_as_of"),
    path("api/v1/events/", events.events, name="api_events"),
    path("api/v1/identify/", events.identify, name="api_identify"),
    path("api/v1/decisions/assert/", decisions.assert_same, name="api_assert"),
    path("api/v1/decisions/separate/", decisions.separate, name="api_separate"),
    path("api/v1/decisions/merge/", decisions.merge, name="api_merge"),
    path("api/v1/decisions/<str:decision_id>/withdraw/", decisions.withdraw, name="api_withdraw"),
    path(f"{PROFILE}unmerge/", decisions.unmerge_profile, name="api_unmerge"),
    path("api/v1/review/", review.questions, name="api_review"),
    path("api/v1/review/<str:question_id>/", review.question, name="api_question"),
    path("api/v1/review/<str:question_id>/effect/", review.effect, name="api_question_effect"),
    path("api/v1/review/<str:question_id>/answer/", review.reply, name="api_question_answer"),
    path("api/v1/review/<str:question_id>/undo/", review.take_back, name="api_question_undo"),
    path("api/v1/access/", access.access, name="api_access"),
    path("api/v1/erasures/", erasures.ask_erasure, name="api_erasures"),
    path("api/v1/erasures/<str:erasure_id>/", erasures.read_erasure, name="api_erasure"),
    path("api/v1/erasures/<str:erasure_id>/confirm/", erasures.confirm_erasure, name="api_erasure_confirm"),
    path("api/<path:rest>", unknown, name="api_unknown"),
]
