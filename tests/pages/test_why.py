"""The pages and the API that explain: why together, why not, how it was built."""

import io
import json
import re
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from profiles.deciding.decisions import Named, decide
from profiles.ids import public_id
from profiles.models import Identifier, ProfileChange, Resolution
from profiles.moments import moment_of
from tests.pages import crowd

KIOSK = "kiosk-hall-3"


def number(value: str) -> int:
    return Identifier.objects.get(value=value).pk


def values(page: Any) -> list[tuple[str, str]]:
    return [(step.a.value, step.b.value) for step in page.context["steps"]]


def test_two_identifiers_are_explained_step_by_step_down_to_the_events(analyst: Client) -> None:
    ada = crowd.ada()
    page = analyst.get(f"/profiles/{ada}/why/", {"a": number("ada-phone-6f1c2d"), "b": number("user-1815")})
    assert values(page) == [("ada-phone-6f1c2d", "ada@example.com"), ("ada@example.com", "user-1815")]
    text = page.content.decode()
    for step in page.context["steps"]:
        assert f'href="/events/{step.first.event_id}/"' in text
    assert "the weakest step" in text
    assert text.count("<option") == 10


def test_an_identifier_may_be_typed_and_without_any_the_first_and_the_last_are_explained(analyst: Client) -> None:
    ada = crowd.ada()
    typed = analyst.get(f"/profiles/{ada}/why/", {"a": "email:Ada@Example.com", "b": "phone:+44 20 7946 0958"})
    assert values(typed) == [("ada@example.com", "user-1815"), ("user-1815", "+442079460958")]
    assert len(values(analyst.get(f"/profiles/{ada}/why/"))) == 2


def test_identifiers_of_two_profiles_lead_to_why_not(analyst: Client) -> None:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    page = analyst.get(f"/profiles/{ada}/why/", {"a": number(crowd.ADA), "b": number(crowd.BEN)}).content.decode()
    assert f'href="/profiles/{ada}/why-not/?other={ben}"' in page


def test_what_is_not_known_is_said(analyst: Client) -> None:
    ada = crowd.ada()
    for odd in ("email:nobody@example.com", "nonsense", "9" * 18, "email:", "0"):
        page = analyst.get(f"/profiles/{ada}/why/", {"a": odd, "b": str(number(crowd.ADA))})
        assert "One of the two is not known" in page.content.decode(), odd


def test_htmx_gets_the_part_alone(analyst: Client) -> None:
    page = analyst.get(f"/profiles/{crowd.ada()}/why/", headers={"HX-Request": "true"}).content.decode()
    assert page.startswith('<div id="why">')


def test_why_not_names_the_limit_and_the_held_link(analyst: Client) -> None:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    for other in (ben, f"email:{crowd.BEN}", str(number(crowd.BEN))):
        page = analyst.get(f"/profiles/{ada}/why-not/", {"other": other})
        assert [reason.kind for reason in page.context["apart"].reasons] == ["limit"], other
        assert "one person may have no more than 1" in page.content.decode()
    near = analyst.get(f"/profiles/{ada}/why-not/").content.decode()
    assert f"?other={ben}" in near


def test_a_separation_says_who_kept_them_apart_and_when(analyst: Client) -> None:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    decide(
        action="separate", a={Named("email", crowd.ADA)}, b={Named("email", crowd.BEN)}, author="Ana", reason="twins"
    )
    page = analyst.get(f"/profiles/{ben}/why-not/", {"other": ada}).content.decode()
    assert "Kept apart by Ana, " in page
    assert "“twins”" in page


def test_nothing_is_said_plainly_and_an_unknown_profile_too(analyst: Client) -> None:
    ada = crowd.ada()
    crowd.passers_by(1)
    nobody = public_id(number("visitor-0000"))
    page = analyst.get(f"/profiles/{ada}/why-not/", {"other": nobody}).content.decode()
    assert "Nothing connects these two" in page
    assert "No such profile" in analyst.get(f"/profiles/{ada}/why-not/", {"other": "nonsense"}).content.decode()


def test_how_it_was_built_is_numbered(analyst: Client) -> None:
    page = analyst.get(f"/profiles/{crowd.ada()}/how-built/")
    assert [step.number for step in page.context["steps"]] == [1, 2, 3, 4]
    assert "5 identifiers became one profile in 4 steps" in page.content.decode()


def test_an_id_that_was_merged_away_leads_to_the_same_page_of_who_holds_it(analyst: Client) -> None:
    ada = crowd.ada()
    away = public_id(number("ada-phone-6f1c2d"))
    for page in ("why", "why-not", "how-built"):
        answer = analyst.get(f"/profiles/{away}/{page}/", {"a": "1"})
        assert answer["Location"] == f"/profiles/{ada}/{page}/?a=1"


def test_a_viewer_gets_no_personal_data_in_any_explanation(viewer: Client) -> None:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    decide(
        action="separate", a={Named("email", crowd.ADA)}, b={Named("email", crowd.BEN)}, author="Ana", reason=crowd.ADA
    )
    pages = "".join(
        viewer.get(f"/profiles/{ada}/{page}").content.decode()
        for page in (
            "why/",
            f"why-not/?other={ben}",
            "why-not/",
            "how-built/",
            "graph/",
            "history/",
            "history/?as_of=9999-01-01",
        )
    )
    assert "a***@example.com" in pages
    for personal in ("ada@", "Ada", "Lovelace", "7946", "user-1815", "user-2201", "ada-phone", "kiosk-hall", "ben@"):
        assert personal not in pages, personal


def test_explanations_cost_the_same_whatever_the_size(
    analyst: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    for page, most in (("why/", 24), (f"why-not/?other={ben}", 32), ("how-built/", 24)):
        with django_assert_max_num_queries(most):
            analyst.get(f"/profiles/{ada}/{page}")


# --- the API --------------------------------------------------------------------------------------------------------


@pytest.fixture
def token(db: None) -> str:
    out = io.StringIO()
    call_command("create_api_client", "crm", "--scope", "read", stdout=out, stderr=io.StringIO())
    return out.getvalue().strip()


def ask(token: str, page: str, **query: str) -> tuple[int, Any]:
    answer = Client().get(f"/api/v1/{page}/", query, headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, json.loads(answer.content)


def test_a_program_learns_why_two_identifiers_are_one_person(token: str) -> None:
    ada = crowd.ada()
    status, said = ask(token, "why-together", a="anonymous_id:ada-phone-6f1c2d", b="user_id:user-1815")
    assert (status, said["profile_id"], said["complete"]) == (200, ada, True)
    first = said["steps"][0]
    assert first["a"] == {"kind": "anonymous_id", "value": "ada-phone-6f1c2d"}
    assert (first["how"], first["vouched"], first["decision"]) == ("link", False, None)
    assert first["first"]["source"] == "Web shop"
    assert said["closing"]


def test_a_program_learns_why_two_profiles_are_two(token: str) -> None:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    decide(
        action="separate", a={Named("email", crowd.ADA)}, b={Named("email", crowd.BEN)}, author="Ana", reason="twins"
    )
    status, said = ask(token, "why-not", a=ada, b=f"email:{crowd.BEN}")
    assert (status, said["b"], said["together"]) == (200, ben, False)
    assert [reason["reason"] for reason in said["reasons"]] == ["separated", "limit"]
    assert said["decisions"][0]["author"] == "Ana"
    held = {(link["a"]["value"], link["b"]["value"], link["held"]) for link in said["held_links"]}
    assert held == {(KIOSK, "user-2201", "separated"), (KIOSK, crowd.BEN, "separated")}


def test_a_program_learns_how_a_profile_was_built_a_page_at_a_time(token: str) -> None:
    ada = crowd.ada()
    status, said = ask(token, "how-built", profile=ada, limit="3")
    assert (status, [step["number"] for step in said["steps"]], said["next"]) == (200, [1, 2, 3], 3)
    _, rest = ask(token, "how-built", profile=f"email:{crowd.ADA}", start="3")
    assert ([step["number"] for step in rest["steps"]], rest["next"]) == ([4], None)


@pytest.mark.parametrize(
    ("page", "query", "status", "reason"),
    [
        ("why-together", {}, 400, "incomplete"),
        ("why-together", {"a": "email:ada@example.com", "b": "nonsense"}, 400, "not_kind_and_value"),
        ("why-together", {"a": "email:ada@example.com", "b": "email:nobody@example.com"}, 404, "not_found"),
        ("why-together", {"a": "email:ada@example.com", "b": "email:ben@example.com"}, 404, "not_together"),
        ("why-not", {"a": "email:no address", "b": "email:ben@example.com"}, 400, "not_an_email"),
        ("how-built", {"profile": "email:nobody@example.com"}, 404, "not_found"),
        ("how-built", {"profile": "email:ada@example.com", "limit": "9" * 5000, "start": "-1"}, 200, None),
    ],
)
def test_what_cannot_be_explained_is_a_problem_with_a_reason(
    token: str, page: str, query: dict[str, str], status: int, reason: str | None
) -> None:
    crowd.ada()
    crowd.ben_and_the_kiosk()
    got, said = ask(token, page, **query)
    assert (got, said.get("reason")) == (status, reason)


def test_without_a_token_nothing_is_explained(admin: Client) -> None:
    ada = crowd.ada()
    for page in ("why-together", "why-not", "how-built"):
        assert admin.get(f"/api/v1/{page}/", {"profile": ada, "a": ada, "b": ada}).status_code == 401


def test_a_program_learns_who_somebody_was_thought_to_be(token: str) -> None:
    ada = crowd.ada()
    merge = ProfileChange.objects.order_by("change_id")[0]
    before = Resolution.objects.filter(finished_at__lt=merge.at).latest("finished_at").finished_at
    status, said = ask(token, "as-of", profile=f"email:{crowd.ADA}", at=before.isoformat())
    assert (status, said["complete"], said["profile_id"]) == (200, True, ada)
    assert said["profile_then"]["size"] + sum(other["size"] for other in said["others_then"]) == 3
    assert said["arrived_later"] == 2
    assert ask(token, "as-of", profile=ada, at="yesterday")[1]["reason"] == "not_a_time"
    assert ask(token, "as-of", profile=ada, at="2001-01-01")[1]["profile_then"] is None


# --- history --------------------------------------------------------------------------------------------------------


def test_history_shows_before_and_after_and_leads_to_who_it_was_then(analyst: Client) -> None:
    ada = crowd.ada()
    page = analyst.get(f"/profiles/{ada}/history/")
    (turn,) = page.context["turns"]
    assert (turn["before"].size, turn["after"].size) == (1, 5)
    address = re.search(r'href="(/profiles/[^"]+as_of=[^"]+)"', page.content.decode())
    assert address
    then = analyst.get(address[1].replace("&amp;", "&"))
    assert then.context["then"].cut == turn["before"].at
    assert "What is one person today was 2 profiles then" in then.content.decode()


@pytest.mark.parametrize("text", ["2026-13-45", "nonsense", "2026-05-03T99:99", "T", "0000-00-00"])
def test_what_is_no_date_is_said_to_be_none(analyst: Client, text: str) -> None:
    page = analyst.get(f"/profiles/{crowd.ada()}/history/", {"as_of": text}).content.decode()
    assert "That is no date" in page


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-05-03", "2026-05-03T23:59:59.999999+00:00"),
        ("2026-05-03T12:00", "2026-05-03T12:00:00+00:00"),
        ("2026-05-03T12:00:01.5Z", "2026-05-03T12:00:01.500000+00:00"),
        ("2026-05-03T12:00:00 02:00", "2026-05-03T12:00:00+02:00"),  # a plus in an address is a space
    ],
)
def test_a_date_stands_for_its_end_and_a_time_without_zone_is_utc(text: str, meant: str) -> None:
    at = moment_of(text)
    assert at
    assert at.isoformat() == meant


def test_history_costs_the_same_whatever_its_length(
    analyst: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    ada = crowd.ada()
    for page, most in (("history/", 20), ("history/?as_of=9999-01-01", 24), ("history/?as_of=2001-01-01", 20)):
        with django_assert_max_num_queries(most):
            analyst.get(f"/profiles/{ada}/{page}")
