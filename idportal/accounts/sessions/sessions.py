"""Takes a log-in, gives the person's list of sessions a line; ends one, the others, or all."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ua_parser import parse

from idportal.accounts.models import OpenSession, User
from idportal.audit.middleware import client_address
from ingest.audit.log import note

Answer = Callable[[HttpRequest], HttpResponse]
KEY, SEEN = "open_session", "open_session_seen"
SEEN_EVERY = timedelta(minutes=5)


def listen() -> None:
    user_logged_in.connect(_began, dispatch_uid="accounts.session_began")


def _began(*, request: HttpRequest, user: User, **kwargs: object) -> None:
    agent = parse(request.headers.get("User-Agent", "")[:1000])
    browser = agent.user_agent.family if agent.user_agent else "Unknown browser"
    system = agent.os.family if agent.os else "unknown system"
    row = OpenSession.objects.create(
        person=user, session_key=_key(request), browser=f"{browser} on {system}"[:100], address=client_address(request)
    )
    request.session[KEY], request.session[SEEN] = row.pk, timezone.now().isoformat()


def sessions_of(person: User) -> QuerySet[OpenSession]:
    """Those that still open something, the last seen first."""
    live = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return OpenSession.objects.filter(person=person, session_key__in=live).order_by("-last_seen_at", "-pk")


def this_session(request: HttpRequest) -> int | None:
    return request.session.get(KEY)


def follow(request: HttpRequest) -> None:
    """A session that was given another key, as after a change of the password, is the same line still."""
    OpenSession.objects.filter(pk=this_session(request) or 0).update(session_key=_key(request))


@transaction.atomic
def end_one(person: User, *, session_id: int, author: str) -> bool:
    return bool(_end(OpenSession.objects.filter(person=person, pk=session_id), person, author))


@transaction.atomic
def end_others(person: User, *, this: int | None, author: str) -> int:
    """How many."""
    return _end(OpenSession.objects.filter(person=person).exclude(pk=this or 0), person, author)


@transaction.atomic
def end_all(person: User, *, author: str) -> int:
    """Those that no list knows end as well, by the count that every session is checked against."""
    User.objects.filter(pk=person.pk).update(sessions_ended=F("sessions_ended") + 1)
    person.refresh_from_db(fields=["sessions_ended"])
    return _end(OpenSession.objects.filter(person=person), person, author)


def _end(rows: QuerySet[OpenSession], person: User, author: str) -> int:
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    rows.delete()
    if keys:
        note(actor=author, action="sessions_ended", subject=person.username, detail={"sessions": len(keys)})
    return len(keys)


def sessions_seen(get_response: Answer) -> Answer:
    """When each was last used, to five minutes."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if KEY in request.session and request.session.session_key:
            seen = datetime.fromisoformat(request.session[SEEN])
            if timezone.now() - seen > SEEN_EVERY:
                now = timezone.now()
                OpenSession.objects.filter(pk=request.session[KEY]).update(last_seen_at=now)
                request.session[SEEN] = now.isoformat()
        return response

    return answer


def _key(request: HttpRequest) -> str:
    return request.session.session_key or ""
