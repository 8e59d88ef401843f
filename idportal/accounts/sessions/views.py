"""Takes a person's request, gives the page of their sessions; an administrator ends somebody else's."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from idportal.accounts.models import User
from idportal.accounts.sessions import sessions as sessions_
from ingest.views import requests


@login_required
@require_http_methods(["GET", "POST"])
def sessions(request: requests.PageRequest) -> HttpResponse:
    person: User = request.user  # type: ignore[assignment]
    this = sessions_.this_session(request)
    if request.method == "POST":
        one = requests.number(request.POST, "session")
        if one is None:
            ended = sessions_.end_others(person, this=this, author=person.username)
            messages.success(request, f"Ended: {ended}." if ended else "There was no other session.")
        elif one != this and sessions_.end_one(person, session_id=one, author=person.username):
            messages.success(request, "The session has ended.")
        return redirect("sessions")
    return render(request, "accounts/sessions.html", {"sessions": sessions_.sessions_of(person), "this": this})


@login_required
@permission_required("accounts.manage_people", raise_exception=True)
@require_POST
def person_sessions_end(request: requests.PageRequest, person_id: int) -> HttpResponse:
    person = User.objects.filter(pk=person_id).first()
    if person is None:
        raise Http404
    sessions_.end_all(person, author=request.user.get_username())
    messages.success(request, f"All sessions of {person.username} have ended.")
    return redirect("people")
