"""Decisions that change much wait for a second person; until then nothing of them is applied."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from profiles.deciding.bulk import decide_in_bulk, preview_bulk
from profiles.deciding.decisions import merge_profiles, reject_merge, take_back, unmerge
from profiles.deciding.lines import decision_lines
from profiles.deciding.pending import approve, preview_pending, refuse
from profiles.deciding.preview import preview_merge, preview_unmerge
from profiles.deciding.second_eyes import set_second_eyes
from profiles.models import Decision, PendingDecision
from profiles.models.decisions import SecondEyes
from tests.profiles.test_deciding import (
    assert_it_is_what_happens,
    held,
    ids,
    merge,
    partition,
    take_out,
    told,
    two_people,
)
from tests.profiles.test_resolution import ADA, BEN, KIOSK, LAPTOP, PHONE, event, profile_of, see

pytestmark = pytest.mark.django_db


@pytest.fixture
def strict(db: None) -> None:
    """Whatever changes more than one profile waits: every merge and every unmerge does."""
    two_people()
    set_second_eyes(profiles=1, events=None, author="Root")


def put_off() -> PendingDecision:
    pending = merge(ADA, BEN).pending
    assert pending
    return pending


def test_nothing_waits_unless_somebody_set_it() -> None:
    two_people()
    assert merge(ADA, BEN).pending is None
    assert PendingDecision.objects.count() == 0


@pytest.mark.usefixtures("strict")
def test_a_large_decision_waits_and_nothing_of_it_is_applied() -> None:
    before = partition(), held(), list(decision_lines())
    assert preview_merge(profile_of(ADA), profile_of(BEN)).waits
    decided = merge(ADA, BEN)
    assert decided.decision is None
    assert decided.pending
    assert (decided.pending.what, decided.pending.profiles, decided.pending.events) == ("merge", 2, 2)
    assert "it waits for a second person" in decided.words
    assert (partition(), held(), list(decision_lines())) == before
    assert merge(ADA, BEN).pending == decided.pending  # once, however often it is sent


def test_a_decision_may_be_large_by_its_events_alone() -> None:
    two_people()
    set_second_eyes(profiles=None, events=1, author="Root")
    assert unmerge(profile_id=profile_of(ADA), identifier_ids=ids(PHONE), author="Ana", reason="no event goes").decision
    set_second_eyes(profiles=9, events=1, author="Root")
    see(event(BEN, minute=9))
    assert merge(ADA, BEN).pending


@pytest.mark.usefixtures("strict")
def test_a_second_person_approves_it_after_a_preview_of_what_it_does_now() -> None:
    pending = put_off()
    see(event(("anonymous_id", "new phone"), ADA, minute=20))  # it would do more by now
    preview = preview_pending(pending)
    assert sum(map(len, told(preview).values())) == 6
    assert_it_is_what_happens(preview, lambda: approve(pending, author="Ben", expected=preview.fingerprint))
    pending.refresh_from_db()
    decision = Decision.objects.get()
    assert (pending.state, pending.seen_by, pending.decision_ids) == ("approved", "Ben", [decision.pk])
    assert (decision.author, decision.reason) == ("Ana", "same address")


@pytest.mark.usefixtures("strict")
def test_nobody_approves_their_own_decision_and_the_database_knows_it_too() -> None:
    pending, before = put_off(), partition()
    with pytest.raises(ValidationError, match="somebody else must approve it"):
        approve(pending, author="Ana")
    assert partition() == before
    with pytest.raises(IntegrityError, match="approved_by_another"), transaction.atomic():
        PendingDecision.objects.update(state="approved", seen_by="Ana", seen_at=pending.created_at)


@pytest.mark.usefixtures("strict")
def test_what_is_refused_is_never_applied_and_says_why() -> None:
    pending, before = put_off(), partition()
    with pytest.raises(ValidationError, match="Say why"):
        refuse(pending, author="Ben", reason=" ")
    refuse(pending, author="Ben", reason="they are sisters")
    with pytest.raises(ValidationError, match="refused by Ben"):
        approve(pending, author="Eva")
    assert partition() == before
    assert Decision.objects.count() == 0


@pytest.mark.usefixtures("strict")
def test_what_is_not_what_was_looked_at_is_not_done() -> None:
    pending = put_off()
    looked_at = preview_pending(pending).fingerprint
    see(event(("anonymous_id", "old phone"), BEN, minute=1))
    see(event(LAPTOP, ("email", "ada@home.example"), minute=30))
    before = partition()
    with pytest.raises(ValidationError, match="changed while you looked"):
        approve(pending, author="Ben", expected="other" + looked_at)
    assert partition() == before
    pending.refresh_from_db()
    assert pending.state == "waiting"


@pytest.mark.usefixtures("strict")
def test_an_unmerge_a_rejection_and_a_withdrawal_wait_alike() -> None:
    taken = unmerge(profile_id=profile_of(ADA), identifier_ids=ids(PHONE), author="Ana", reason="two people")
    assert taken.pending
    before = partition(), held()
    (decision,) = approve(taken.pending, author="Ben")
    assert (partition(), held()) != before
    back = take_back(decision=decision, author="Ana", reason="I erred")
    decision.refresh_from_db()
    assert (back.decision, decision.withdrawn_at) == (None, None)
    assert back.pending
    approve(back.pending, author="Ben")
    assert (partition(), held()) == before
    decision.refresh_from_db()
    assert (decision.withdrawn_by, decision.withdrawn_because) == ("Ana", "I erred")
    # What changes no profile is small, whatever the setting.
    apart = reject_merge(a_profile_id=profile_of(ADA), b_profile_id=profile_of(BEN), author="Ana")
    assert apart.decision


@pytest.mark.usefixtures("strict")
def test_what_a_separation_forbids_by_now_is_not_approved() -> None:
    pending = put_off()
    reject_merge(a_profile_id=profile_of(ADA), b_profile_id=profile_of(BEN), author="Eva")
    assert preview_pending(pending).outcome == "refused"
    with pytest.raises(ValidationError, match="Withdraw that decision first"):
        approve(pending, author="Ben")


@pytest.mark.usefixtures("strict")
def test_a_withdrawal_that_somebody_made_meanwhile_is_not_approved_again() -> None:
    set_second_eyes(profiles=None, events=None, author="Root")
    decision = take_out(ADA, PHONE)
    set_second_eyes(profiles=1, events=None, author="Root")
    back = take_back(decision=decision, author="Ana", reason="I erred")
    assert back.pending
    set_second_eyes(profiles=None, events=None, author="Root")
    take_back(decision=decision, author="Eva", reason="me too")
    with pytest.raises(ValidationError, match="withdrawn already"):
        approve(back.pending, author="Ben")
    with pytest.raises(ValidationError, match=r"withdrawn already \(Eva"):
        take_back(decision=decision, author="Ana", reason="again")


@pytest.mark.parametrize(("profiles", "events"), [(0, None), (None, -1), (2**40, None)])
def test_a_limit_that_is_none_is_refused(profiles: int | None, events: int | None) -> None:
    with pytest.raises(ValidationError, match="whole number from 1"):
        set_second_eyes(profiles=profiles, events=events, author="Root")
    assert SecondEyes.objects.count() == 0


def four() -> list[int]:
    see(event(ADA), event(BEN), event(PHONE), event(KIOSK))
    return [profile_of(i) for i in (ADA, BEN, PHONE, KIOSK)]


def test_many_are_decided_at_once_and_what_can_not_be_does_not_stop_the_others() -> None:
    ada, ben, phone, kiosk = four()
    reject_merge(a_profile_id=ada, b_profile_id=kiosk, author="Eva")
    merges = [(ada, ben), (ben, phone), (phone, kiosk)]
    preview = preview_bulk(merges=merges)
    done = decide_in_bulk(merges=merges, author="Ana", expected=preview.fingerprint)
    assert (len(done.decisions), [(r.a_profile_id, r.code) for r in done.refused]) == (2, [(phone, "separated")])
    assert told(preview) == {ada: {ada, ben, phone}, kiosk: {kiosk}}
    assert partition() == {ada: ada, ben: ada, phone: ada, kiosk: kiosk}


def test_many_together_may_be_much_and_wait_as_one() -> None:
    ada, ben, phone, kiosk = four()
    set_second_eyes(profiles=3, events=None, author="Root")
    done = decide_in_bulk(merges=[(ada, ben)], rejects=[(ada, phone)], author="Ana", reason="a list")
    assert (len(done.decisions), done.pending) == (2, None)
    before = partition()
    done = decide_in_bulk(merges=[(phone, kiosk), (ada, kiosk)], author="Ana", reason="a list")
    assert done.pending is None  # the second can't be: Ada and the phone are kept apart
    assert len(done.refused) == 1
    take_back(decision=done.decisions[0], author="Ana", reason="again")
    assert partition() == before
    see(event(("email", "eva@example.com")), event(("email", "eve@example.com")))
    eva, eve = profile_of(("email", "eva@example.com")), profile_of(("email", "eve@example.com"))
    done = decide_in_bulk(merges=[(phone, kiosk), (eva, eve)], author="Ana", reason="a list")
    assert done.pending
    assert (done.decisions, len(done.pending.lines), partition()[kiosk]) == ([], 2, kiosk)
    assert len(approve(done.pending, author="Ben")) == 2
    assert partition()[kiosk] == phone


def test_no_more_at_once_than_the_engine_can_wait_for() -> None:
    with pytest.raises(ValidationError, match="At most 200 pairs"):
        decide_in_bulk(merges=[(1, 2)] * 201, author="Ana")


def test_what_was_looked_at_is_what_is_carried_out() -> None:
    two_people()
    preview = preview_unmerge(profile_of(ADA), ids(PHONE))
    stands = {"profile_id": profile_of(ADA), "author": "Ana", "reason": "two people"}
    with pytest.raises(ValidationError, match="changed while you looked"):
        unmerge(identifier_ids=ids(LAPTOP), expected=preview.fingerprint, **stands)  # type: ignore[arg-type]
    assert unmerge(identifier_ids=ids(PHONE), expected=preview.fingerprint, **stands).decision  # type: ignore[arg-type]
    assert not merge_profiles(a_profile_id=profile_of(ADA), b_profile_id=profile_of(BEN), author="Ana").pending
