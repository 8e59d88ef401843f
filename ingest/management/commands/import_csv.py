"""Takes a CSV file and what its columns mean, gives it landed; prints what became of its rows."""

import json
import time
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from ingest.commands import NotedCommand
from ingest.importing import runs
from ingest.importing.columns import USES, Column, ColumnMapping, mapping_from
from ingest.models import Import, Source
from ingest.sources import import_source


class Command(NotedCommand):
    help = (
        "Import a CSV file with column names in its first line. What columns mean is guessed from their names and "
        "values; --column says it. The same file again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--source", metavar="NAME", help="source of every row (default: the trusted source import)")
        parser.add_argument(
            "--column", metavar="COLUMN=USE[:TARGET]", action="append", default=[],
            help=f"what a column is: {', '.join(USES)}; the target is an identifier's kind or a trait's name",
        )  # fmt: skip
        parser.add_argument("--day-first", action="store_true", help="in times like 03/04/2026 the day comes first")
        parser.add_argument("--guess", action="store_true", help="only say what the columns would be taken for")

    def handle(self, *, file: str, source: str | None, **options: Any) -> None:
        job = self._created(Path(file), source)
        try:
            self._choose(job, options["column"], day_first=options["day_first"])
            if options["guess"]:
                runs.cancel(job)
                return self._say_columns(job)
            self._run(job)
        except KeyboardInterrupt:
            runs.pause(job)
            raise CommandError(f"paused: go on with import {job.pk} on the Imports page", returncode=130) from None
        self._say_counts(job)
        return None

    def _created(self, path: Path, source: str | None) -> Import:
        chosen = Source.objects.filter(name=source).first() if source else import_source()
        if chosen is None:
            raise CommandError(f"no source is named {source}: create it with manage.py create_source {source}")
        try:
            with path.open("rb") as opened:
                return runs.create_import(
                    file=File(opened, path.name), name=path.name, source=chosen, author="import_csv"
                )
        except OSError as error:
            raise CommandError(f"can't read {path}: {error.strerror}") from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None

    def _choose(self, job: Import, said: list[str], *, day_first: bool) -> None:
        if job.mapping is None:
            raise CommandError("this is NDJSON: use manage.py import_events")
        guessed = mapping_from(job.mapping)
        try:
            chosen = dict(_said(one, job.shape["columns"]) for one in said)
            columns = [chosen.get(column.name, column) for column in guessed.columns]
            runs.choose_mapping(job, ColumnMapping(columns, day_first or guessed.day_first))
        except ValidationError as error:
            runs.cancel(job)
            raise CommandError(" ".join(error.messages)) from None

    def _run(self, job: Import) -> None:
        self.did(**{"import": job.pk})
        runs.start(job, announce=False)
        with tqdm(total=job.size, unit="B", unit_scale=True, desc="importing", disable=None) as bar:
            while job.state in (Import.State.UPLOADED, Import.State.RUNNING):
                if not runs.run(job.pk, seconds=1.0):
                    time.sleep(0.1)  # done; or a worker has taken it up, and is waited for
                job.refresh_from_db()
                bar.update(job.position - bar.n)
                bar.set_postfix_str(f"{job.landed:,} landed")

    def _say_columns(self, job: Import) -> None:
        for column in mapping_from(job.mapping or {"columns": []}).columns:
            self.stdout.write(f"{column.name}={column.use}{':' + column.target if column.target else ''}")

    def _say_counts(self, job: Import) -> None:
        self.did(received=job.received, landed=job.landed, duplicate=job.duplicate, rejected=job.rejected)
        if job.error:
            raise CommandError(job.error)
        self.stdout.write(
            f"received {job.received} landed {job.landed} duplicate {job.duplicate} rejected {job.rejected}"
        )
        if job.reasons:
            self.stdout.write(json.dumps(job.reasons))


def _said(text: str, columns: list[str]) -> tuple[str, Column]:
    name, _, what = text.rpartition("=")
    use, _, target = what.partition(":")
    if name not in columns:
        raise ValidationError(f"no column is named {name!r}: the file has {', '.join(columns)}")
    if use not in USES:
        raise ValidationError(f"{text}: a column is one of {', '.join(USES)}")
    return name, Column(name, use, target)
