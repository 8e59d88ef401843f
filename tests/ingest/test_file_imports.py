"""A file that somebody uploads: read, mapped, landed a delivery at a time, stopped, taken up; nothing lost or twice."""

import csv
import shutil
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path
from threading import Timer

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from ingest.importing import runs
from ingest.importing.columns import Column, ColumnMapping, UnusableRow, event_of, guess
from ingest.importing.reading import MAX_LINE
from ingest.importing.rejected_rows import rejected_rows_csv
from ingest.importing.table import TOO_LONG, Row, Shape, UnusableFile, read_rows, shape_of
from ingest.models import Delivery, Import, RawEvent
from ingest.sources import import_source

PEOPLE = b"Customer No;E-Mail;Mobile;City\nc-1;Ada@Example.com;+4930123456;Berlin\nc-2;ben@example.com;;Bonn\n"


@pytest.fixture
def uploads() -> Iterator[Path]:
    """Where uploads are kept, empty before and after."""
    kept = Path(storages["imports"].path(""))
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    yield kept
    shutil.rmtree(kept)


def uploaded(data: bytes, name: str = "people.csv") -> Import:
    return runs.create_import(file=File(BytesIO(data), name), name=name, source=import_source(), author="ada")


def finished(job: Import) -> Import:
    runs.start(job)
    while runs.run(job.pk, seconds=0):
        pass
    job.refresh_from_db()
    return job


def rows_of(data: bytes) -> list[Row]:
    file = BytesIO(data)
    shape = shape_of(file)
    return list(read_rows(file, shape, start=shape.begins_at, number=2 if shape.begins_at else 1))


class TestReading:
    def test_delimiter_names_and_encoding_are_found(self) -> None:
        assert shape_of(BytesIO("Name;Straße\nAda;Hauptstraße\n".encode("cp1252"))) == Shape(
            "csv", "cp1252", ";", ["Name", "Straße"], 12
        )
        assert shape_of(BytesIO(b"\xef\xbb\xbfa,b\n1,2")).columns == ["a", "b"]
        assert shape_of(BytesIO(b'{"email": "a@b.co"}\n')).format == "ndjson"

    def test_columns_of_one_name_are_told_apart_and_a_nameless_one_gets_one(self) -> None:
        assert shape_of(BytesIO(b"phone,phone,\n1,2,3")).columns == ["phone", "phone (2)", "column 3"]

    @pytest.mark.parametrize("data", [b"", b" \n", b"\xff\xfea\0", b"PK\x03\x04\0\0", b'[{"a": 1}]', b",,\n1,2,3"])
    def test_what_holds_no_rows_is_refused_with_what_to_do(self, data: bytes) -> None:
        with pytest.raises(UnusableFile):
            shape_of(BytesIO(data))

    def test_a_field_over_several_lines_is_one_row_and_blank_lines_are_none(self) -> None:
        rows = rows_of(b'a,b\n"x\ny",1\n\nz,2\n')
        assert [(row.number, row.values) for row in rows] == [(2, ["x\ny", "1"]), (5, ["z", "2"])]

    def test_a_quote_that_nothing_closes_costs_its_line_and_no_other(self) -> None:
        rows = rows_of(b'a,b\n1,2\n3,"4\n5,6\n7,8\n')
        assert [(row.number, bool(row.problem)) for row in rows] == [(2, False), (3, True), (4, False), (5, False)]
        assert rows[1].data.startswith(b'3,"4\n')

    @pytest.mark.parametrize("head", [b"a,b\n", b'{"userId": "1"}\n'])
    def test_a_line_that_is_too_long_costs_itself_and_no_other_and_no_memory(self, head: bytes) -> None:
        after = b"1,2\n" if head.startswith(b"a") else head
        rows = rows_of(head + b"x," * MAX_LINE + b"\n" + after)
        long, last = rows[-2:]
        assert (long.problem, len(long.data)) == (TOO_LONG, MAX_LINE)
        assert (last.number, last.data, last.problem) == (3, after, "")

    def test_a_row_with_more_fields_than_names_is_a_problem_one_with_fewer_is_not(self) -> None:
        assert [bool(row.problem) for row in rows_of(b"a,b\n1,2,3\n1\n")] == [True, False]

    @given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=2, max_size=2)))
    def test_what_a_csv_writer_wrote_is_read_from_any_row_on(self, table: list[list[str]]) -> None:
        out = StringIO(newline="")
        csv.writer(out).writerows([["a", "b"], *table])
        data = out.getvalue().encode()
        file = BytesIO(data)
        rows = list(read_rows(file, Shape("csv", "utf-8", ",", ["a", "b"], 5), start=5, number=2))
        assert [row.values for row in rows] == [row for row in table if any(value.strip() for value in row)]
        for place, row in enumerate(rows):
            shape = Shape("csv", "utf-8", ",", ["a", "b"], 5)
            assert list(read_rows(file, shape, start=row.end, number=row.next)) == rows[place + 1 :]


class TestColumns:
    def test_names_and_values_say_what_a_column_is(self) -> None:
        names = ["Customer No", "E-Mail", "Mobile", "Contact", "Loyalty ID", "created_at", "City"]
        rows = [["1", "a@b.co", "030 1", "x@y.org", "L1", "13.02.2026", "Bonn"]] * 3
        assert [(column.use, column.target) for column in guess(names, rows).columns] == [
            ("identifier", "user_id"), ("identifier", "email"), ("identifier", "phone"), ("identifier", "email"),
            ("identifier", "loyalty_id"), ("time", ""), ("trait", "city"),
        ]  # fmt: skip
        assert guess(names, rows).day_first

    def test_a_row_tells_an_event_with_its_identifiers_traits_and_time(self) -> None:
        columns = [Column("p", "identifier", "phone"), Column("q", "identifier", "phone"), Column("c", "trait", "city"),
                   Column("t", "time"), Column("x", "skip")]  # fmt: skip
        assert event_of(["1", "2", "Bonn", "03/04/2026 10:00", "?"], ColumnMapping(columns, day_first=True)) == {
            "type": "identify", "identifiers": {"phone": ["1", "2"]}, "traits": {"city": "Bonn"},
            "timestamp": "2026-04-03T10:00:00Z",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("text", "means"),
        [("1767225600", "2026-01-01T00:00:00Z"), ("1767225600000", "2026-01-01T00:00:00Z"),
         ("2026-01-02", "2026-01-02T00:00:00Z"), ("2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05Z"),
         ("Jan 2, 2026 3 pm", "2026-01-02T15:00:00Z"), ("02/01/2026", "2026-01-02T00:00:00Z")],
    )  # fmt: skip
    def test_a_time_is_read_as_people_write_it(self, text: str, means: str) -> None:
        mapping = ColumnMapping([Column("at", "time")], day_first=True)
        assert event_of([text], mapping)["timestamp"] == means

    @pytest.mark.parametrize("text", ["12", "10:00", "Monday", "January 2026", "soon", "99999999999999999999"])
    def test_what_is_no_whole_date_is_rejected_and_not_made_up(self, text: str) -> None:
        with pytest.raises(UnusableRow, match="no time"):
            event_of([text], ColumnMapping([Column("at", "time")]))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("committed", "uploads")
class TestRuns:
    def test_every_row_lands_once_however_often_the_file_comes(self) -> None:
        first = finished(uploaded(PEOPLE))
        assert (first.state, first.received, first.landed) == ("done", 2, 2)
        again = finished(uploaded(PEOPLE))
        assert (again.landed, again.duplicate) == (0, 2)
        assert sorted(RawEvent.objects.values_list("identifiers", flat=True)) == [
            ["email:ada@example.com", "phone:+4930123456", "user_id:c-1"],
            ["email:ben@example.com", "user_id:c-2"],
        ]

    def test_rows_that_cannot_be_used_are_kept_with_line_and_reason(self) -> None:
        job = uploaded(b"email,at\na@b.co,2026-01-01\n,2026-01-01\na@b.co,2026-01-02,x\nc@d.co,soon\n")
        runs.choose_mapping(job, ColumnMapping([Column("email", "identifier", "email"), Column("at", "time")]))
        job = finished(job)
        assert (job.received, job.landed, job.rejected) == (4, 1, 3)
        told = list(rejected_rows_csv(job))
        assert [line.split(",")[0] for line in told[1:]] == ["3", "4", "5"]
        assert job.reasons == {"no_identifiers": 1, "bad_row": 1, "bad_time": 1}

    def test_a_rejected_row_is_no_formula_to_a_spreadsheet(self) -> None:
        job = finished(uploaded(b"email\n=cmd(),2\n"))
        (told,) = csv.DictReader(rejected_rows_csv(job))
        assert told["line"] == "2"
        assert told["data"] == "'=cmd(),2"

    def test_paused_between_deliveries_it_goes_on_where_it_was(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(runs, "LINES_A_DELIVERY", 1)
        job = uploaded(PEOPLE)
        runs.start(job)
        assert runs.run(job.pk, seconds=0)
        assert runs.pause(job)
        assert not runs.run(job.pk)
        job.refresh_from_db()
        assert (job.state, job.landed, job.line) == ("paused", 1, 3)
        assert finished(job).landed == 2
        assert Delivery.objects.count() == 2

    def test_killed_after_a_delivery_landed_and_before_that_was_noted_nothing_lands_twice(self) -> None:
        job = uploaded(PEOPLE)
        runs.start(job)
        runs.land_share(job, next(runs.shares(job)))
        assert (finished(job).received, job.landed, job.duplicate) == (2, 2, 0)
        assert RawEvent.objects.count() == 2

    def test_the_file_goes_when_all_has_landed_and_when_it_is_cancelled(self, uploads: Path) -> None:
        finished(uploaded(PEOPLE))
        cancelled = uploaded(PEOPLE)
        assert runs.cancel(cancelled)
        assert not runs.start(cancelled)
        assert not list(uploads.iterdir())

    def test_a_file_that_is_gone_fails_the_import_and_says_what_to_do(self, uploads: Path) -> None:
        job = uploaded(PEOPLE)
        next(uploads.iterdir()).unlink()
        assert finished(job).state == "failed"
        assert "Upload it again" in job.error

    def test_two_workers_do_not_land_one_import_side_by_side(self) -> None:
        job = uploaded(PEOPLE)
        runs.start(job)
        with psycopg.connect(connection.connection.info.dsn) as other:
            other.execute("SELECT pg_advisory_lock(%s, %s)", [runs._LOCK, job.pk])
            assert not runs.run(job.pk)
        assert finished(job).landed == 2

    def test_the_command_waits_for_a_worker_that_has_taken_the_import_up(self, tmp_path: Path) -> None:
        file = tmp_path / "file.csv"
        file.write_bytes(PEOPLE)
        out = StringIO()
        with psycopg.connect(connection.connection.info.dsn) as other:
            other.execute(
                "SELECT pg_advisory_lock(%s, import_id) FROM generate_series(1, 10000) import_id", [runs._LOCK]
            )
            worker = Timer(1.0, other.execute, ["SELECT pg_advisory_unlock_all()"])
            worker.start()
            call_command("import_csv", str(file), stdout=out)
            worker.join()
        assert out.getvalue().strip() == "received 2 landed 2 duplicate 0 rejected 0"

    def test_a_mapping_without_identifier_is_refused_and_so_is_any_once_rows_have_landed(self) -> None:
        job = uploaded(PEOPLE)
        with pytest.raises(ValidationError, match="identifier"):
            runs.choose_mapping(job, ColumnMapping([Column("City", "trait", "city")]))
        finished(job)
        with pytest.raises(ValidationError, match="has begun"):
            runs.choose_mapping(job, ColumnMapping([Column("E-Mail", "identifier", "email")]))

    def test_ndjson_lands_as_it_does_from_the_command_line(self) -> None:
        job = finished(uploaded(b'{"email": "a@b.co"}\nnonsense\n', name="events.ndjson"))
        assert (job.landed, job.rejected, job.reasons) == (1, 1, {"not_json": 1})

    def test_the_command_says_its_guess_and_does_what_it_is_told(self, tmp_path: Path) -> None:
        file = tmp_path / "file.csv"
        file.write_bytes(PEOPLE)
        out = StringIO()
        call_command("import_csv", str(file), "--guess", stdout=out)
        assert out.getvalue().splitlines()[1] == "E-Mail=identifier:email"
        out = StringIO()
        call_command("import_csv", str(file), "--column", "Customer No=trait:number", stdout=out)
        assert out.getvalue().strip() == "received 2 landed 2 duplicate 0 rejected 0"
        with pytest.raises(CommandError, match="no column is named"):
            call_command("import_csv", str(file), "--column", "Nobody=skip")
