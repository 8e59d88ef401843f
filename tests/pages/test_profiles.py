import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from profiles.models import Identifier
from tests.pages import crowd


def test_with_no_profile_ever_it_says_so(analyst: Client) -> None:
    assert "There is no profile yet" in analyst.get("/profiles/").content.decode()


def test_with_nothing_found_it_says_that_instead(analyst: Client) -> None:
    crowd.ada()
    assert "Nobody found" in analyst.get("/profiles/?q=nobody@example.com").content.decode()


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.com",
        " ADA@Example.COM ",
        "+44 (0)20 7946 0958",
        "user-1815",
        "ada-phone-6f1c2d",
        "email:ada@example.com",
    ],
)
def test_any_identifier_in_any_notation_leads_straight_to_the_profile(analyst: Client, text: str) -> None:
    ada = crowd.ada()
    assert analyst.get("/search/", {"q": text})["Location"] == f"/profiles/{ada}/"


def test_a_national_number_is_at_home_where_a_source_is(analyst: Client) -> None:
    crowd.bring(crowd.record(crowd.event(anonymousId="x", phone="030 901820"), source=crowd.shop()))
    crowd.resolve()
    assert "/profiles/" in analyst.get("/search/", {"q": "030 / 90 18 20"})["Location"]
    assert Identifier.objects.filter(value="+4930901820").exists()


@pytest.mark.parametrize("text", ["Love", "ada", "london", "ada@ex", "user-18", "LOVELACE"])
def test_the_start_of_an_identifier_or_trait_finds_too(analyst: Client, text: str) -> None:
    ada = crowd.ada()
    found = analyst.get("/profiles/", {"q": text}).context["rows"]
    assert [row.public_id for row, _ in found] == [ada]


@pytest.mark.parametrize(
    "text", ["%", "_da", "a\\", "' OR 1=1", "x\x00y\x00z", "%00", "x" * 5000, "\U0010ffff" * 3, "🙂🙂🙂"]
)
def test_odd_text_finds_nobody_and_breaks_nothing(analyst: Client, text: str) -> None:
    crowd.ada()
    assert analyst.get("/profiles/", {"q": text}).context["rows"] == []


def test_a_profile_id_finds_its_profile(analyst: Client) -> None:
    ada = crowd.ada()
    assert analyst.get("/search/", {"q": ada})["Location"] == f"/profiles/{ada}/"


def test_an_empty_search_shows_the_list(analyst: Client) -> None:
    assert analyst.get("/search/?q=")["Location"] == "/profiles/"


def test_pages_follow_each_other_without_gap_or_repetition(analyst: Client) -> None:
    crowd.passers_by(60)
    seen: list[str] = []
    address: str | None = "/profiles/"
    while address:
        page = analyst.get(address).context
        seen += [row.public_id for row, _ in page["rows"]]
        address = f"/profiles/?before={page['older']}" if page["older"] else None
    assert len(seen) == len(set(seen)) == 60


def test_filters_tell_known_people_from_visitors(analyst: Client) -> None:
    crowd.passers_by(5)
    ada = crowd.ada()
    ben = crowd.ben_and_the_kiosk()
    rows = analyst.get("/profiles/?who=known").context["rows"]
    assert {row.public_id for row, _ in rows} == {ada, ben}
    assert len(analyst.get("/profiles/?who=anonymous").context["rows"]) == 5
    assert len(analyst.get("/profiles/?kind=phone").context["rows"]) == 1
    assert len(analyst.get("/profiles/?held=on").context["rows"]) == 2
    assert len(analyst.get("/profiles/?joined=on&who=anonymous").context["rows"]) == 0


def test_a_filter_that_few_pass_goes_on_where_it_stopped(analyst: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = crowd.ada()
    crowd.passers_by(60)
    monkeypatch.setattr("profiles.identities.STRETCH", 20)
    address = "/profiles/?who=known"
    found, stops = [], 0
    while address:
        page = analyst.get(address).context
        found += [row.public_id for row, _ in page["rows"]]
        stops += not page["complete"]
        address = f"/profiles/?who=known&before={page['older']}" if page["older"] else ""
    assert found == [ada]
    assert stops >= 2


def test_a_list_costs_the_same_whatever_its_length(
    analyst: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    crowd.passers_by(40)
    with django_assert_max_num_queries(14):
        analyst.get("/profiles/")
