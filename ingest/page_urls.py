"""Takes a path, gives the page about sources, events and deliveries that answers it."""

from django.urls import path, re_path

from ingest.views import deliveries, events, imports, kept, rejected, sources

urlpatterns = [
    path("events/", events.events, name="events"),
    path("events/<int:event_id>/", events.event, name="event"),
    path("sources/", sources.sources, name="sources"),
    path("sources/new/", sources.source_create, name="source_create"),
    path("sources/<int:source_id>/", sources.source, name="source"),
    path("sources/<int:source_id>/secret/", sources.source_secret, name="source_secret"),
    path("deliveries/", deliveries.deliveries, name="deliveries"),
    path("deliveries/<int:delivery_id>/", deliveries.delivery, name="delivery"),
    path("deliveries/kept/", kept.kept, name="kept"),
    path("deliveries/kept/replay/", kept.kept_replay, name="kept_replay"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:import_id>/", imports.import_, name="import"),
    re_path(r"^imports/(?P<import_id>\d{1,18})/(?P<verb>start|pause|cancel)/$", imports.import_do, name="import_do"),
    path("imports/<int:import_id>/rejected.csv", imports.import_errors, name="import_errors"),
    path("rejected/", rejected.rejected, name="rejected"),
    path("rejected/replay/", rejected.rejected_replay, name="rejected_replay"),
    path("rejected/<int:record_id>/", rejected.rejected_record, name="rejected_record"),
]
