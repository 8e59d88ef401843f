"""Who asks what is held on them gets all of it, and nothing of others."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from idportal.accounts.models import User
from profiles.deciding import decisions
from profiles.deciding.decisions import Named
from profiles.identities import profile_of
from profiles.privacy import access
from tests.api.conftest import Caller, caller  # noqa: F401 - a fixture
from tests.ingest.builders import delivered, event, record
from tests.pages.conftest import people  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

ADA, BEN = "ada@example.com", "ben@example.com"


@pytest.fixture
def held() -> int:
    from profiles.resolution import resolve_pending

    delivered(record(event(userId="ada", anonymousId="phone", traits={"email": ADA, "plan": "pro"})))
    delivered(record(event(userId="ada", anonymousId="tablet", traits={"plan": "free"})))
    delivered(record(event(userId="ben", anonymousId="tablet", traits={"email": BEN})))
    delivered(record(event(type="dance", traits={"email": ADA})), record(event(type="dance", traits={"email": BEN})))
    resolve_pending()
    decisions.decide(action="separate", a=[Named("email", ADA)], b=[Named("user_id", "zoe")], author="Ana", reason="r")
    found = profile_of(kind="email", value=ADA)
    assert found
    return found


def files(data: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            name: [json.loads(line) for line in archive.read(name).splitlines()]
            for name in archive.namelist()
            if name.endswith(".ndjson")
        }


def test_everything_is_in_it_and_nothing_of_others(held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "ROWS_AT_ONCE", 1)
    with access.export_person(held) as file:
        data = file.read()
    said = files(data)
    assert {name: len(rows) for name, rows in said.items()} == {
        "identifiers.ndjson": 4, "traits.ndjson": 2, "events.ndjson": 2, "links.ndjson": 4, "held_links.ndjson": 2,
        "history.ndjson": 0, "decisions.ndjson": 1, "rejected_records.ndjson": 1,
    }  # fmt: skip
    assert said["events.ndjson"][0]["as_sent"]["posted"]["userId"] == "ada"
    assert "Ana" not in json.dumps(said["decisions.ndjson"])
    assert BEN not in json.dumps(said)


def test_programs_pages_and_the_command_give_the_same(
    held: int,
    caller: Callable[..., Caller],  # noqa: F811
    people: dict[str, User],  # noqa: F811
    client: Any,
    tmp_path: Path,
) -> None:
    call_command("access", f"email:{ADA}", str(tmp_path / "ada.zip"), stdout=io.StringIO())
    wanted = files((tmp_path / "ada.zip").read_bytes())
    answer = caller("erase").get("access/", kind="email", value=ADA)
    assert answer["Content-Type"] == "application/zip"
    assert files(answer.getvalue()) == wanted
    assert caller("read").get("access/", kind="email", value=ADA).status_code == 403

    client.force_login(people["steward"])
    page = client.post("/privacy/", {"kind": "email", "value": ADA, "action": "export"})
    assert files(page.getvalue()) == wanted
    nobody = client.post("/privacy/", {"kind": "email", "value": "x@example.com", "action": "export"})
    assert nobody.status_code == 422
    assert "nothing is held" in nobody.content.decode()
