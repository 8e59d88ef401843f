"""manage.py import_events: lines of JSON, the same pipeline, nothing lost and nothing twice."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from ingest.importing import lines as imports
from ingest.importing.lines import ImportCounts, import_lines
from ingest.importing.reading import MAX_LINE, Line, read_lines
from ingest.models import Delivery, RawEvent, RejectedRecord
from ingest.sources import import_source
from lambdas.transform.record import normalise_record
from tests.ingest.builders import ADA, a_source, event, signature, the_event

pytestmark = pytest.mark.django_db


def file_of(path: Path, *lines: Any) -> str:
    path /= "events.ndjson"
    written = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    path.write_bytes(b"\n".join(written))
    return str(path)


def imported(file: str, *arguments: str) -> str:
    out = StringIO()
    call_command("import_events", file, *arguments, stdout=out)
    return out.getvalue().strip()


def test_lines_land_and_the_counts_are_printed(tmp_path: Path) -> None:
    assert imported(file_of(tmp_path, event(), event())) == "received 2 landed 2 duplicate 0 rejected 0"
    delivery = Delivery.objects.get()
    assert (delivery.origin, delivery.records, delivery.received, delivery.landed) == ("import", 2, 2, 2)


def test_the_same_file_twice_changes_nothing_even_without_message_ids(tmp_path: Path) -> None:
    file = file_of(tmp_path, event(messageId=None), {"phone_number": "+1234567890"}, event(messageId="m"))
    imported(file)
    assert imported(file) == "received 3 landed 0 duplicate 3 rejected 0"
    assert RawEvent.objects.count() == 3


def test_a_smallest_line_lands() -> None:
    assert import_lines([Line(1, b'{"phone_number": "+1234567890"}')]).landed == 1
    assert the_event().identifiers == ["phone:+1234567890"]
    assert the_event().payload["marks"] == ["impossible_phone"]


def test_a_batch_on_a_line_works_as_posted(tmp_path: Path) -> None:
    assert imported(file_of(tmp_path, {"batch": [event(), event()]})) == "received 2 landed 2 duplicate 0 rejected 0"


def test_a_line_without_write_key_is_of_the_trusted_import_source(tmp_path: Path) -> None:
    imported(file_of(tmp_path, event()))
    assert the_event().source == import_source()
    assert the_event().trusted


def test_a_line_with_a_write_key_is_of_its_source_and_has_its_trust(tmp_path: Path) -> None:
    new = a_source(region="DE")
    imported(file_of(tmp_path, event(writeKey=new.source.write_key, phone="030 123456")))
    row = the_event()
    assert (row.source, row.trusted) == (new.source, False)
    assert "phone:+4930123456" in row.identifiers


def test_with_source_all_lines_are_of_it_and_signatures_count(tmp_path: Path) -> None:
    new, other = a_source("shop"), a_source("other", trusted=True)
    signed = event(userId="ada", signature=signature(new.secret, "ada"))
    imported(file_of(tmp_path, event(writeKey=other.source.write_key), signed, event()), "--source", "shop")
    rows = RawEvent.objects.order_by("event_id")
    assert {row.source for row in rows} == {new.source}
    assert [row.trusted for row in rows] == [False, True, False]


def test_lines_that_can_not_be_used_are_kept_with_their_number_and_listed(tmp_path: Path) -> None:
    file = file_of(tmp_path, event(), b"{no json", b"", event(anonymousId=None, traits={}), b"\xff", [1], event())
    out = imported(file).splitlines()
    assert out[0] == "received 6 landed 2 duplicate 0 rejected 4"
    assert sorted(out[1:]) == ["  no_identifiers: 1", "  not_an_object: 1", "  not_json: 2"]
    kept = {row.detail.split(":")[0]: (row.reason, bytes(row.data)) for row in RejectedRecord.objects.all()}
    assert kept["line 2"] == ("not_json", b"{no json\n")
    assert kept["line 4"][0] == "no_identifiers"
    assert kept["line 5"][0] == "not_json"
    assert kept["line 6"][0] == "not_an_object"


def test_a_write_key_that_no_source_has_is_rejected_with_its_line(tmp_path: Path) -> None:
    assert "rejected 2" in imported(file_of(tmp_path, event(), {"batch": [event(), event()], "writeKey": "wk_lost"}))
    for row in RejectedRecord.objects.all():
        assert row.reason == "unknown_source"
        assert row.detail == "line 2: no source has its write key"
        assert json.loads(bytes(row.data))["source"]["write_key"] == "wk_lost"


def test_an_old_event_keeps_its_time_whenever_it_is_imported(tmp_path: Path) -> None:
    """sentAt is of no use here: nobody received the file when its events were sent."""
    imported(file_of(tmp_path, event(timestamp="2019-05-03T10:00:00+02:00", sentAt="2019-05-03T08:00:05Z")))
    assert the_event().event_time == datetime(2019, 5, 3, 8, tzinfo=UTC)


def test_an_event_that_is_not_yet_is_dated_now(tmp_path: Path) -> None:
    imported(file_of(tmp_path, event(timestamp="2999-01-01T00:00:00Z")))
    assert the_event().event_time <= datetime.now(UTC)


def test_text_that_postgresql_can_not_hold_is_mended(tmp_path: Path) -> None:
    odd = b'{"email": "ada@example.com", "messageId": "a\\u0000", "traits": {"name": "\\ud800x\\u0000y"}}'
    assert imported(file_of(tmp_path, odd)) == "received 1 landed 1 duplicate 0 rejected 0"
    assert the_event().traits == {"name": "\ufffdxy"}


def test_a_large_file_is_landed_in_deliveries(monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[ImportCounts] = []
    lines = [Line(number, json.dumps(event()).encode()) for number in range(1, 26)]
    import_lines(lines, lines_a_delivery=10, on_delivery=counts.append)
    assert [one.landed for one in counts] == [10, 20, 25]
    assert list(Delivery.objects.order_by("delivery_id").values_list("landed", flat=True)) == [10, 10, 5]
    monkeypatch.setattr(imports, "BYTES_A_DELIVERY", 1)
    import_lines([Line(number, json.dumps(event()).encode()) for number in range(3)])
    assert Delivery.objects.count() == 6


def test_an_import_that_broke_off_is_finished_by_starting_it_again() -> None:
    lines = [Line(number, json.dumps(event(messageId=None, userId=number)).encode()) for number in range(30)]

    def break_off(counts: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_lines(lines, lines_a_delivery=10, on_delivery=break_off)
    counts = import_lines(lines, lines_a_delivery=10)
    assert (counts.landed, counts.duplicate) == (20, 10)
    assert RawEvent.objects.count() == 30


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    endless = b'{"userId": "' + b"x" * (3 * MAX_LINE) + b'"}\n'
    lines = list(read_lines(BytesIO(b'{"userId": 1}\n' + endless + b'{"userId": 2}')))
    assert [(line.number, line.whole, len(line.data)) for line in lines] == [
        (1, True, 14),
        (2, False, MAX_LINE),
        (3, True, 13),
    ]
    counts = import_lines(lines)
    assert (counts.landed, counts.reasons) == (2, {"too_large": 1})


@pytest.mark.parametrize("size", [MAX_LINE - 1, MAX_LINE, MAX_LINE + 1])
def test_lines_around_the_limit_are_told_apart(size: int) -> None:
    first, second = read_lines(BytesIO(b"x" * (size - 1) + b"\ny"))
    assert (first.number, first.whole) == (1, size <= MAX_LINE)
    assert (second.number, second.data) == (2, b"y")


def test_an_empty_file_is_no_error(tmp_path: Path) -> None:
    assert imported(file_of(tmp_path)) == "received 0 landed 0 duplicate 0 rejected 0"


def test_counts_as_json(tmp_path: Path) -> None:
    said = json.loads(imported(file_of(tmp_path, event(), b"?"), "--json"))
    assert {key: said[key] for key in ("received", "landed", "duplicate", "rejected")} == {
        "received": 2, "landed": 1, "duplicate": 0, "rejected": 1,
    }  # fmt: skip
    assert said["reasons"] == {"not_json": 1}


@pytest.mark.parametrize("file", ["/nowhere/events.ndjson", "/tmp"])
def test_a_file_that_can_not_be_read_is_an_error(file: str) -> None:
    with pytest.raises(CommandError, match=f"can't read {file}"):
        imported(file)


def test_a_source_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no source is named shoop: create it"):
        imported(file_of(tmp_path, event()), "--source", "shoop")


def test_when_the_database_fails_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(**_: object) -> None:
        raise DatabaseError(ADA)

    monkeypatch.setattr(imports, "land", failing)
    with pytest.raises(CommandError, match="Start it again") as error:
        imported(file_of(tmp_path, event()))
    assert ADA not in str(error.value)


def test_a_bug_in_normalisation_costs_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def picky(envelope: dict[str, Any]) -> dict[str, Any]:
        if envelope["events"][0].get("userId") == "bad":
            raise IndexError
        return normalise_record(envelope)

    monkeypatch.setattr(imports, "normalise_record", picky)
    counts = import_lines([Line(1, b'{"userId": "bad"}'), Line(2, b'{"userId": "good"}')])
    assert (counts.landed, counts.reasons) == (1, {"unreadable": 1})
    assert RejectedRecord.objects.get().detail == "line 1: the normaliser failed: IndexError"


@pytest.mark.parametrize(("arguments", "status"), [(["/nowhere"], 1), (["--help"], 0)])
def test_exit_statuses(arguments: list[str], status: int) -> None:
    """With the services of this test run, which are up."""
    done = subprocess.run(
        [sys.executable, "manage.py", "import_events", *arguments],
        cwd=Path(__file__).parent.parent.parent, env=os.environ, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    assert b"Traceback" not in done.stderr
