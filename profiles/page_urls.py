"""Takes a path, gives the page about profiles that answers it."""

from django.urls import path

from profiles.views import (
    effects,
    matching,
    profile,
    profile_graph,
    profiles,
    rule_drafts,
    rule_history,
    rules,
    why,
)

urlpatterns = [
    path("search/", profiles.search, name="search"),
    path("profiles/", profiles.profiles, name="profiles"),
    path("profiles/<str:public>/", profile.profile, name="profile"),
    path("profiles/<str:public>/why/", why.why_together_page, name="why_together"),
    path("profiles/<str:public>/why-not/", why.why_not_page, name="why_not"),
    path("profiles/<str:public>/how-built/", why.how_built_page, name="how_built"),
    path("profiles/<str:public>/graph/", profile_graph.graph_page, name="profile_graph"),
    path("events/<int:event_id>/effect/", effects.event_effect, name="event_effect"),
    path("events/<int:event_id>/profile/", effects.event_profile, name="event_profile"),
    path("matching/", matching.matching, name="matching"),
    path("matching/progress/", matching.matching_progress, name="matching_progress"),
    path("matching/runs/", matching.matching_run, name="matching_run"),
    path("matching/runs/<int:run_id>/stop/", matching.matching_stop, name="matching_stop"),
    path("matching/thresholds/", matching.matching_thresholds, name="matching_thresholds"),
    path("matching/draft/", matching.matching_draft, name="matching_draft"),
    path("rules/", rules.rules, name="rules"),
    path("rules/new-kind/", rules.rule_kind_create, name="rule_kind_create"),
    path("rules/kinds/<str:name>/", rules.rule_kind, name="rule_kind"),
    path("rules/blocked/", rules.rules_blocked, name="rules_blocked"),
    path("rules/progress/", rules.rules_progress, name="rules_progress"),
    path("rules/draft/", rule_drafts.rules_draft, name="rules_draft"),
    path("rules/preview/", rule_drafts.rules_preview, name="rules_preview"),
    path("rules/apply/", rule_drafts.rules_apply, name="rules_apply"),
    path("rules/history/", rule_history.rules_history, name="rules_history"),
    path("rules/history/<int:change_id>/", rule_history.rule_change, name="rule_change"),
    path("rules/history/<int:change_id>/undo/", rule_history.rule_change_undo, name="rule_change_undo"),
]
