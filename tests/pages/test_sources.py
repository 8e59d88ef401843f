import re

from django.conf import settings
from django.test import Client

from ingest.models import Source
from tests.pages import crowd


def created(client: Client, **fields: str) -> Source:
    answer = client.post("/sources/new/", {"name": "Shop", "client_ip": "truncated", **fields})
    assert answer.status_code == 302
    return Source.objects.get(name=fields.get("name", "Shop"))


def test_a_new_source_shows_its_secret_once_and_its_snippet_ready_to_copy(admin: Client) -> None:
    source = created(admin, region="de", origins="https://Shop.example/\nhttps://www.shop.example")
    first = admin.get(f"/sources/{source.pk}/").content.decode()
    secret = re.search(r"sk_[\w-]+", first)
    assert secret
    assert secret[0] not in admin.get(f"/sources/{source.pk}/").content.decode()
    assert f"data-write-key=&quot;{source.write_key}&quot;" in first
    assert f"data-endpoint=&quot;{settings.COLLECT_URL}&quot;" in first
    assert (source.region, source.origins) == ("DE", ["https://shop.example", "https://www.shop.example"])


def test_the_page_that_watches_for_events_never_takes_the_secret_away(admin: Client) -> None:
    source = created(admin)
    admin.get(f"/sources/{source.pk}/", headers={"HX-Request": "true"})
    assert "sk_" in admin.get(f"/sources/{source.pk}/").content.decode()


def test_the_snippet_is_text_to_copy_and_never_runs_in_the_portal(admin: Client) -> None:
    page = admin.get(f"/sources/{crowd.shop().pk}/").content.decode()
    assert "&lt;script async" in page
    assert "<script async" not in page


def test_what_cannot_be_a_source_is_refused_with_the_reason_beside_the_field(admin: Client) -> None:
    created(admin)
    for fields, reason in (
        ({"name": ""}, "cannot be blank"),
        ({"name": "Shop"}, "already exists"),
        ({"name": "B", "origins": "shop.example"}, "is no origin"),
        ({"name": "B", "region": "XX"}, "is no country"),
        ({"name": "B", "client_ip": "all"}, "not a valid choice"),
    ):
        answer = admin.post("/sources/new/", {"client_ip": "none", **fields})
        assert answer.status_code == 422, fields
        assert reason in answer.content.decode(), fields
    assert Source.objects.filter(name="B").count() == 0


def test_settings_are_saved_or_refused_whole(admin: Client) -> None:
    source = created(admin, origins="https://shop.example")
    address = f"/sources/{source.pk}/"
    refused = admin.post(address, {"origins": "nonsense", "region": "US", "client_ip": "none", "enabled": "on"})
    assert refused.status_code == 422
    assert ">nonsense</textarea>" in refused.content.decode()
    source.refresh_from_db()
    assert (source.origins, source.region) == (["https://shop.example"], "")
    admin.post(address, {"origins": "", "region": "us", "client_ip": "none"})
    source.refresh_from_db()
    assert (source.origins, source.region, source.client_ip, source.enabled) == ([], "US", "none", False)
    assert "Switched off" in admin.get(address).content.decode()


def test_a_new_secret_replaces_the_old_one(admin: Client) -> None:
    source = created(admin)
    before = source.secret_sha256
    answer = admin.post(f"/sources/{source.pk}/secret/", follow=True)
    assert "sk_" in answer.content.decode()
    source.refresh_from_db()
    assert source.secret_sha256 != before
    assert admin.get(f"/sources/{source.pk}/secret/").status_code == 405


def test_it_waits_for_the_first_event_and_then_says_that_it_works(admin: Client) -> None:
    source = crowd.shop()
    address, part = f"/sources/{source.pk}/", {"HX-Request": "true"}
    assert "Waiting for the first event" in admin.get(address, headers=part).content.decode()
    crowd.bring(crowd.record(crowd.event(anonymousId="a", name="Home"), source=source))
    page = admin.get(address, headers=part)
    assert "It works" in page.content.decode()
    assert page.context["day"].landed == 1


def test_the_list_shows_what_each_source_brought(admin: Client) -> None:
    crowd.ada()
    rows = {source.name: day and day.landed for source, day in admin.get("/sources/").context["rows"]}
    assert rows == {"default": None, "import": None, "Web shop": 8, "Till": 1}
