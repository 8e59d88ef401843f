"""Takes somebody who wants in by single sign-on, leads them to the provider; lets in who comes back from it."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from idportal.accounts.models import User
from idportal.accounts.second_factor.required import passed
from idportal.accounts.single_sign_on import linking, provider
from idportal.accounts.single_sign_on.refused import REASONS, Refused
from ingest.audit.log import note
from ingest.views import requests

ONWARD = "single_sign_on_onward"


@require_safe
def single_sign_on(request: HttpRequest) -> HttpResponse:
    """A link and no form: browsers hold back a form whose answer leads to another site."""
    if not provider.is_on():
        raise Http404
    request.session[ONWARD] = requests.text(request.GET, "next")
    try:
        return provider.lead_there(request)
    except Refused as refused:
        return _refusal(request, refused)


@require_safe
def single_sign_on_done(request: HttpRequest) -> HttpResponse:
    """No code of ours is asked for: a second factor is the provider's to ask."""
    if not provider.is_on():
        raise Http404
    onward = request.session.pop(ONWARD, "")
    try:
        person = linking.person_of(provider.come_back(request))
    except Refused as refused:
        return _refusal(request, refused)
    request.log_in_by = linking.AUTHOR  # type: ignore[attr-defined]  # for the audit log
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    passed(request)
    ours = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
    return redirect(onward if ours else resolve_url(settings.LOGIN_REDIRECT_URL))


@login_required
@permission_required("accounts.manage_people", raise_exception=True)
@require_POST
def single_sign_on_unlink(request: requests.PageRequest, person_id: int) -> HttpResponse:
    """For somebody whose account at the provider was made anew."""
    try:
        person = linking.unlink(person_id=person_id, author=request.user.get_username())
    except User.DoesNotExist as nobody:
        raise Http404 from nobody
    messages.success(request, f"{person.username} is linked anew at their next log-in by single sign-on.")
    return redirect("people")


def _refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    note(actor=refused.name or "unknown", action="single_sign_on_failed", detail={"reason": refused.reason})
    words = REASONS[refused.reason]
    context = {"words": words, "only": settings.SSO_ONLY}
    return render(request, "accounts/single_sign_on.html", context, status=words.status)
