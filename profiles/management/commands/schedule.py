"""Takes how often, gives resolution to pg_cron, or takes it away again."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from ingest.commands import NotedCommand
from profiles import schedule


class Command(NotedCommand):
    help = "Resolve by pg_cron, in the database itself. Set RESOLVE_BY=pg_cron for portal, worker and beat as well."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seconds", type=int, default=10, choices=range(1, 60), metavar="1-59")
        parser.add_argument("--remove", action="store_true", help="back to Celery: RESOLVE_BY=celery")

    def handle(self, *, seconds: int, remove: bool, **options: Any) -> None:
        try:
            schedule.stop() if remove else schedule.start(seconds=seconds)
        except schedule.NoCron as error:
            raise CommandError(str(error)) from None
        self.did(seconds=0 if remove else seconds)
        self.stdout.write("pg_cron resolves no more" if remove else f"pg_cron resolves every {seconds} seconds")
