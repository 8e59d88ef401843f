import uuid

from django.test import Client
from pytest_django import DjangoAssertNumQueries

from ingest.models import RawEvent
from profiles.ids import profile_id_from, public_id, public_ids
from profiles.models import Identifier, TraitRule
from tests.pages import crowd


def test_it_shows_who_it_is_and_how_we_know(analyst: Client) -> None:
    page = analyst.get(f"/profiles/{crowd.ada()}/")
    assert page.context["title"] == "Ada Lovelace"
    record = {trait.name: (trait.value, trait.rule, trait.values_said) for trait in page.context["record"]}
    assert record["plan"] == ("pro", "most recent", 2)
    assert record["city"] == ("London", "most recent", 1)
    assert [member.kind for member in page.context["members"]] == [
        "user_id", "email", "phone", "anonymous_id", "anonymous_id",
    ]  # fmt: skip
    assert {member.value for member in page.context["members"] if member.vouched} == {"user-1815"}


def test_its_timeline_holds_the_visits_from_before_it_was_known(analyst: Client) -> None:
    page = analyst.get(f"/profiles/{crowd.ada()}/")
    assert [shown.title for shown in page.context["events"]] == [
        "Order completed", "Identified", "Identified", *reversed(crowd.PAGES),
    ]  # fmt: skip


def test_its_timeline_is_paged_without_gap(analyst: Client) -> None:
    views = [crowd.event(anonymousId="busy", name=f"View {n:03}") for n in range(70)]
    for start in range(0, 70, 7):
        crowd.bring(crowd.record(*views[start : start + 7], source=crowd.shop(), minutes_ago=60 - start / 2))
    crowd.resolve()
    address = f"/profiles/{public_id(Identifier.objects.get().pk)}/"
    seen: list[int] = []
    query: str | None = ""
    while query is not None:
        page = analyst.get(address + query, headers={"HX-Request": "true"} if query else {}).context
        seen += [shown.event.event_id for shown in page["events"]]
        query = None
        if page["older"]:
            at, event = page["older"]
            query = f"?time={at.isoformat().replace('+', '%2B')}&event={event}"
    assert len(seen) == len(set(seen)) == RawEvent.objects.count()


def test_links_name_the_event_that_showed_them_first(analyst: Client) -> None:
    page = analyst.get(f"/profiles/{crowd.ada()}/")
    assert len(page.context["links"]) == 7
    assert all(RawEvent.objects.filter(event_id=link.event_id).exists() for link in page.context["links"])


def test_a_held_link_says_why_and_names_the_other_profile(analyst: Client) -> None:
    ada = crowd.ada()
    ben = crowd.ben_and_the_kiosk()
    page = analyst.get(f"/profiles/{ben}/").content.decode()
    assert "more values of user id than one person may have" in page
    assert f'href="/profiles/{ada}/"' in page


def test_a_profile_without_events_of_its_own_says_where_they_are(analyst: Client) -> None:
    both = crowd.event(type="alias", userId="user-1", previousId="user-2")
    crowd.bring(crowd.record(both, source=crowd.shop()))
    crowd.resolve()
    weaker = Identifier.objects.get(value="user-2")
    page = analyst.get(f"/profiles/{public_id(weaker.pk)}/").content.decode()
    assert "only seen beside stronger identifiers" in page
    assert "limit user_id" in page


def test_history_says_what_merged_and_because_of_which_event(analyst: Client) -> None:
    page = analyst.get(f"/profiles/{crowd.ada()}/")
    ((change, moved),) = page.context["history"]
    assert change.change == "merge"
    assert ("email", "ada@example.com") in moved
    assert f'href="/events/{change.cause_id}/"' in page.content.decode()


def test_the_id_of_a_profile_that_was_merged_away_leads_to_the_one_that_holds_it_now(analyst: Client) -> None:
    ada = crowd.ada()
    (away,) = Identifier.objects.filter(value="ada-phone-6f1c2d").values_list("pk", flat=True)
    answer = analyst.get(f"/profiles/{public_id(away)}/", follow=True)
    assert answer.redirect_chain == [(f"/profiles/{ada}/", 302)]
    assert "was merged into this one" in answer.content.decode()


def test_an_id_that_no_profile_ever_had_is_not_found(analyst: Client) -> None:
    for made_up in (str(uuid.uuid4()), "nonsense", public_id(987_654_321)):
        assert analyst.get(f"/profiles/{made_up}/").status_code == 404


def test_survivorship_rules_pick_other_values(analyst: Client) -> None:
    ada = crowd.ada()
    shop, till = crowd.shop(), crowd.till()
    login = crowd.event(type="identify", userId="user-1815", traits={"plan": "old"})
    crowd.bring(crowd.record(login, source=till, minutes_ago=300), minutes_ago=300)
    for minutes_ago in (200, 190, 180):
        login = crowd.event(type="identify", userId="user-1815", traits={"plan": "usual"})
        crowd.bring(crowd.record(login, source=shop, minutes_ago=minutes_ago), minutes_ago=minutes_ago)
    crowd.resolve()

    def plan(survivorship: str, source_ids: tuple[int, ...] = ()) -> str:
        TraitRule.objects.update_or_create(
            trait="plan", defaults={"survivorship": survivorship, "source_ids": list(source_ids)}
        )
        record = analyst.get(f"/profiles/{ada}/").context["record"]
        return next(str(trait.value) for trait in record if trait.name == "plan")

    assert plan("most_recent") == "pro"
    assert plan("first") == "old"
    assert plan("most_frequent") == "usual"
    assert plan("source_priority", (till.pk, shop.pk)) == "old"
    assert plan("source_priority", (shop.pk,)) == "pro"
    assert plan("source_priority", (999,)) == "pro"


def test_public_ids_are_opaque_stable_and_come_back(db: None) -> None:
    ids = public_ids(range(1, 1000))
    assert len(set(ids.values())) == 999
    assert all(profile_id_from(public) == number for number, public in ids.items())
    assert public_id(7) == ids[7]
    assert profile_id_from(ids[7].upper()) == 7


def test_a_profile_costs_the_same_whatever_its_size(
    analyst: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    ada = crowd.ada()
    with django_assert_max_num_queries(20):
        analyst.get(f"/profiles/{ada}/")
