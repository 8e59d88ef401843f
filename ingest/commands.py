"""Takes what somebody does by `manage.py`, gives the audit log a row of it: who, which command, ids and counts."""

import getpass
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ingest.audit.log import note

NOBODY_SAID = {None, "", "command line"}


class NotedCommand(BaseCommand):
    """Its `handle` calls `did` when something has changed or was taken out; one that only shows never does."""

    done: dict[str, Any] = {}

    def did(self, **counts: Any) -> None:
        """What is told later stands beside what was told before, also where the command breaks off in between."""
        self.done = self.done | counts

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        if "--author" not in parser._option_string_actions:
            parser.add_argument("--author", help="who is named in the audit log (default: the operating system's user)")
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        self.done = {}
        try:
            return super().execute(*args, **options)
        finally:
            if self.done:
                self._note(options.get("author"))

    def _note(self, author: str | None) -> None:
        user = operating_user()
        actor = user if author in NOBODY_SAID else str(author)
        name = type(self).__module__.rpartition(".")[2]
        note(actor=actor, action=f"command {name}", subject=f"manage.py, run by {user}", detail=self.done)


def operating_user() -> str:
    """A container's user may have a number only."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
