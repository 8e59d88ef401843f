"""Takes an uploaded file's id, gives what its first rows would do to profiles, as a part of its page."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django_htmx.http import HttpResponseClientRefresh

from ingest.importing.runs import FileGone
from ingest.models import Import
from ingest.views.requests import PageRequest
from profiles.ids import public_ids
from profiles.import_effect import import_effect


@login_required
@permission_required("ingest.import_files", raise_exception=True)
def import_effect_part(request: PageRequest, import_id: int) -> HttpResponse:
    job = get_object_or_404(Import.objects.select_related("source"), pk=import_id, state=Import.State.UPLOADED)
    try:
        effect = import_effect(job)
    except FileGone:
        return HttpResponseClientRefresh() if request.htmx else redirect("import", job.pk)
    ids = public_ids({one for merge in effect.merges for one in (merge.from_profile_id, merge.to_profile_id)})
    merges = [(ids[merge.from_profile_id], ids[merge.to_profile_id]) for merge in effect.merges]
    template = "profiles/import_effect_part.html" if request.htmx else "profiles/import_effect.html"
    return render(request, template, {"job": job, "effect": effect, "merges": merges})
