"""The Imports page: upload, say what columns mean, see what the rows would do, start, and watch."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.test import Client

from ingest.importing import runs
from ingest.models import Import, RawEvent
from profiles.models import Identifier, ProfileChange
from tests.profiles.builders import land, resolve
from tests.profiles.reference import Event

PEOPLE = b"Customer No,E-Mail,City\nc-1,ada@example.com,Berlin\nc-2,ben@example.com,Bonn\n"


def upload(client: Client, data: bytes = PEOPLE, name: str = "people.csv") -> Import:
    file = BytesIO(data)
    file.name = name
    source = client.get("/imports/").context["chosen"]
    answer = client.post("/imports/", {"file": file, "source": source})
    assert answer.status_code == 302
    return Import.objects.latest("pk")


@pytest.mark.django_db(transaction=True)
def test_a_trial_says_what_would_merge_and_keeps_nothing(admin: Client) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    land(*(Event(frozenset({one}), now) for one in [("user_id", "c-1"), ("email", "ada@example.com")]))
    resolve()
    job = upload(admin)
    page = admin.get(f"/imports/{job.pk}/effect/", headers={"HX-Request": "true"}).content.decode()
    assert "All <strong>2</strong> rows were tried" in page
    assert "<strong>1</strong> profile that is here would become part of another" in page
    assert RawEvent.objects.count() == 2
    assert not ProfileChange.objects.exists()
    assert Identifier.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_columns_are_said_and_the_import_started_and_watched(admin: Client) -> None:
    job = upload(admin)
    said = {
        "use-0": "identifier",
        "target-0": "loyalty_id",
        "use-1": "identifier",
        "target-1": "email",
        "use-2": "skip",
    }
    assert admin.post(f"/imports/{job.pk}/", said).status_code == 302
    assert admin.post(f"/imports/{job.pk}/start/").status_code == 302
    assert "running" in admin.get(f"/imports/{job.pk}/").content.decode()
    runs.run(job.pk)
    page = admin.get(f"/imports/{job.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "done" in page
    assert "pauses included" in page
    assert "<html" not in page
    assert ["email:ada@example.com", "loyalty_id:c-1"] in list(RawEvent.objects.values_list("identifiers", flat=True))


@pytest.mark.django_db
def test_a_file_without_rows_and_a_mapping_without_identifier_say_what_to_do(admin: Client) -> None:
    file = BytesIO(b"PK\x03\x04\0")
    file.name = "people.xlsx"
    answer = admin.post("/imports/", {"file": file, "source": admin.get("/imports/").context["chosen"]})
    assert answer.status_code == 422
    assert "Save a spreadsheet as CSV" in answer.content.decode()
    job = upload(admin)
    answer = admin.post(f"/imports/{job.pk}/", {"use-0": "skip", "use-1": "skip", "use-2": "skip"})
    assert answer.status_code == 422
    assert "at least one column" in answer.content.decode()


@pytest.mark.django_db
def test_a_file_whose_columns_name_nobody_is_not_started_and_its_page_says_why(admin: Client) -> None:
    job = upload(admin, b"City,Colour\nBonn,red\n")
    page = admin.post(f"/imports/{job.pk}/start/", follow=True).content.decode()
    assert "Say" in page
    assert "at least one" in page
    job.refresh_from_db()
    assert job.state == "uploaded"


@pytest.mark.django_db
def test_a_file_that_is_gone_fails_the_import_and_its_page_says_what_to_do(admin: Client) -> None:
    job = upload(admin)
    job.file.storage.delete(job.file.name or "")
    assert admin.get(f"/imports/{job.pk}/effect/", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    page = admin.get(f"/imports/{job.pk}/", follow=True).content.decode()
    assert "failed" in page
    assert "Upload it again" in page


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/imports/", "/imports/1/", "/imports/1/effect/", "/imports/1/rejected.csv"])
def test_only_who_may_import_sees_imports(analyst: Client, path: str) -> None:
    assert analyst.get(path).status_code == 403
