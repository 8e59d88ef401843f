import getpass
import json
from importlib import import_module
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, get_commands

from ingest.commands import NotedCommand
from ingest.models import AuditEntry
from tests.pages import crowd

pytestmark = pytest.mark.django_db
READ_ONLY = {"demo"}  # it sends events through the front door, as anybody does


def noted(command: str) -> AuditEntry:
    return AuditEntry.objects.get(action=f"command {command}")


def test_every_command_of_ours_is_noted() -> None:
    ours = {name: app for name, app in get_commands().items() if app in ("idportal", "ingest", "profiles")}
    plain = {
        name
        for name, app in ours.items()
        if not issubclass(import_module(f"{app}.management.commands.{name}").Command, NotedCommand)
    }
    assert plain == READ_ONLY


def test_decisions_are_noted_with_who_and_how_many_and_no_values(tmp_path: Path) -> None:
    crowd.ada()
    sides = [{"kind": "email", "value": value} for value in ("ada@example.com", "ada@home.example")]
    line = {"action": "assert", "a": sides[0], "b": sides[1], "reason": "same", "author": "Ana"}
    file = tmp_path / "decisions.ndjson"
    file.write_text(json.dumps(line) + "\nnot json\n")
    with pytest.raises(CommandError, match="1 lines were refused"):
        call_command("decide", str(file), author="Ana")
    row = noted("decide")
    assert (row.actor, row.subject) == ("Ana", f"manage.py, run by {getpass.getuser()}")
    assert sum(row.detail.values()) == 1
    assert "ada@" not in json.dumps(row.detail)


def test_without_an_author_it_is_the_operating_systems_user(tmp_path: Path) -> None:
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"kinds": {"email": {"limit": 4}}}))
    call_command("rules", "apply", str(rules))
    row = noted("rules")
    assert row.actor == getpass.getuser()
    assert set(row.detail) == {"change", "identifiers"}


def test_an_import_and_what_it_leads_to_are_noted(tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_text('{"email": "ada@example.com"}\n{"email": "ben@example.com"}\n')
    call_command("import_events", str(file))
    call_command("resolve_events")
    assert noted("import_events").detail == {"received": 2, "landed": 2, "duplicate": 0, "rejected": 0}
    assert noted("resolve_events").detail["events"] == 2


def test_an_erasure_is_noted_by_its_number(capsys: pytest.CaptureFixture[str]) -> None:
    crowd.ada()
    call_command("erase", "email:ada@example.com")
    row = noted("erase")
    assert set(row.detail) == {"erasure"}
    assert "ada" not in row.subject


def test_what_is_taken_out_is_noted_with_its_rows(tmp_path: Path) -> None:
    crowd.ada()
    call_command("export", "identifiers", output=str(tmp_path / "out.ndjson"))
    rows = len((tmp_path / "out.ndjson").read_text().splitlines())
    assert noted("export").detail == {"table": "identifiers", "rows": rows}
    call_command("access", "email:ada@example.com", str(tmp_path / "ada.zip"))
    assert noted("access").detail["bytes"] > 0


def test_what_only_shows_something_is_not_noted() -> None:
    before = AuditEntry.objects.count()
    call_command("rules", "show")
    call_command("parked")
    call_command("personal_traits")
    call_command("rebuild", "--check")
    call_command("apply_retention", "--dry-run")
    assert AuditEntry.objects.count() == before
