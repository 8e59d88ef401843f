"""Whatever is delivered, in whatever pieces and however often: each event lands once, and every delivery adds up."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.events import posted_event
from ingest.models import Delivery, DeliverySource, EventKey, RawEvent, RejectedRecord
from tests.ingest.builders import a_source, default_source, delivered, event, record

pytestmark = pytest.mark.django_db

KNOWN, OTHER, UNKNOWN = range(3)


@dataclass(frozen=True)
class Sent:
    """An event as a test sends it; `usable` ones identify somebody."""

    source: int
    message: int
    usable: bool


one_event = st.builds(
    Sent, st.sampled_from([KNOWN, KNOWN, OTHER, UNKNOWN]), st.integers(0, 5), st.integers(0, 4).map(bool)
)
one_record = st.none() | st.lists(one_event, max_size=5)
one_delivery = st.lists(one_record, max_size=4)
text = st.text(alphabet=st.characters(exclude_categories=[]), max_size=12)
json_value = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)


def undone(check: Callable[[], None]) -> None:
    """Hypothesis tries many times in one test: each starts with an empty database."""
    with transaction.atomic():
        check()
        transaction.set_rollback(True)


@given(st.lists(one_delivery, min_size=1, max_size=4), st.data())
@settings(max_examples=60, deadline=None)
def test_every_event_lands_once_and_every_delivery_adds_up(deliveries: list[list[Any]], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(range(len(deliveries))), max_size=3))
    undone(lambda: check_landings(deliveries, again))


def check_landings(deliveries: list[list[Any]], again: list[int]) -> None:
    ids = {KNOWN: default_source().pk, OTHER: a_source().source.pk, UNKNOWN: 9999}
    landed: set[tuple[int, int]] = set()
    for number in [*range(len(deliveries)), *again]:
        unreadable: list[Sent | None] = [None]
        records = [encoded(one, ids) for sent in deliveries[number] for one in parts(sent)]
        events = [one for sent in deliveries[number] for part in parts(sent) for one in part or unreadable]
        result = delivered(*records, request_id=f"{number}")
        assert result.received == len(events) == result.landed + result.duplicate + result.rejected
        good = [(one.source, one.message) for one in events if one and one.usable and one.source != UNKNOWN]
        assert result.rejected == len(events) - len(good) == sum(result.reasons.values())
        landed |= set(good)
    assert RawEvent.objects.count() == EventKey.objects.count() == len(landed)
    assert Delivery.objects.count() == len(deliveries)
    for delivery in Delivery.objects.all():
        kept = RejectedRecord.objects.filter(delivery=delivery).count()
        by_source = DeliverySource.objects.filter(delivery=delivery)
        assert kept == delivery.rejected
        assert sum(one.landed for one in by_source) == delivery.landed
        assert sum(one.duplicate for one in by_source) == delivery.duplicate


def parts(sent: list[Sent] | None) -> list[list[Sent] | None]:
    """A record has one source; None stands for one that can't be read."""
    if sent is None:
        return [None]
    return [[one for one in sent if one.source == source] for source in sorted({one.source for one in sent})]


def encoded(sent: list[Sent] | None, ids: dict[int, int]) -> bytes:
    if sent is None:
        return b"{unreadable"
    unusable: dict[str, Any] = {"anonymousId": None, "traits": {}}
    events = [event(messageId=f"m{one.message}", **({} if one.usable else unusable)) for one in sent]
    return record(*events, source=ids[sent[0].source])


@given(st.dictionaries(text, json_value, max_size=4), text)
@settings(max_examples=150, deadline=None)
def test_whatever_text_an_event_holds_its_delivery_lands(traits: dict[str, Any], name: str) -> None:
    undone(lambda: check_text(traits, name))


def check_text(traits: dict[str, Any], name: str) -> None:
    result = delivered(record(event(type="track", event=name, traits=traits, properties=traits), event()))
    assert result.received == 2
    assert result.landed == 2, result.reasons
    row = RawEvent.objects.order_by("event_id")[0]
    assert posted_event(row)["traits"] == posted_event(row)["properties"]


@given(text, text, json_value)
@settings(max_examples=150, deadline=None)
def test_whatever_text_a_transformed_record_holds_it_lands(name: str, value: str, trait: Any) -> None:
    def check() -> None:
        made = json.loads(record(event()))
        [one] = made["events"]
        one |= {
            "name": name,
            "identifiers": [["kind", f"x{value}"]],
            "traits": {"trait": trait},
            "message_id": f"x{value}",
        }
        result = delivered(json.dumps(made).encode())
        assert result.landed == 1, result.reasons

    undone(check)
