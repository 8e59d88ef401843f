"""Everything in bulk: the same in each format, as it stood at one moment."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client

from idportal.accounts.models import User
from profiles.exporting.streaming import export
from profiles.exporting.tables import TABLES
from profiles.identities import profile_of
from profiles.ids import public_id
from profiles.models import ProfileChange, ProfileIdKey
from profiles.resolution import resolve_pending
from profiles.rules.first_rules import ensure_first_rules
from tests.api.conftest import Caller, caller, reader  # noqa: F401 - fixtures
from tests.ingest.builders import delivered, event, record
from tests.pages.conftest import people  # noqa: F401 - a fixture
from tests.profiles.builders import land
from tests.profiles.reference import Event

ADA, BEN = "ada@example.com", "ben@example.com"


@pytest.fixture
def crowd(db: None) -> None:
    delivered(record(event(userId="ada", anonymousId="tablet")), record(event(anonymousId="phone", traits={})))
    resolve_pending()
    delivered(record(event(userId="ada", anonymousId="phone", traits={})))
    delivered(
        record(event(anonymousId="phone", traits={"email": ADA, "first_name": 'Ada, "the" first', "scores": [1, 2]}))
    )
    agreed = {"consent": {"analytics": True}}
    delivered(record(event(userId="ben", anonymousId="=1+1", traits={"email": BEN}, context=agreed)))
    resolve_pending()


def lines(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.splitlines()]


def whole(table: str, file_format: str, purpose: str = "") -> bytes:
    return b"".join(export(TABLES[table], file_format=file_format, purpose=purpose))


def as_time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@pytest.mark.parametrize("name", TABLES)
def test_the_formats_say_the_same(name: str, crowd: None) -> None:
    columns = TABLES[name].columns
    from_ndjson = lines(whole(name, "ndjson"))
    from_csv = list(csv.DictReader(io.StringIO(whole(name, "csv").decode())))
    from_parquet = pq.read_table(io.BytesIO(whole(name, "parquet"))).to_pylist()
    assert from_ndjson
    assert len(from_ndjson) == len(from_csv) == len(from_parquet)
    for one, cells, row in zip(from_ndjson, from_csv, from_parquet, strict=True):
        assert list(one) == list(cells) == list(row) == list(columns)
        for column, sort in columns.items():
            told = one[column]
            if sort == "json":
                assert told == json.loads(cells[column]) == json.loads(row[column])
            elif sort == "time":
                assert as_time(told) == as_time(cells[column]) == (row[column] and row[column].astimezone(UTC))
            else:
                assert told == row[column]
                assert cells[column] == ("" if told is None else json.dumps(told) if sort == "flag" else str(told))


def test_a_profile_is_a_row_with_its_golden_record(crowd: None) -> None:
    ada = profile_of(kind="email", value=ADA)
    assert ada
    found = {row["profile_id"]: row for row in lines(whole("profiles", "ndjson"))}[public_id(ada)]
    assert (found["identifiers"], found["traits"]["scores"]) == (4, [1, 2])


def test_all_profiles_and_links_and_changes_are_there(crowd: None) -> None:
    held_by = {(row["kind"], row["value"]): row["profile_id"] for row in lines(whole("identifiers", "ndjson"))}
    assert held_by["email", ADA] == held_by["user_id", "ada"] != held_by["email", BEN]
    pairs = {(row["a_value"], row["b_value"]) for row in lines(whole("links", "ndjson"))}
    assert {frozenset(pair) for pair in pairs} >= {frozenset({"ada", "phone"}), frozenset({"phone", ADA})}
    assert [row["cause"] for row in lines(whole("history", "ndjson"))] == ["event"] * ProfileChange.objects.count()


def test_for_a_purpose_only_those_who_agreed_to_it_are_there(crowd: None) -> None:
    values = {row["value"] for row in lines(whole("identifiers", "ndjson", purpose="analytics"))}
    assert BEN in values
    assert ADA not in values
    assert lines(whole("identifiers", "ndjson", purpose="marketing")) == []


def test_programs_and_the_command_get_the_same_file(crowd: None, reader: Caller, tmp_path: Path) -> None:  # noqa: F811
    answer = reader.get("export/links/", format="csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    call_command("export", "links", "--format", "csv", "--output", str(tmp_path / "links.csv"))
    assert answer.getvalue() == (tmp_path / "links.csv").read_bytes() == whole("links", "csv")
    assert reader.get("export/passwords/").status_code == 404
    assert reader.get("export/links/", format="xlsx").status_code == 400


def test_a_steward_exports_from_the_page(crowd: None, people: dict[str, User]) -> None:  # noqa: F811
    client = Client()
    client.force_login(people["steward"])
    assert "Parquet" in client.get("/export/").content.decode()
    answer = client.get("/export/file/", {"table": "profiles", "format": "parquet"})
    assert answer.headers["Content-Disposition"].endswith('.parquet"')
    assert pq.read_table(io.BytesIO(answer.getvalue())).num_rows == len(lines(whole("profiles", "ndjson")))


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_meanwhile_is_not_in_the_file() -> None:
    ensure_first_rules()
    ProfileIdKey.objects.get_or_create(defaults={"key": b"0123456789abcdef"})
    see("one")
    pieces = export(TABLES["identifiers"], file_format="csv")
    header, rows = next(pieces), next(pieces)
    other = Thread(target=see_elsewhere, args=["two"])
    other.start()
    other.join()
    assert b"".join(pieces) == b""
    assert (header + rows).count(b"\n") == 2
    assert len(lines(whole("identifiers", "ndjson"))) == 2


def see(name: str) -> None:
    land(Event(frozenset({("anonymous_id", name)}), datetime(2026, 1, 1, tzinfo=UTC)))
    resolve_pending()


def see_elsewhere(name: str) -> None:
    see(name)
    connections.close_all()
