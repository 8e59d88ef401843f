"""Takes a number of months, gives back the room of raw events that landed before them."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from ingest.commands import NotedCommand
from ingest.partitions import OldPartition, apply_retention
from ingest.privacy.retention import apply_rules


class Command(NotedCommand):
    help = "Drop raw events and rejected records from before the last months. Profiles keep all they know."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--months",
            type=int,
            default=settings.RAW_EVENTS_RETENTION_MONTHS,
            help="whole months to keep besides this one (default %(default)s)",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would go, and drop nothing")

    def handle(self, *, months: int, dry_run: bool, **options: Any) -> None:
        if months < 1:
            raise CommandError("--months must be at least 1")
        retention = apply_retention(months=months, dry_run=dry_run)
        self.stdout.write(f"landed before {retention.cutoff:%Y-%m-%d}:")
        for old in retention.partitions:
            self.stdout.write(f"  {old.name}: {old.events} events, {self._fate(old, dry_run)}")
        verb = "would be removed" if dry_run else "removed"
        if retention.strays:
            self.stdout.write(f"  outside the months: {retention.strays} events, {verb}")
        self.stdout.write(f"{retention.events} events and {retention.rejected} rejected records {verb}")
        if not dry_run:
            self.did(events=retention.events, rejected=retention.rejected)
        for one in [] if dry_run else apply_rules():
            self.did(**{f"rule {one.rule}": one.deleted})
            self.stdout.write(f"{one.rule}: {one.deleted} removed{', the rest waits for resolution' * one.waits}")

    def _fate(self, old: OldPartition, dry_run: bool) -> str:
        if old.kept:
            return f"kept: {old.kept}"
        return "would be dropped" if dry_run else "dropped"
