from django.test import Client

from ingest.models import RawEvent
from tests.pages import crowd


def test_with_no_event_ever_it_says_so(analyst: Client) -> None:
    assert "No event has ever landed" in analyst.get("/events/").content.decode()


def test_with_nothing_found_it_says_that_instead(analyst: Client) -> None:
    crowd.ada()
    assert "No event matches" in analyst.get("/events/?q=nobody@example.com").content.decode()


def test_it_shows_the_newest_first(analyst: Client) -> None:
    crowd.ada()
    titles = [event.title for event in analyst.get("/events/").context["events"]]
    assert titles[:3] == ["Order completed", "Identified", "Identified"]
    assert len(titles) == 9


def test_an_identifier_in_any_notation_finds_its_events(analyst: Client) -> None:
    crowd.ada()
    for text in ("+44 20 7946 0958", "+442079460958", "+44 (20) 7946-0958"):
        found = analyst.get("/events/", {"q": text}).context["events"]
        assert [event.title for event in found] == ["Identified"], text


def test_filters_by_type_source_and_delivery_add_up(analyst: Client) -> None:
    crowd.ada()
    till = crowd.till().pk
    assert len(analyst.get(f"/events/?source={till}").context["events"]) == 1
    assert len(analyst.get(f"/events/?source={till}&type=page").context["events"]) == 0
    delivery = RawEvent.objects.order_by("event_id")[0].event_id >> 20
    assert len(analyst.get(f"/events/?delivery={delivery}").context["events"]) == 1


def test_pages_follow_each_other_without_gap_or_repetition(analyst: Client) -> None:
    crowd.passers_by(40)
    seen: list[int] = []
    address = "/events/"
    while address:
        page = analyst.get(address).context
        seen += [event.event_id for event in page["events"]]
        address = page["links"]["older"] if page["page"].before else ""
    assert len(seen) == len(set(seen)) == RawEvent.objects.count() == 100
    assert seen == sorted(seen, reverse=True)


def test_paused_it_stands_still_counts_what_arrives_and_loses_nothing(analyst: Client) -> None:
    crowd.ada()
    live = analyst.get("/events/").context
    paused = live["links"]["pause"]
    crowd.ben_and_the_kiosk()
    still = analyst.get(paused).context
    assert [e.event_id for e in still["events"]] == [e.event_id for e in live["events"]]
    assert still["newer"] == 2
    assert not still["live"]
    again = analyst.get(still["links"]["live"]).context
    assert {e.event_id for e in again["events"]} > {e.event_id for e in live["events"]}


def test_nonsense_in_the_address_is_ignored(analyst: Client) -> None:
    crowd.ada()
    for query in ("before=x", "paused=-1", "source=9999999999999999999999", "delivery=%00", "type=nonsense"):
        assert analyst.get(f"/events/?{query}").status_code == 200


def test_an_event_shows_what_was_posted(analyst: Client) -> None:
    crowd.ada()
    event = RawEvent.objects.filter(type="identify").order_by("event_id")[0]
    page = analyst.get(f"/events/{event.event_id}/").content.decode()
    assert "Ada@Example.com" in page
    assert "Lovelace" in page


def test_an_event_that_never_was_is_not_found(analyst: Client) -> None:
    assert analyst.get("/events/123456789/").status_code == 404


def test_an_event_tells_what_it_did(analyst: Client) -> None:
    ada = crowd.ada()
    event = RawEvent.objects.filter(type="identify").order_by("-event_id")[0]
    part = analyst.get(f"/events/{event.event_id}/effect/", headers={"HX-Request": "true"}).content.decode()
    assert f'href="/profiles/{ada}/"' in part
    assert "Merged a profile into" in part
    assert part.count("First seen together by this event") == 6
    assert analyst.get(f"/events/{event.event_id}/profile/")["Location"] == f"/profiles/{ada}/"


def test_an_event_that_waits_to_be_resolved_says_so(analyst: Client) -> None:
    crowd.bring(crowd.record(crowd.event(anonymousId="just-now"), source=crowd.shop()))
    event = RawEvent.objects.get().event_id
    part = analyst.get(f"/events/{event}/effect/", headers={"HX-Request": "true"}).content.decode()
    assert "waiting to be resolved" in part
    assert analyst.get(f"/events/{event}/profile/")["Location"] == f"/events/{event}/"
