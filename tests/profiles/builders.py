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
    """One delivery with these events, waiting to be resolved; `traits` are of those that have none of their own."""
    source = source or Source.objects.get_or_create(name="default", defaults={"write_key": "wk_default"})[0]
    size = len(events)
    delivery = Delivery.objects.create(
        request_id=f"request {next(_numbers)} {uuid.uuid4()}", origin="import", received_at=timezone.now(), bytes=0,
        records=1, received=size, landed=size, duplicate=0, rejected=0,
    )  # fmt: skip
    rows: list[tuple[Any, ...]] = []
    for place, event in enumerate(events):
        texts = sorted(f"{kind}:{value}" for kind, value in event.identifiers)
        message_id, told = event.message_id or uuid.uuid4(), dict(event.traits) or traits
        rows.append((
            delivery.pk << 20 | place, delivery.received_at, event.time, message_id, combination_id(texts), source.pk,
            event.trusted, "track", "", texts, Jsonb(told) if told else None, Jsonb({}),
        ))  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO raw_events VALUES ({', '.join(['%s'] * 12)})", rows)
    return delivery


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
