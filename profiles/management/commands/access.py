"""Takes an identifier, gives everything held on the person behind it as a zip file."""

import shutil
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from ingest.commands import NotedCommand
from lambdas.transform.normalise import Unusable
from profiles.identities import profile_of
from profiles.ids import public_id
from profiles.privacy.access import export_person


class Command(NotedCommand):
    help = "Write everything held on the person behind an identifier into a zip file of JSON lines."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("identifier", metavar="KIND:VALUE", help="any identifier of the person")
        parser.add_argument("file", type=Path, metavar="FILE.zip")

    def handle(self, *, identifier: str, file: Path, **options: Any) -> None:
        kind, _, value = identifier.partition(":")
        try:
            profile_id = profile_of(kind=kind, value=value)
        except Unusable as no:
            raise CommandError(f"this can't be a value of {kind}: {no.reason}") from None
        if profile_id is None:
            raise CommandError("no profile holds this identifier: nothing is held on this person")
        with export_person(profile_id) as found, file.open("wb") as out:
            shutil.copyfileobj(found, out)
        self.did(profile=public_id(profile_id), bytes=file.stat().st_size)
        self.stdout.write(f"{file}: {file.stat().st_size:,} bytes")
