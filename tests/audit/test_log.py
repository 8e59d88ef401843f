import json

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from idportal.accounts.models import User
from ingest.audit.log import Filter, entries, note
from ingest.models import AuditEntry
from tests.pages import crowd
from tests.pages.conftest import admin, people  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


def did() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.order_by("pk").values_list("actor", "action"))


def test_what_is_noted_can_be_neither_changed_nor_deleted() -> None:
    note(actor="ana", action="rules_apply", detail={"change": 3})
    for attempt in (lambda: AuditEntry.objects.update(actor="ben"), lambda: AuditEntry.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            attempt()
    assert did() == [("ana", "rules_apply")]


def test_entries_are_found_by_who_and_what_page_by_page() -> None:
    for actor in ("ana", "ben", "ana"):
        note(actor=actor, action="decide")
    mine = list(entries(Filter(actor="ana", action="decide")))
    assert len(mine) == 2
    assert list(entries(Filter(actor="ana"), before=mine[0].pk)) == mine[1:]
    assert not entries(Filter(action="nothing"))


def test_logging_in_and_out_and_failing_to_is_noted_with_its_address(people: dict[str, User]) -> None:  # noqa: F811
    client, name = Client(), people["steward"].get_username()
    client.post("/login/", {"username": name, "password": "wrong"})
    client.post("/login/", {"username": "my secret phrase", "password": "wrong"})
    client.post("/login/", {"username": name, "password": crowd.PASSWORD})
    client.post("/logout/")
    assert did() == [(name, "log_in_failed"), ("unknown", "log_in_failed"), (name, "log_in"), (name, "log_out")]
    assert set(AuditEntry.objects.values_list("address", flat=True)) == {"127.0.0.1"}


def test_what_a_person_changes_by_a_page_and_takes_out_is_noted(admin: Client) -> None:  # noqa: F811
    admin.post("/sources/new/", {"name": "shop of ana", "client_ip": "none"})
    admin.get("/decisions/export/")
    admin.get("/sources/")
    assert [action for _, action in did()][-2:] == ["source_create", "decisions_export"]


def test_the_page_filters_and_its_exports_are_the_same_rows(admin: Client) -> None:  # noqa: F811
    note(actor="=ana", action="decide", subject="decision 7", detail={"profiles": 2})
    page = admin.get("/audit/", {"who": "=ana"}).content.decode()
    assert "decision 7" in page
    lines = b"".join(admin.get("/audit/export/", {"who": "=ana"})).decode().splitlines()
    assert [json.loads(line)["detail"] for line in lines] == [{"profiles": 2}]
    table = b"".join(admin.get("/audit/export/", {"who": "=ana", "format": "csv"})).decode()
    assert "'=ana,decide" in table


@pytest.mark.parametrize("odd", ["\0", "0000-00-00", "9999-12-31", "x" * 400, "2026-02-31"])
def test_odd_filters_break_nothing(odd: str, admin: Client) -> None:  # noqa: F811
    for name in ("who", "what", "since", "until", "before"):
        assert admin.get("/audit/", {name: odd}).status_code == 200
