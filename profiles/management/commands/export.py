"""Takes the name of a table, gives all of it as a file."""

import sys
from typing import Any, NoReturn

from django.core.management.base import CommandParser
from tqdm import tqdm

from ingest.commands import NotedCommand
from profiles.exporting.formats import FORMATS
from profiles.exporting.streaming import export
from profiles.exporting.tables import TABLES


class Command(NotedCommand):
    help = "Write profiles, identifiers, links or history to a file, all as it stands now, in constant memory."

    def add_arguments(self, parser: CommandParser) -> None:
        tables = "; ".join(f"{table.name}: {table.words}" for table in TABLES.values())
        parser.add_argument("table", choices=list(TABLES), help=tables)
        parser.add_argument("--format", choices=list(FORMATS), default="ndjson", help="default: ndjson")
        parser.add_argument("--purpose", default="", help="only people who agreed to this purpose, such as analytics")
        parser.add_argument("--output", default="-", metavar="FILE", help="default: standard output")

    def handle(self, **options: Any) -> None:
        table, to = TABLES[options["table"]], options["output"]
        with (
            open(to, "wb") if to != "-" else sys.stdout.buffer as file,
            tqdm(unit=" rows", desc=table.name, disable=None) as bar,
        ):
            for piece in export(
                table,
                file_format=options["format"],
                purpose=options["purpose"],
                on_rows=lambda rows: self._count(table.name, rows, bar),
            ):
                file.write(piece)

    def _count(self, table: str, rows: int, bar: "tqdm[NoReturn]") -> None:
        bar.update(rows)
        self.did(table=table, rows=self.done.get("rows", 0) + rows)
