"""Takes names of traits, gives them shown to viewers, or hidden from them again; lists those that are shown."""

from typing import Any

from django.core.management.base import CommandParser

from ingest.commands import NotedCommand
from profiles.privacy.traits import mark_trait, open_traits


class Command(NotedCommand):
    help = "Traits are personal, and hidden from viewers, unless they are opened here. Prints those that are open."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--open", nargs="*", default=[], metavar="TRAIT", help="show these to viewers")
        parser.add_argument("--hide", nargs="*", default=[], metavar="TRAIT", help="these are personal")

    def handle(self, **options: Any) -> None:
        for name in options["open"]:
            mark_trait(name, personal=False)
        for name in options["hide"]:
            mark_trait(name, personal=True)
        if options["open"] or options["hide"]:
            self.did(opened=len(options["open"]), hidden=len(options["hide"]))
        for name in sorted(open_traits()):
            self.stdout.write(name)
