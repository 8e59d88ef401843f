"""Takes what changed in profiles since last time, gives it as events, written down once for everyone who is told."""

import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from idportal.webhooks.models import EventType, Feed, Webhook, WebhookEvent
from idportal.webhooks.news import follow, forget, news_of
from profiles.changes import FeedChange, Place, Told, changes_after, first_changes, now, told_after, told_now
from profiles.ids import public_ids

PAGE = 1_000
CHUNK = 5_000
OF_CHANGE = {
    "merge": EventType.MERGED,
    "split": EventType.SPLIT,
    "move": EventType.UPDATED,
    "erased": EventType.ERASED,
}


@dataclass(frozen=True)
class Happening:
    type: str
    at: datetime
    profile_id: int
    from_profile_id: int | None = None
    cause: str | None = None


def compose(*, seconds: float = 10) -> int:
    """Gives how many happenings were looked at, for at most so long. Nothing where nobody is told anything, or another
    process is at it."""
    written, until = 0, time.monotonic() + seconds
    while time.monotonic() < until and (one := compose_page()) is not None:
        written += one
    return written


def compose_page() -> int | None:
    """None when there was nothing. Events and how far they go are committed together, so none is lost or doubled."""
    with transaction.atomic():
        wanted = {one for types in Webhook.objects.values_list("types", flat=True) for one in types}
        feed = Feed.objects.select_for_update(skip_locked=True).first() if wanted else None
        if feed is None:
            return None
        told = told_after(Told(feed.resolved_at, feed.delivery))  # before the changes: nobody is told of a stranger
        page = changes_after(Place(feed.change, feed.identifier), limit=PAGE)
        happened = list(_of_changes(page.changes, told=feed.identifier))
        updates = EventType.UPDATED in wanted
        if updates:
            follow(page.changes)
        else:
            forget()
        if not page.more:
            happened += _of_told(news_of(told) if updates else [], happened)
            feed.resolved_at, feed.delivery = told.place.resolved_at, told.place.delivery
        feed.change, feed.identifier = page.place.change, page.place.identifier
        feed.save()
        write_events([one for one in happened if one.type in wanted])
        return len(happened) if page.changes or told.deliveries else None


def begin_to_compose() -> None:
    """For the first webhook: what was before is told to nobody. The caller holds a transaction."""
    place, told = now(), told_now()
    start = {"change": place.change, "identifier": place.identifier}
    Feed.objects.update_or_create(pk=1, defaults={**start, "resolved_at": told.resolved_at, "delivery": told.delivery})


def write_events(happened: list[Happening]) -> None:
    for start in range(0, len(happened), CHUNK):
        chunk = happened[start : start + CHUNK]
        ids = public_ids(i for one in chunk for i in (one.profile_id, one.from_profile_id) if i is not None)
        WebhookEvent.objects.bulk_create([_event(one, ids) for one in chunk])


def body_of(event_id: uuid.UUID, *, type: str, at: datetime, data: dict[str, str | None]) -> str:  # noqa: A002
    said = {"id": f"evt_{event_id.hex}", "type": type, "occurred_at": at.isoformat(), "data": data}
    return json.dumps(said, separators=(",", ":"))


def _of_changes(changes: list[FeedChange], *, told: int) -> Iterator[Happening]:
    """New identifiers are one event a profile: created where the one that it is named by is among them.

    The feed names them last, so a profile that history speaks of is created right before that: with them it would come
    too late, and not at all for one that is gone by then. `told`: the last identifier that was.
    """
    first = first_changes(i for one in changes for i in (one.from_profile_id, one.to_profile_id) if i and i > told)
    new: dict[int, str] = {}
    made: set[int] = set()
    for one in changes:
        if one.at is None:
            created = one.identifier_id == one.to_profile_id and one.to_profile_id not in first
            if created or one.to_profile_id not in new.keys() | made:
                new[one.to_profile_id] = EventType.CREATED if created else EventType.UPDATED
            continue
        for i in dict.fromkeys((one.from_profile_id, one.to_profile_id)):
            if i and first.get(i) == one.change_id:
                made.add(i)
                yield Happening(EventType.CREATED, one.at, i, None, "event")
        other = one.from_profile_id if one.from_profile_id != one.to_profile_id else None
        yield Happening(OF_CHANGE[one.change], one.at, one.to_profile_id, other, one.cause)
    at = timezone.now()
    yield from (Happening(type_, at, profile_id, None, "event") for profile_id, type_ in new.items())


def _of_told(profile_ids: list[int], happened: list[Happening]) -> list[Happening]:
    at, known = timezone.now(), {one.profile_id for one in happened}
    return [Happening(EventType.UPDATED, at, i, None, "event") for i in profile_ids if i not in known]


def _event(one: Happening, ids: dict[int, str]) -> WebhookEvent:
    event_id = uuid.uuid4()
    data = {
        "profile_id": ids[one.profile_id],
        "from_profile_id": ids[one.from_profile_id] if one.from_profile_id is not None else None,
        "cause": one.cause,
    }
    body = body_of(event_id, type=one.type, at=one.at, data=data)
    return WebhookEvent(event_id=event_id, type=one.type, occurred_at=one.at, body=body)
