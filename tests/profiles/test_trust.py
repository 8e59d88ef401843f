"""Trust taken from a source, and given back: as if its events had landed so."""

from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from ingest.models import Delivery, DeliverySource, Source
from profiles.models import Combination, Identifier, Link, ProfileChange, RuleChange
from profiles.rebuild import check
from profiles.resolution import resolve_pending
from profiles.trust import grant_trust, revoke_trust
from tests.profiles.builders import land, stored_answer
from tests.profiles.reference import Event, Reference
from tests.profiles.test_engine_laws import BLOCKED, KINDS, LAWS, events, stored_facts, use_small_rules
from tests.profiles.test_resolution import (
    ADA_MAIL,
    BEN_MAIL,
    KIOSK,
    LAPTOP,
    NOON,
    PHONE,
    event,
    profile_of,
    see,
    stored,
)

pytestmark = pytest.mark.django_db


def new_source(name: str) -> Source:
    return Source.objects.create(name=name, write_key=f"wk_{name}", trusted=True)


landings = st.lists(
    st.tuples(st.sampled_from(["shop", "crm"]), st.lists(events, min_size=1, max_size=4)), min_size=1, max_size=5
)


@LAWS
@given(landings, st.integers(0, 5), st.integers(0, 5), st.booleans(), st.sampled_from([1, 5, 1000]))
def test_revoked_at_any_time_its_events_vouch_for_nothing(
    landed: list[tuple[str, list[Event]]], since: int, when: int, wait: bool, size: int
) -> None:
    """From delivery `since` on, when `when` deliveries have landed, the newest of them resolved or not."""
    with transaction.atomic():
        use_small_rules()
        sources, times, seen = {name: new_source(name) for name in ("shop", "crm")}, [], []
        for place, (source, batch) in enumerate(landed):
            times.append(land(*batch, source=sources[source]).received_at)
            seen += [(place, source, e) for e in batch]
            if not (wait and place + 1 == when):
                resolve_pending()
            if place + 1 == when and since < len(times):
                revoke_trust(sources["crm"], author="Ana", since=times[since], events_a_batch=size)
                seen = [(p, s, replace(e, trusted=e.trusted and (s != "crm" or p < since))) for p, s, e in seen]
        resolve_pending()
        assert stored_answer() == Reference([e for *_, e in seen], kinds=KINDS, blocked=BLOCKED).answer()
        assert check().differences == []
        transaction.set_rollback(True)


@LAWS
@given(landings)
def test_granted_to_all_its_imports_everything_of_it_is_vouched_for(landed: list[tuple[str, list[Event]]]) -> None:
    with transaction.atomic():
        use_small_rules()
        sources = {name: new_source(name) for name in ("shop", "crm")}
        for source, batch in landed:
            land(*batch, source=sources[source])
            resolve_pending()
        grant_trust(sources["crm"], author="Ana")
        seen = [replace(e, trusted=e.trusted or source == "crm") for source, batch in landed for e in batch]
        assert stored_answer() == Reference(seen, kinds=KINDS, blocked=BLOCKED).answer()
        assert check().differences == []
        transaction.set_rollback(True)


def test_two_known_people_that_only_a_revoked_source_joined_come_apart_and_history_says_why() -> None:
    crm = new_source("crm")
    see(event(ADA_MAIL, trusted=True), event(BEN_MAIL, trusted=True))
    see(event(ADA_MAIL, BEN_MAIL, trusted=True), source=crm)
    before = stored_answer(), stored_facts()
    assert profile_of(ADA_MAIL) == profile_of(BEN_MAIL)

    restamped = revoke_trust(crm, author="Ana")
    assert (restamped.events, restamped.gone, restamped.changes.splits) == (1, 0, 1)
    assert profile_of(ADA_MAIL) != profile_of(BEN_MAIL)
    assert Link.objects.get().held == "unvouched"
    assert not Source.objects.get(name="crm").trusted
    split = ProfileChange.objects.get(change="split")
    assert (split.cause, split.cause_id) == ("rule", RuleChange.objects.get(author="Ana").pk)

    grant_trust(crm, author="Ana")
    assert (stored_answer(), stored_facts()) == before


def test_the_evidence_of_a_link_is_then_the_first_event_that_counts() -> None:
    crm = new_source("crm")
    see(event(ADA_MAIL, LAPTOP, minute=5, trusted=True), source=crm)
    see(event(ADA_MAIL, LAPTOP, minute=3), event(ADA_MAIL, LAPTOP, KIOSK, minute=1))
    revoke_trust(crm, author="Ana")
    public = Delivery.objects.latest("delivery_id").pk << 20
    link = Link.objects.get(event_id=public + 1, a_id=Identifier.objects.get(value="ada@example.com").pk)
    assert (link.first_seen, link.vouched) == (event(minute=1).time, False)


def test_what_an_event_out_of_retention_vouched_for_stays_and_is_counted() -> None:
    crm = new_source("crm")
    old = land(event(ADA_MAIL, LAPTOP, minute=1, trusted=True), source=crm)
    DeliverySource.objects.create(delivery=old, source=crm, landed=1, duplicate=0, rejected=0)
    see(event(ADA_MAIL, LAPTOP, minute=2, trusted=True), source=crm)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM raw_events WHERE event_id >> 20 = %s", [old.pk])

    printed = StringIO()
    call_command("revoke_trust", "crm", stdout=printed)
    assert "1 events of this source are out of retention" in printed.getvalue()
    assert Combination.objects.get().first_vouched == event(minute=1).time
    assert check().differences == []


def test_since_is_a_time_of_landing_and_an_unknown_source_is_refused() -> None:
    crm = new_source("crm")
    see(event(ADA_MAIL, LAPTOP, trusted=True), source=crm)
    call_command("revoke_trust", "crm", "--since", "2999-01-01", stdout=StringIO())
    assert Link.objects.get().vouched
    call_command("revoke_trust", "crm", "--since", f"{NOON:%Y-%m-%d}", stdout=StringIO())
    assert not Link.objects.get().vouched
    call_command("revoke_trust", "crm", "--undo", stdout=StringIO())
    assert Link.objects.get().vouched
    with pytest.raises(CommandError, match="no source is named nobody"):
        call_command("revoke_trust", "nobody")


@pytest.mark.parametrize("first", [ADA_MAIL, LAPTOP])
def test_what_an_event_with_a_third_identifier_vouches_for_stays_vouched(first: tuple[str, str]) -> None:
    crm = new_source("crm")
    see(event(first, minute=9))
    see(event(LAPTOP, PHONE, minute=1, trusted=True), source=crm)
    see(event(ADA_MAIL, LAPTOP, PHONE, minute=2, trusted=True))
    revoke_trust(crm, author="Ana")
    link = Link.objects.get(a_id=stored(LAPTOP).pk, b_id=stored(PHONE).pk)
    assert (link.vouched, link.first_seen) == (True, event(minute=2).time)
    assert stored(PHONE).vouched
    assert check().differences == []


def test_an_event_that_waits_vouches_for_nothing_yet() -> None:
    crm = new_source("crm")
    see(event(ADA_MAIL, LAPTOP, minute=1, trusted=True), source=crm)
    land(event(ADA_MAIL, LAPTOP, minute=2, trusted=True))
    revoke_trust(crm, author="Ana")
    assert not Link.objects.get().vouched
    resolve_pending()
    assert (Link.objects.get().vouched, Link.objects.get().first_seen) == (True, event(minute=2).time)


def test_a_shared_value_loses_the_links_that_only_the_source_vouched_for() -> None:
    crm, mailbox = new_source("crm"), ("email", "info@example.com")
    phones = [("phone", f"+49301234{number:04}") for number in range(12)]
    see(event(mailbox, phones[0], trusted=True), source=crm)
    see(*(event(mailbox, phone) for phone in phones[1:]))
    assert profile_of(mailbox) == profile_of(phones[0])
    revoke_trust(crm, author="Ana")
    assert profile_of(mailbox) != profile_of(phones[0])
    assert set(Link.objects.values_list("held", flat=True)) == {"shared"}
    assert check().differences == []
