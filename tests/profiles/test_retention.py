"""What is past its time goes, a bounded set at a time, and profiles stay what they are."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

from ingest.models import Delivery, RawEvent, RejectedRecord, RetentionRule
from ingest.privacy import retention
from ingest.privacy.retention import apply_rules, set_retention
from profiles.rebuild import check
from profiles.resolution import resolve_pending
from tests.ingest.builders import a_source, default_source, delivered, event, record
from tests.profiles.exactly import differing, everything

pytestmark = pytest.mark.django_db
LATER = timezone.now() + timedelta(days=31)


def visit(user: str, source: int | None = None) -> bytes:
    return record(event(userId=user, anonymousId=f"{user}'s phone"), source=source)


def sources() -> tuple[int, int]:
    """Two sources in the same deliveries, all resolved."""
    crm = a_source("crm").source.pk
    for name in ("ada", "ben", "cleo"):
        delivered(visit(name), visit(f"{name} in crm", crm))
    resolve_pending()
    return default_source().pk, crm


def test_only_the_old_events_of_that_source_go_and_no_profile_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    default, crm = sources()
    monkeypatch.setattr(retention, "EVENTS_AT_ONCE", 1)
    before = everything()
    set_retention(source=default_source(), days=30, author="Ana")
    assert [one.deleted for one in apply_rules()] == [0]
    assert [(one.deleted, one.waits) for one in apply_rules(now=LATER)] == [(3, False)]
    assert [one.deleted for one in apply_rules(now=LATER)] == [0]
    assert set(RawEvent.objects.values_list("source_id", flat=True)) == {crm}
    assert differing(before, everything()) == ["timelines"]
    comparison = check()
    assert (comparison.gone, comparison.differences) == (3, [])
    rule = RetentionRule.objects.get()
    assert (rule.source_id, rule.deleted) == (default, 3)


def test_what_is_not_resolved_stays_and_stops_what_is_after_it() -> None:
    sources()
    delivered(visit("zoe"))
    set_retention(source=default_source(), days=1, author="Ana")
    Delivery.objects.filter(pk=Delivery.objects.order_by("pk")[1].pk).update(resolved_at=None)
    assert [(one.deleted, one.waits) for one in apply_rules(now=LATER)] == [(1, True)]
    assert RetentionRule.objects.get().waits


def test_rejected_records_go_after_their_days() -> None:
    delivered(record(event(type="dance")))
    set_retention(source=None, days=30, author="Ana")
    assert [one.deleted for one in apply_rules()] == [0]
    assert [one.deleted for one in apply_rules(now=LATER)] == [1]
    assert not RejectedRecord.objects.exists()


def test_days_are_at_least_one_and_nothing_means_as_the_rest() -> None:
    with pytest.raises(ValidationError, match="from 1"):
        set_retention(source=None, days=0, author="Ana")
    set_retention(source=None, days=30, author="Ana")
    out = StringIO()
    call_command("apply_retention", stdout=out)
    assert "rejected of source None: 30 days: 0 removed" in out.getvalue()
    set_retention(source=None, days=None, author="Ana")
    assert not RetentionRule.objects.exists()
