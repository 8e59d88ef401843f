"""Takes the raw events of all that is resolved, gives the profiles they make from nothing, and what differs."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Sum

from ingest.models import Delivery
from profiles.lookup_cache import changing_partition
from profiles.models import ErasureCombination, Identifier, Kind, ParkedDelivery, Reconsideration, UndefinedKind
from profiles.resolution import EVENTS_A_BATCH, ResolutionResult, resolution_result

KEYS = {
    "identifiers": "identifier_id",
    "links": "a_id, b_id",
    "combinations": "combination_id",
    "trait_values": "combination_id, name, source_id, value_hash",
    "undefined_kinds": "kind, combination_id",
    "conflicted_neighbourhoods": "neighbourhood_id",
}
NO_COMBINATION = "00000000-0000-0000-0000-000000000000"
ALONE = "SELECT pg_try_advisory_xact_lock(7401524)"  # one shadow at a time
_EXAMPLES = """
SELECT d.stored, d.computed
FROM shadow.differing_{table} d CROSS JOIN LATERAL columns_apart(d.stored, d.computed) AS c (difference)
WHERE c.difference = %s ORDER BY {keys} LIMIT %s
"""
_ANALYZE = "ANALYZE shadow.identifiers, shadow.links, shadow.combinations, shadow.trait_values"

OnEvents = Callable[[int], None]


@dataclass(frozen=True)
class Difference:
    """`what` is a column, or "missing" (stored nowhere), or "left over" (no event says so)."""

    table: str
    what: str
    rows: int
    examples: list["Example"]


@dataclass(frozen=True)
class Example:
    """A row that differs; values of the column `what`, or null."""

    names: str
    stored: Any
    computed: Any


@dataclass(frozen=True)
class Comparison:
    """`gone` events are out of retention; what they say was taken from the stored combinations instead."""

    events: int
    gone: int
    identifiers: int
    differences: list[Difference]
    changes: ResolutionResult = field(default_factory=ResolutionResult)


def check(*, events_a_batch: int = EVENTS_A_BATCH, on_events: OnEvents = lambda events: None) -> Comparison:
    """Compare what is in force with what the events say, at one moment. Resolution goes on; nothing is left behind."""
    nested = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if not nested:  # else the caller's transaction says what is seen
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        comparison = _compare(events_a_batch, on_events)
        transaction.set_rollback(True)
    return comparison


@transaction.atomic
def switch(*, events_a_batch: int = EVENTS_A_BATCH, on_events: OnEvents = lambda events: None) -> Comparison:
    """Put in force what the events say, in one transaction. Landing goes on; resolution waits until the end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT engine_lock()")
        comparison = _compare(events_a_batch, on_events)
        with changing_partition():
            cursor.execute("SELECT switch_to_shadow()")
        (resolution_id,) = cursor.fetchone()
        cursor.execute("DROP SCHEMA shadow CASCADE")
    return Comparison(**vars(comparison) | {"changes": resolution_result(resolution_id)})


def events_to_compare() -> int:
    events: int | None = Delivery.objects.exclude(resolved_at=None).aggregate(n=Sum("landed"))["n"]
    return events or 0


def _compare(events_a_batch: int, on_events: OnEvents) -> Comparison:
    with connection.cursor() as cursor:
        cursor.execute(ALONE)
        if cursor.fetchone() == (False,):
            raise ValidationError("another rebuild is running")
        _refuse_unfinished()
        cursor.execute("SELECT make_shadow(), out_of_retention(), current_setting('search_path')")
        _, gone, search_path = cursor.fetchone()
        cursor.execute("SELECT set_config('search_path', 'shadow, public', true)")
        if gone:
            _seed(cursor)
        _resolve(cursor, events_a_batch, on_events)
        cursor.execute("SELECT set_config('search_path', %s, true), number_shadow(%s)", [search_path, gone > 0])
        differences = [found for table in KEYS for found in _differences(cursor, table)]
        return Comparison(events_to_compare(), gone, Identifier.objects.count(), differences)


def _refuse_unfinished() -> None:
    """What a rule change touches and has not been taken up is no difference."""
    defined = UndefinedKind.objects.filter(kind__in=Kind.objects.values("name"))
    if Reconsideration.objects.exists() or defined.exists():
        raise ValidationError("a rule change is still being taken up: run manage.py resolve_events first")
    if ErasureCombination.objects.exists():
        raise ValidationError("an erasure is deleting events: wait until it is done, or run manage.py erase --continue")


def _seed(cursor: Any) -> None:
    last = NO_COMBINATION
    while last:
        cursor.execute("SELECT seed_shadow(%s)", [last])
        (last,) = cursor.fetchone()


def _resolve(cursor: Any, events_a_batch: int, on_events: OnEvents) -> None:
    events, batch = 0, 0
    while True:
        cursor.execute("SELECT resolve_batch(%s)", [events_a_batch])
        (resolution_id,) = cursor.fetchone()
        if resolution_id is None:
            return _refuse_unresolvable()
        batch += 1
        events += resolution_result(resolution_id).events
        on_events(events)
        if batch & (batch - 1) == 0:  # autovacuum doesn't see these tables; their statistics matter as they double
            cursor.execute(_ANALYZE)


def _refuse_unresolvable() -> None:
    if parked := ParkedDelivery.objects.first():  # the shadow's
        raise ValidationError(f"delivery {parked.delivery_id} can't be resolved again: {parked.detail['message']}")


def _differences(cursor: Any, table: str) -> list[Difference]:
    cursor.execute("SELECT * FROM compare_with_shadow(%s, %s)", [table, KEYS[table]])
    return [Difference(table, what, rows, _examples(cursor, table, what)) for what, rows in cursor.fetchall()]


def _examples(cursor: Any, table: str, what: str, *, limit: int = 3) -> list[Example]:
    cursor.execute(_EXAMPLES.format(table=table, keys=KEYS[table]), [what, limit])
    return [_example(table, what, stored, computed) for stored, computed in cursor.fetchall()]


def _example(table: str, what: str, stored_row: str | None, computed_row: str | None) -> Example:
    stored, computed = (json.loads(row) if row else {} for row in (stored_row, computed_row))
    row = stored or computed
    names = ", ".join(f"{key} {row[key]}" for key in KEYS[table].split(", "))
    if table == "identifiers":
        names += f" ({row['value']})"
    return Example(names, stored.get(what), computed.get(what))
