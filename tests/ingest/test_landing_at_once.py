"""Two landings at the same time, on two connections: as if one had come after the other."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from celery import Celery, current_app
from django.db import connection, transaction
from django.test import Client

from ingest import announcement
from ingest.event_ids import message_id
from ingest.landing import Landed
from ingest.models import Delivery, DeliverySource, EventKey, RawEvent, RejectedRecord, Source
from ingest.replay import replay_rejected
from tests.ingest.builders import body_of, delivered, event, headers, post, record

pytestmark = pytest.mark.usefixtures("committed")


def at_once(*landings: Callable[[], Any]) -> list[Any]:
    """What each gives, or raises, run in a thread of its own with a connection of its own."""
    results: list[Any] = [None] * len(landings)
    together = threading.Barrier(len(landings))

    def run(place: int) -> None:
        together.wait()
        try:
            results[place] = landings[place]()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(landings))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@contextmanager
def another_connection() -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    parameters = connection.get_connection_params() | {"cursor_factory": None}
    with psycopg.connect(**parameters) as own:
        yield own


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def somebody_waits_for_a_lock() -> bool:
    with another_connection() as own:
        found = own.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return found.fetchone() != (0,)


def test_the_same_events_in_opposite_order_land_once_and_without_deadlock() -> None:
    events = [event(messageId=f"m{number}") for number in range(400)]
    shares = [record(*events[start : start + 100]) for start in range(0, 400, 100)]
    results = at_once(*[lambda order=order: delivered(*shares[::order]) for order in (1, -1, 1, -1)])
    assert [type(result) for result in results] == [Landed] * 4, results
    assert sum(result.landed for result in results) == 400
    assert sum(result.duplicate for result in results) == 1200
    assert RawEvent.objects.count() == EventKey.objects.count() == 400
    assert sum(DeliverySource.objects.values_list("landed", flat=True)) == 400


def test_a_landing_waits_for_one_that_may_yet_fail_and_takes_over_its_events() -> None:
    data = record(event(messageId="m"))
    with another_connection() as own:
        own.execute(
            "INSERT INTO event_keys VALUES ((SELECT id FROM sources WHERE is_default), %s, 1)",
            [message_id("m").hex()],
        )
        waiting = threading.Thread(target=lambda: results.extend(at_once(lambda: delivered(data))))
        results: list[Landed] = []
        waiting.start()
        wait_until(somebody_waits_for_a_lock)
        own.rollback()
    waiting.join()
    assert [result.landed for result in results] == [1]


def test_a_delivery_sent_again_while_the_first_try_is_running_lands_once() -> None:
    data = record(event(anonymousId=None, traits={}), event())
    results = at_once(*[lambda: delivered(data, request_id="again")] * 4)
    assert len(set(map(repr, results))) == 1, results
    assert (results[0].landed, results[0].rejected) == (1, 1)
    assert Delivery.objects.count() == RawEvent.objects.count() == RejectedRecord.objects.count() == 1


def test_a_rejected_record_replayed_by_two_people_at_once_lands_once() -> None:
    delivered(*[record(event(), source=999) for _ in range(20)])
    Source.objects.create(id=999, name="late", write_key="wk_late")
    results = at_once(*[replay_rejected] * 3)
    assert sum(result.landed for result in results) == 20, results
    assert sum(result.replayed for result in results) == 20
    assert sum(result.duplicate + result.rejected for result in results) == 0
    assert not RejectedRecord.objects.filter(replayed_at=None).exists()


def test_a_landing_that_breaks_off_leaves_nothing_behind() -> None:
    with transaction.atomic():
        delivered(record(), b"?")
        transaction.set_rollback(True)
    for model in (Delivery, DeliverySource, EventKey, RawEvent, RejectedRecord):
        assert not model._default_manager.exists()


def test_when_the_database_goes_away_firehose_is_told_to_come_again() -> None:
    """The connection is cut while the landing waits; the request after it gets a new one."""
    key = message_id("m").hex()
    with another_connection() as own:
        own.execute("INSERT INTO event_keys VALUES ((SELECT id FROM sources WHERE is_default), %s, 1)", [key])
        body = body_of(record(event(messageId="m")))
        responses: list[Any] = []
        waiting = threading.Thread(target=lambda: responses.extend(at_once(lambda: post(body))))
        waiting.start()
        wait_until(somebody_waits_for_a_lock)
        with another_connection() as killer:
            killer.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
        waiting.join()
        own.rollback()
    assert responses[0].status_code == 503
    assert "database" in responses[0].json()["errorMessage"]
    assert post(body).status_code == 200
    assert RawEvent.objects.count() == 1


def test_resolution_is_asked_for_when_a_landing_has_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(current_app, "send_task", lambda *_, **__: told.append(Delivery.objects.count()))
    with transaction.atomic():
        delivered(record())
        assert told == []
    assert told == [1]


def test_without_a_broker_a_delivery_lands_all_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = Celery()
    nowhere.config_from_object("django.conf:settings", namespace="CELERY")
    nowhere.conf.update(broker_url="redis+socket:///nowhere/valkey.sock")
    monkeypatch.setattr(announcement, "current_app", nowhere)
    started = time.monotonic()
    assert Client().post("/ingest/v1/deliveries", body_of(), "application/json", headers=headers()).status_code == 200
    assert time.monotonic() - started < 1
    assert RawEvent.objects.count() == 1
    assert "the broker did not take the word" in caplog.text
