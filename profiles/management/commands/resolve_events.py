"""Takes all that has landed, gives profiles; prints what changed."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Sum
from tqdm import tqdm

from ingest.commands import NotedCommand
from ingest.models import Delivery
from profiles.parked import parked_deliveries
from profiles.resolution import EVENTS_A_BATCH, ResolutionResult, resolve_pending


class Command(NotedCommand):
    help = "Resolve all events that have landed into profiles, and print what changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--events-a-batch",
            type=int,
            default=EVENTS_A_BATCH,
            help="commit after about so many events (default %(default)s)",
        )
        parser.add_argument("--json", action="store_true", help="print the counts as one line of JSON")

    def handle(self, *, events_a_batch: int, **options: Any) -> None:
        waiting = Delivery.objects.filter(resolved_at=None).aggregate(events=Sum("landed"))["events"] or 0
        with tqdm(total=waiting, unit=" events", desc="resolving", disable=None) as bar:

            def show(result: ResolutionResult) -> None:
                bar.update(result.events - bar.n)

            result = resolve_pending(events_a_batch=events_a_batch, on_batch=show)
        if result.events:
            self.did(**asdict(result))
        if options["json"]:
            self.stdout.write(json.dumps(asdict(result)))
            return
        for name, count in asdict(result).items():
            self.stdout.write(f"{name.replace('_', ' ')}: {count}")
        if parked := len(parked_deliveries()):
            self.stdout.write(f"parked deliveries that wait for a person: {parked}, see manage.py parked")
