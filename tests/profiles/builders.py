"""Deliveries that have landed, without the landing: what the engine takes."""

import hashlib
import uuid
from collections.abc import Iterable
from itertools import count
from typing import Any

from django.db import connection
from django.utils import timezone
from psycopg.types.json import Jsonb

from ingest.models import Delivery, Source
from tests.profiles.reference import Answer, Event, Identifier, pair

_numbers = count()


def combination_id(identifiers: Iterable[str]) -> uuid.UUID:
    return uuid.UUID(bytes=hashlib.sha256("\x1f".join(sorted(identifiers)).encode()).digest()[:16])


def land(*events: Event, traits: dict[str, object] | None = None, source: Source | None = None) -> Delivery:
    """One delivery with these events, waiting to be resolved; `traits` are of those that have none of their own.

    A message id that has landed from the same source does not land again.
    """
    sources = {e.source: source or source_called(e.source) for e in events}
    fresh = [e for e in _first_copies(events) if not _has_landed(sources[e.source], e)]
    received, size = len(events), len(fresh)
    delivery = Delivery.objects.create(
        request_id=f"request {next(_numbers)} {uuid.uuid4()}", origin="import", received_at=timezone.now(), bytes=0,
        records=1, received=received, landed=size, duplicate=received - size, rejected=0,
    )  # fmt: skip
    rows: list[tuple[Any, ...]] = []
    for place, event in enumerate(fresh):
        texts = sorted(f"{kind}:{value}" for kind, value in event.identifiers)
        message_id, told = event.message_id or uuid.uuid4(), dict(event.traits) or traits
        rows.append((
            delivery.pk << 20 | place, delivery.received_at, event.time, message_id, combination_id(texts),
            sources[event.source].pk, event.trusted, "track", "", texts, Jsonb(told) if told else None, Jsonb({}),
        ))  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO raw_events VALUES ({', '.join(['%s'] * 12)})", rows)
    return delivery


def source_called(name: str) -> Source:
    return Source.objects.get_or_create(name=name, defaults={"write_key": f"wk_{name}"})[0]


def _first_copies(events: Iterable[Event]) -> list[Event]:
    return list({(e.source, e.message_id or uuid.uuid4()): e for e in reversed(list(events))}.values())[::-1]


def _has_landed(source: Source, event: Event) -> bool:
    if event.message_id is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM raw_events WHERE source_id = %s AND message_id = %s", [source.pk, event.message_id])
        return cursor.fetchone() is not None


def resolve(*, events_a_batch: int = 200_000) -> None:
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT resolve_batch(%s)", [events_a_batch])
            if cursor.fetchone() == (None,):
                return


def stored_answer() -> Answer:
    """The partition and held links as the engine has stored them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT identifier_id, name, value, profile_id FROM identifiers JOIN kinds USING (kind_id)")
        rows = cursor.fetchall()
        cursor.execute("SELECT a_id, b_id, held FROM links WHERE held IS NOT NULL")
        held = cursor.fetchall()
    named: dict[int, Identifier] = {row[0]: (row[1], row[2]) for row in rows}
    profiles: dict[int, set[Identifier]] = {}
    for identifier_id, _, _, profile_id in rows:
        profiles.setdefault(profile_id, set()).add(named[identifier_id])
    assert all(min(i for i, *_, p in rows if p == profile_id) == profile_id for profile_id in profiles)
    return Answer(
        frozenset(map(frozenset, profiles.values())), {pair(named[a], named[b]): reason for a, b, reason in held}
    )
