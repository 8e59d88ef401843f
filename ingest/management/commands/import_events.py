"""Takes a file of events, gives them landed; prints what became of them."""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from django.core.management.base import CommandError, CommandParser
from django.db import Error as DatabaseError
from tqdm import tqdm

from ingest.commands import NotedCommand
from ingest.importing.lines import ImportCounts, import_lines
from ingest.importing.reading import read_lines
from ingest.models import Source

AGAIN = "Start it again: what has landed is not landed twice."


class Command(NotedCommand):
    help = (
        "Import events: one event (or batch) a line, as JSON, as the snippet posts them. Lines that can't be used are "
        "kept with their reason, see replay_rejected. The same file again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="path of the file, or - for standard input")
        parser.add_argument(
            "--source",
            metavar="NAME",
            help="source of every line (default: that of the line's writeKey; without one the trusted source import)",
        )
        parser.add_argument("--json", action="store_true", help="print the counts as one line of JSON")

    def handle(self, *, file: str, source: str | None, **options: Any) -> None:
        chosen = self._source(source) if source is not None else None
        with self._open(file) as opened:
            counts = self._import(opened, chosen)
        self.stdout.write(json.dumps(asdict(counts)) if options["json"] else _lines(counts))

    def _import(self, file: IO[bytes], source: Source | None) -> ImportCounts:
        done = ImportCounts()
        size = os.fstat(file.fileno()).st_size or None  # 0 for a pipe: how much will come isn't known
        with tqdm(total=size, unit="B", unit_scale=True, desc="importing", disable=None) as bar:

            def show(counts: ImportCounts) -> None:
                nonlocal done
                done = counts
                self.did(received=done.received, landed=done.landed, duplicate=done.duplicate, rejected=done.rejected)
                bar.update(counts.bytes - bar.n)
                bar.set_postfix_str(f"{counts.landed:,} landed")

            try:
                return import_lines(read_lines(file), source=source, on_delivery=show)
            except (OSError, DatabaseError) as error:
                why = f"broke off ({type(error).__name__})"
                raise CommandError(f"{why} after {done.received} events. {AGAIN}") from error
            except KeyboardInterrupt:
                raise CommandError(f"stopped after {done.received} events. {AGAIN}", returncode=130) from None

    def _source(self, name: str) -> Source:
        found = Source.objects.filter(name=name).first()
        if found is None:
            raise CommandError(f"no source is named {name}: create it with manage.py create_source {name}")
        return found

    def _open(self, file: str) -> IO[bytes]:
        if file == "-":
            return sys.stdin.buffer
        try:
            return Path(file).open("rb")
        except OSError as error:
            raise CommandError(f"can't read {file}: {error.strerror}") from None


def _lines(counts: ImportCounts) -> str:
    first = f"received {counts.received} landed {counts.landed} duplicate {counts.duplicate} rejected {counts.rejected}"
    reasons = sorted(counts.reasons.items(), key=lambda item: (-item[1], item[0]))
    return "\n".join([first, *(f"  {reason}: {number}" for reason, number in reasons)])
