"""Takes a person's request and its answer, gives the audit log what was done by it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_header_parameters

from ingest.audit.log import asked_from, note

Answer = Callable[[HttpRequest], HttpResponse]
NOT_NOTED = {
    "login",
    "logout",
    "people",
    "person_change",
    "invitation_change",
    "log_in_code",
    "password",
    "password_forgotten",
    "password_reset",
    "sessions",
    "person_sessions_end",
    "second_factor",
    "second_factor_change",
    "second_factor_reset",
    "single_sign_on_unlink",
    "invited",
    "theme",
    "review_keys",
    "review_claim",
}  # noted by themselves, or of no consequence
# Noted with the deed, in its transaction. (A person's export is an attachment, and those are noted.)
NOT_NOTED |= {"privacy", "erasure_confirm", "erasure_cancel", "api_erasures", "api_erasure_confirm"}
SHOWN_ONCE = {"source_secret"}  # answered by a page, for it is never shown again
# What programs do all day, many times a second; events say themselves where they came from.
NOT_NOTED |= {"api_lookup_batch", "api_events", "api_identify", "api_identities"}


def noted(get_response: Answer) -> Answer:
    """Every change that a person makes by a page, and every export, with the address it came from."""

    def answer(request: HttpRequest) -> HttpResponse:
        with asked_from(client_address(request)):
            response = get_response(request)
            if response.status_code < 400:
                _note(request, response)
            return response

    return answer


def client_address(request: HttpRequest) -> str | None:
    """The one that our own proxy saw; who asks could write anything before it."""
    said = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return said.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR") or None


def _note(request: HttpRequest, response: HttpResponse) -> None:
    match, actor = request.resolver_match, _actor(request)
    if match is None or not actor:
        return
    name = match.url_name or match.route
    if _changed(request, response, name) or _is_file(response):
        subject = " ".join(f"{key}={value}" for key, value in match.kwargs.items())
        note(actor=actor, action=name, subject=subject)


def _changed(request: HttpRequest, response: HttpResponse, name: str) -> bool:
    """A page that a form only draws again, as a preview does, changed nothing: what changes something redirects."""
    if request.method in {"GET", "HEAD", "OPTIONS"} or name in NOT_NOTED:
        return False
    drawn = response.status_code == 200 and not request.headers.get("HX-Request") and not hasattr(request, "auth")
    return not drawn or name in SHOWN_ONCE


def _actor(request: HttpRequest) -> str:
    client, person = getattr(request, "auth", None), getattr(request, "user", None)
    if client is not None:
        return f"api {client.name}"
    return person.get_username() if person is not None and person.is_authenticated else ""


def _is_file(response: HttpResponse) -> bool:
    return parse_header_parameters(response.get("Content-Disposition", ""))[0] == "attachment"
