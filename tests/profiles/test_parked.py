"""Deliveries that wait for a person: those that would merge far more than usual, and those that can't be resolved."""

import json
import random
import string
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from idportal.attention import matters
from ingest.models import Delivery, DeliverySource, Source
from profiles.models import (
    Combination,
    Identifier,
    ParkedDelivery,
    ProfileChange,
    Resolution,
    SuspectDelivery,
    TraitValue,
)
from profiles.parked import parked_deliveries, parked_delivery, release, set_breaker
from profiles.rebuild import check
from profiles.resolution import resolve_pending
from tests.profiles.builders import land, stored_answer
from tests.profiles.reference import Event, Reference
from tests.profiles.test_resolution import ADA, ADA_MAIL, BEN, BEN_MAIL, LAPTOP, event, profile_of, see
from tests.profiles.test_resolvers_at_once import KINDS

pytestmark = pytest.mark.django_db

BUG = ("user_id", "7")


def visitors(number: int, *, first: int = 0) -> list[tuple[str, str]]:
    return [("anonymous_id", f"visitor {first + n}") for n in range(number)]


def usual_days(*, resolutions: int = 60, merges: int = 2) -> None:
    """A few days in which every resolution merged a little."""
    for n in range(resolutions):
        at = timezone.now() - timedelta(hours=1 + n)
        Resolution.objects.create(
            started_at=at, finished_at=at, cause="event", deliveries=1, events=100, new_identifiers=0, new_profiles=0,
            new_links=0, merges=merges, splits=0, moves=0, held_links=0,
        )  # fmt: skip
        ProfileChange.objects.create(
            at=at, change="merge", from_profile_id=2, to_profile_id=1, identifier_ids=[2], cause="event", cause_id=0
        )


@pytest.fixture
def crowd() -> None:
    """Two hundred visitors whom nothing joins yet."""
    see(*(event(visitor) for visitor in visitors(200)))


def land_bug() -> Delivery:
    return land(*(event(BUG, visitor, minute=1) for visitor in visitors(200)), event(ADA, ADA_MAIL))


@pytest.mark.usefixtures("crowd")
def test_a_delivery_in_which_one_value_merges_far_more_than_usual_is_parked_with_reason_and_examples() -> None:
    usual_days()
    before = stored_answer()
    delivery = land_bug()
    assert resolve_pending().deliveries == 0
    assert stored_answer() == before
    (parked,) = parked_deliveries()
    assert parked == parked_delivery(delivery.pk)
    assert (parked.why, parked.identifier, parked.profiles, parked.usual, parked.events) == ("value", BUG, 199, 1, 201)
    example = parked.examples[0]
    assert len(parked.examples) == 5
    assert Identifier.objects.filter(profile_id__in=[example.from_profile_id, example.to_profile_id]).count() == 2
    assert (example.event_id or 0) >> 20 == delivery.pk

    assert release([delivery.pk, 10**9], author="Ana") == [delivery.pk]
    assert parked_deliveries() == []
    assert resolve_pending().merges == 199
    assert len({profile_of(visitor) for visitor in visitors(200)}) == 1
    assert ParkedDelivery.objects.get().released_by == "Ana"
    assert check().differences == []


@pytest.mark.usefixtures("crowd")
def test_deliveries_before_beside_and_after_a_parked_one_are_resolved() -> None:
    usual_days()
    land(event(ADA, LAPTOP))
    parked = land_bug()
    land(event(BEN, BEN_MAIL))
    assert resolve_pending().deliveries == 2
    assert list(Delivery.objects.filter(resolved_at=None)) == [parked]
    assert not SuspectDelivery.objects.exists()
    assert (profile_of(ADA), profile_of(BEN)) == (profile_of(LAPTOP), profile_of(BEN_MAIL))
    assert check().differences == []


@pytest.mark.usefixtures("crowd")
def test_nothing_is_parked_before_there_is_a_usual() -> None:
    usual_days(resolutions=48)  # the crowd is one more
    land_bug()
    assert resolve_pending().merges == 199


@pytest.mark.usefixtures("crowd")
def test_a_busy_first_hour_is_no_usual_yet() -> None:
    usual_days()
    Resolution.objects.update(finished_at=timezone.now() - timedelta(minutes=30))
    land_bug()
    assert resolve_pending().merges == 199


@pytest.mark.usefixtures("crowd")
def test_who_switches_the_breaker_off_or_up_gets_everything_resolved() -> None:
    usual_days()
    set_breaker(at_least=200)
    land_bug()
    assert resolve_pending().merges == 199


@pytest.mark.usefixtures("crowd")
def test_what_is_usual_here_is_never_parked() -> None:
    usual_days()
    for change in ProfileChange.objects.all():
        ProfileChange.objects.bulk_create(
            ProfileChange(at=change.at, change="merge", from_profile_id=n, to_profile_id=1, identifier_ids=[n],
                          cause="event", cause_id=0) for n in range(3, 30)
        )  # fmt: skip
    land_bug()
    assert resolve_pending().merges == 199


def test_an_import_that_joins_many_to_each_their_own_is_never_parked() -> None:
    people = [("user_id", f"customer {n}") for n in range(150)]
    see(*(event(visitor) for visitor in visitors(300)))
    see(*(event(person) for person in people))
    usual_days()
    crm = Source.objects.create(name="crm", write_key="wk_crm", trusted=True)
    old = land(event(ADA), source=crm)
    DeliverySource.objects.create(delivery=old, source=crm, landed=5000, duplicate=0, rejected=0)
    Delivery.objects.filter(pk=old.pk).update(received_at=timezone.now() - timedelta(days=3))
    resolve_pending()
    land(
        *(
            event(person, visitors(300)[2 * n], visitors(300)[2 * n + 1], trusted=True)
            for n, person in enumerate(people)
        ),
        source=crm,
    )
    assert resolve_pending().merges == 300


def quiet_source(*, days: int) -> Source:
    """It has sent five thousand events that merged hardly anybody."""
    app = Source.objects.create(name="app", write_key="wk_app")
    old = land(event(ADA), source=app)
    DeliverySource.objects.create(delivery=old, source=app, landed=5000, duplicate=0, rejected=0)
    Delivery.objects.filter(pk=old.pk).update(received_at=timezone.now() - timedelta(days=days))
    resolve_pending()
    return app


def land_pairs(source: Source) -> Delivery:
    pairs = zip(visitors(100), visitors(100, first=100), strict=True)
    delivery = land(*(event(one, other, minute=2) for one, other in pairs), source=source)
    Delivery.objects.filter(pk=delivery.pk).update(origin="firehose")
    return delivery


@pytest.mark.usefixtures("crowd")
def test_a_source_that_suddenly_merges_with_every_event_is_parked() -> None:
    usual_days()
    delivery = land_pairs(quiet_source(days=3))
    assert resolve_pending().deliveries == 0
    parked = parked_delivery(delivery.pk)
    assert parked is not None
    assert (parked.why, parked.source, parked.profiles, parked.events, parked.usual) == ("source", "app", 100, 100, 0)


@pytest.mark.usefixtures("crowd")
def test_a_new_source_has_no_usual_to_be_measured_by() -> None:
    usual_days()
    land_pairs(quiet_source(days=0))
    assert resolve_pending().merges == 100


def poison() -> Event:
    """Its value can't be stored: too long for an index. Landing would have refused it."""
    value = "".join(random.Random(7).choices(string.printable, k=20_000))
    return event(("user_id", value), LAPTOP)


@pytest.mark.parametrize("place", [0, 3, 6])
def test_a_delivery_that_cannot_be_resolved_is_parked_and_stops_no_other(place: int) -> None:
    good = [[event(ADA, LAPTOP, minute=n), event(BEN, ("email", f"ben{n}@example.com"))] for n in range(6)]
    batches: list[list[Event]] = [*good[:place], [poison(), event(BEN, LAPTOP)], *good[place:]]
    deliveries = [land(*batch) for batch in batches]

    result = resolve_pending()

    assert (result.deliveries, result.events) == (6, 12)
    assert stored_answer() == Reference([e for batch in good for e in batch], kinds=KINDS).answer()
    (parked,) = parked_deliveries()
    assert (parked.delivery_id, parked.why, parked.identifier) == (deliveries[place].pk, "error", None)
    assert "index" in parked.error
    assert not SuspectDelivery.objects.exists()
    assert check().differences == []

    assert resolve_pending().deliveries == 0
    release([parked.delivery_id], author="Ana")
    assert resolve_pending().deliveries == 0
    assert [again.delivery_id for again in parked_deliveries()] == [parked.delivery_id]


def test_a_trait_whose_name_no_index_holds_stops_nothing() -> None:
    name = "".join(random.Random(7).choices(string.ascii_letters, k=9_000))
    land(event(ADA, LAPTOP), traits={name: 1, "plan": "gold"})  # as it landed before names were limited
    assert resolve_pending().events == 1
    assert not parked_deliveries()
    assert TraitValue.objects.values_list("name", flat=True).get() == "plan"
    assert check().differences == []


def test_without_its_own_functions_the_engine_parks_nothing_and_says_so() -> None:
    land(event(ADA))
    with connection.cursor() as cursor:
        cursor.execute("ALTER FUNCTION write_traits() RENAME TO gone")
    with pytest.raises(Exception, match="write_traits"):
        resolve_pending()


@pytest.mark.django_db(transaction=True)
def test_a_poison_delivery_stops_neither_the_procedure_nor_the_worker() -> None:
    land(event(ADA, LAPTOP))
    bad = land(poison())
    land(event(BEN, LAPTOP, minute=1))
    with connection.cursor() as cursor:
        cursor.execute("CALL resolve_deliveries()")
    assert list(Delivery.objects.filter(resolved_at=None)) == [bad]
    assert Combination.objects.count() == 2
    assert Identifier.objects.count() == 3


@pytest.mark.usefixtures("crowd")
def test_the_command_lists_releases_and_sets_the_breaker() -> None:
    def run(*arguments: str) -> str:
        printed = StringIO()
        call_command("parked", *arguments, stdout=printed)
        return printed.getvalue()

    assert run() == "no delivery is parked\n"
    usual_days()
    delivery = land_bug()
    resolve_pending()
    assert "user_id 7 would merge 199, usual are 1" in run()
    assert json.loads(run("--json"))["examples"][0]["event_id"] >> 20 == delivery.pk
    assert run("--breaker", "off", "--times", "20").startswith("the circuit breaker is off: at least 100, times 20")
    with pytest.raises(CommandError):
        run("--times", "0")
    assert run("--release", str(delivery.pk), "1") == f"delivery {delivery.pk} released\ndelivery 1 is not parked\n"
    assert resolve_pending().merges == 199


@pytest.mark.usefixtures("crowd")
def test_people_are_told_and_a_parked_delivery_is_no_backlog(client: Client) -> None:
    usual_days()
    delivery = land_bug()
    Delivery.objects.filter(pk=delivery.pk).update(received_at=timezone.now() - timedelta(days=1))
    resolve_pending()
    titles = [matter.title for matter in matters()]
    assert "1 delivery parked" in titles
    assert "1 delivery waiting to be resolved" not in titles
    assert client.get("/readyz").json()["unresolved_deliveries"] == 0


@pytest.mark.usefixtures("crowd")
def test_a_released_delivery_lets_nothing_else_through() -> None:
    usual_days()
    see(*(event(visitor) for visitor in visitors(200, first=200)))
    released = land_bug()
    resolve_pending()
    other = land(*(event(("user_id", "8"), visitor, minute=1) for visitor in visitors(200, first=200)))
    release([released.pk], author="Ana")
    assert resolve_pending().merges == 199
    assert [parked.delivery_id for parked in parked_deliveries()] == [other.pk]
