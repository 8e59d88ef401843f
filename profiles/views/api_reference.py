"""Takes the name of an endpoint of the API, gives its page: what it takes, what it gives, and the call to copy."""

import json

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ingest.views import requests
from profiles.api import examples, receiving, reference
from profiles.api.described import ADDRESS


@login_required
@require_safe
def api_reference(request: requests.PageRequest) -> HttpResponse:
    verify = {"Python": receiving.PYTHON, "JavaScript": receiving.JAVASCRIPT}
    context = {"tags": reference.by_tag(), "document": ADDRESS, "verify": verify}
    return render(request, "profiles/api_reference.html", context)


@login_required
@require_safe
def api_operation(request: requests.PageRequest, name: str) -> HttpResponse:
    one = reference.operation(name)
    if one is None:
        raise Http404("The API has no such endpoint.")
    context = {
        "one": one,
        "calls": {"curl": examples.curl(one), "Python": examples.python(one), "JavaScript": examples.javascript(one)},
        "answer_example": _pretty(one.answer),
    }
    return render(request, "profiles/api_operation.html", context)


def _pretty(example: object) -> str:
    return "" if example is None else json.dumps(example, indent=2, ensure_ascii=False, default=str)
