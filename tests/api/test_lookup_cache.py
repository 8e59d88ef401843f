"""A look-up from memory is never older than the last commit, whoever else asks, and whatever breaks."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from profiles import lookup_cache
from profiles.api.clients import create_client
from profiles.deciding.decisions import Named, decide, withdraw
from profiles.identities import profile_of
from profiles.ids import public_id
from profiles.memory import Wire, memory
from profiles.resolution import resolve_pending
from tests.profiles.builders import land
from tests.profiles.reference import Event

pytestmark = pytest.mark.django_db(transaction=True)

A, B = Named("email", "a@x.org"), Named("email", "b@x.org")
AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def two_people(transactional_db: None) -> None:
    from profiles.models import ProfileIdKey
    from profiles.rules.first_rules import ensure_first_rules

    # Where a test's transaction is rolled back, nothing takes away what stands in place of answers meanwhile.
    changing = (f"idportal:changing:{lookup_cache.digest(one.kind, one.value)}" for one in (A, B))
    memory().delete(lookup_cache.CLOSED, *changing)
    ensure_first_rules()
    ProfileIdKey.objects.get_or_create(defaults={"key": b"0123456789abcdef"})
    land(Event(frozenset({("email", "a@x.org")}), AT, True), Event(frozenset({("email", "b@x.org")}), AT, True))
    resolve_pending()


@pytest.fixture
def token() -> str:
    return create_client(name="crm", scopes=["read"], rate_limit=10_000_000).token


def test_answers_are_kept_in_the_cache_and_not_with_the_broker(settings: Any) -> None:
    settings.CACHE_URL, settings.REDIS_URL = "redis://cache:6379/0", "redis://broker:6379/0"
    assert memory.__wrapped__().connection_pool.connection_kwargs["host"] == "cache"


def look_up(token: str, value: str = "b@x.org") -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return Client().get("/api/v1/lookup/", {"kind": "email", "value": value}, headers=headers).json()["profile_id"]


def held_by(value: str = "b@x.org") -> str:
    found = profile_of(kind="email", value=value)
    assert found
    return public_id(found)


def remembered(value: str) -> bool:
    said = memory().get(lookup_cache.EPOCH)
    epoch = said.decode() if isinstance(said, bytes) else ""
    return memory().exists(f"idportal:lookup:{epoch}:{lookup_cache.digest('email', value)}") == 1


def test_an_answer_is_remembered_and_forgotten_by_a_merge_and_its_withdrawal(token: str) -> None:
    apart = held_by()
    # Not by the first: a Redis that doesn't answer at once is done without.
    assert {look_up(token) for _ in range(20)} == {apart}
    assert remembered("b@x.org")
    decision, _ = decide(action="assert", a=[A], b=[B], author="Ana")
    assert not remembered("b@x.org")
    assert [look_up(token) for _ in range(2)] == [held_by("a@x.org")] * 2
    withdraw(decision, author="Ana")
    assert look_up(token) == apart


def test_before_the_commit_the_database_is_asked_and_nothing_is_remembered(token: str) -> None:
    apart = held_by()
    assert [look_up(token) for _ in range(2)] == [apart] * 2
    with transaction.atomic():
        decide(action="assert", a=[A], b=[B], author="Ana")
        with ThreadPoolExecutor(1) as other:
            assert other.submit(_in_a_thread, token).result() == apart
        assert not remembered("b@x.org")
    assert look_up(token) == held_by("a@x.org")
    assert look_up(token) == look_up(token) != apart


def test_what_was_read_before_a_commit_is_not_remembered_after_it(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    look_up(token)
    lookup_cache.forget_all()
    true_remember = lookup_cache.remember

    def remember_late(name: str, **said: Any) -> None:
        decide(action="assert", a=[A], b=[B], author="Ana")  # between the read and the remembering
        true_remember(name, **said)

    monkeypatch.setattr("profiles.api.lookup.remember", remember_late)
    look_up(token)
    assert not remembered("b@x.org")
    monkeypatch.undo()
    assert look_up(token) == held_by("a@x.org")


def test_a_decision_that_is_rolled_back_leaves_the_right_answer(token: str) -> None:
    apart = look_up(token)
    with transaction.atomic():
        decide(action="assert", a=[A], b=[B], author="Ana")
        transaction.set_rollback(True)
    assert [look_up(token) for _ in range(2)] == [apart] * 2


def test_more_changes_than_can_be_named_forget_everything(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup_cache, "MOST", 0)
    apart = [look_up(token) for _ in range(2)][-1]
    decision, _ = decide(action="assert", a=[A], b=[B], author="Ana")
    assert look_up(token) == held_by("a@x.org")
    assert look_up(token) != apart
    withdraw(decision, author="Ana")
    assert look_up(token) == apart
    assert memory().get(lookup_cache.CLOSED) is None


def test_an_engine_run_from_psql_is_caught_up_with(token: str) -> None:
    apart = [look_up(token) for _ in range(2)][-1]
    land(Event(frozenset({("email", "a@x.org"), ("email", "b@x.org")}), AT, True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT resolve_batch(1000)")
    resolve_pending()  # as beat does every ten seconds
    assert look_up(token) == held_by("a@x.org") != apart


def test_without_redis_look_ups_and_merges_go_on(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import redis

    apart = look_up(token)
    gone = redis.Redis.from_url("redis://127.0.0.1:1")
    for module in ("profiles.api.lookup", "profiles.lookup_cache", "profiles.api.limits"):
        monkeypatch.setattr(f"{module}.memory", lambda: gone)
    monkeypatch.setattr("profiles.memory.memory", lambda: gone)
    monkeypatch.setattr("profiles.api.lookup.wire", Wire())
    assert look_up(token) == apart
    decide(action="assert", a=[A], b=[B], author="Ana")
    assert look_up(token) == held_by("a@x.org")
    monkeypatch.undo()
    lookup_cache.forget_all()


def test_under_load_no_answer_is_older_than_the_commit_before_it(token: str) -> None:
    """Readers ask all the time; after each commit every answer that is asked for from then on is the new one."""
    stop, wrong, asked = threading.Event(), [], [0]
    truth: list[tuple[str, ...]] = [(held_by(),)]  # what may be answered now: while a commit is under way, both

    def read_on() -> None:
        try:
            while not stop.is_set():
                before = truth[0]
                said = look_up(token)
                if said not in before and said not in truth[0]:
                    wrong.append((said, before, truth[0]))
                asked[0] += 1
        finally:
            connections.close_all()

    readers = [threading.Thread(target=read_on) for _ in range(4)]
    for reader in readers:
        reader.start()
    apart, together = held_by(), held_by("a@x.org")
    for _ in range(40):
        truth[0] = (apart, together)
        decision, _ = decide(action="assert", a=[A], b=[B], author="Ana")
        truth[0] = (together,)
        for _ in range(3):
            assert look_up(token) == together
        truth[0] = (apart, together)
        withdraw(decision, author="Ana")
        truth[0] = (apart,)
        for _ in range(3):
            assert look_up(token) == apart
    stop.set()
    for reader in readers:
        reader.join()
    assert not wrong
    assert asked[0] > 100


def _in_a_thread(token: str) -> Any:
    try:
        return look_up(token)
    finally:
        connections.close_all()
