from django.test import Client

from idportal.accounts.models import User
from ingest.models import Delivery, RawEvent, RejectedRecord
from tests.pages import crowd


def test_with_nothing_delivered_ever_it_says_so(analyst: Client) -> None:
    assert "Nothing has been delivered yet" in analyst.get("/deliveries/").content.decode()
    assert "Nothing waits here" in analyst.get("/rejected/").content.decode()


def test_a_delivery_adds_up(analyst: Client) -> None:
    again = crowd.record(crowd.event(anonymousId="a"), source=crowd.shop())
    crowd.bring(again, again, b"nonsense")
    delivery = Delivery.objects.get()
    page = analyst.get(f"/deliveries/{delivery.pk}/")
    shown = page.context["delivery"]
    assert (shown.received, shown.landed, shown.duplicate, shown.rejected) == (3, 1, 1, 1)
    assert "waiting" in page.content.decode()
    crowd.resolve()
    assert "resolved" in analyst.get(f"/deliveries/{delivery.pk}/").content.decode()


def test_deliveries_are_filtered_and_paged_without_gap(analyst: Client) -> None:
    crowd.passers_by(60)
    crowd.rejects()
    seen: list[int] = []
    address = "/deliveries/"
    while address:
        page = analyst.get(address).context
        seen += [delivery.pk for delivery in page["deliveries"]]
        address = f"/deliveries/?before={page['before']}" if page["before"] else ""
    assert len(seen) == len(set(seen)) == 61
    assert len(analyst.get("/deliveries/?state=rejected").context["deliveries"]) == 1
    assert len(analyst.get("/deliveries/?state=waiting").context["deliveries"]) == 1
    assert "No delivery matches" in analyst.get("/deliveries/?origin=import").content.decode()


def test_a_rejected_record_shows_its_reason_and_its_bytes(analyst: Client) -> None:
    crowd.rejects()
    unreadable, many = RejectedRecord.objects.order_by("reason").reverse()
    page = analyst.get(f"/rejected/{unreadable.pk}/").content.decode()
    assert "2026-11-22T23:50" in page
    page = analyst.get(f"/rejected/{many.pk}/").content.decode()
    assert "13 identifiers, at most 10" in page
    assert "card_7" in page


def test_bytes_that_are_no_text_are_shown_all_the_same(analyst: Client) -> None:
    crowd.bring(b"\xff\xfe\x00<script>")
    page = analyst.get(f"/rejected/{RejectedRecord.objects.get().pk}/").content.decode()
    assert "\\xff\\xfe" in page
    assert "<script>\n" not in page
    assert "&lt;script&gt;" in page


def test_an_analyst_may_look_but_not_replay(analyst: Client) -> None:
    crowd.rejects()
    record = RejectedRecord.objects.order_by("pk")[0]
    assert "Replay" not in analyst.get(f"/rejected/{record.pk}/").content.decode()
    assert analyst.post("/rejected/replay/", {"record": record.pk}).status_code == 403


def test_one_record_is_replayed_and_then_waits_no_more(people: dict[str, User], client: Client) -> None:
    client.force_login(people["steward"])
    crowd.bring(
        crowd.record(crowd.event(email=crowd.ADA), source=crowd.shop(), source_=1).replace(b'"id": ', b'"id": 99')
    )
    record = RejectedRecord.objects.get()
    record.data = crowd.record(crowd.event(email=crowd.ADA), source=crowd.shop())  # the fix: its source is there now
    record.save()
    answer = client.post("/rejected/replay/", {"record": record.pk}, follow=True)
    assert "1 landed" in answer.content.decode()
    assert RawEvent.objects.count() == 1
    record.refresh_from_db()
    assert record.replayed_at
    assert "replayed" in client.get(f"/rejected/{record.pk}/").content.decode()


def test_all_of_a_reason_are_replayed_and_those_rejected_again_wait_again(
    people: dict[str, User], client: Client
) -> None:
    client.force_login(people["steward"])
    crowd.rejects()
    answer = client.post("/rejected/replay/", {"reason": "unreadable"}, follow=True)
    assert "1 rejected again" in answer.content.decode()
    assert RejectedRecord.objects.filter(replayed_at=None).count() == 2
    assert client.post("/rejected/replay/", {"record": 99_999_999}).status_code == 404
