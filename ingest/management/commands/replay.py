"""Takes a kind and a span of time, lists the objects that Firehose kept, or lands them again; prints the counts."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from ingest.commands import NotedCommand
from ingest.kept import replays
from ingest.kept.listing import Span, kept_objects
from ingest.kept.store import kept_store
from ingest.models import KeptReplay


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Command(NotedCommand):
    help = (
        "Land again what Firehose kept: failed deliveries, failed transformations, or a span of the archive. Safe at "
        "any time and any number of times: each event lands once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=KeptReplay.What.values)
        parser.add_argument("--since", type=_time, metavar="TIME", help="ISO 8601, UTC (default: 7 days ago)")
        parser.add_argument("--until", type=_time, metavar="TIME", help="(default: now)")
        parser.add_argument("--list", action="store_true", help="only list the objects")
        parser.add_argument("--json", action="store_true", help="print one line of JSON")

    def handle(self, *, what: str, since: datetime | None, until: datetime | None, **options: Any) -> None:
        now = timezone.now()
        span = Span(what=what, since=since or now - timedelta(days=7), until=until or now)
        if span.since >= span.until:
            raise CommandError("--since must be before --until")
        try:
            self._list(span) if options["list"] else self._replay(span, as_json=options["json"])
        except Exception as error:
            if not replays.is_expected(error):
                raise
            raise CommandError(f"the objects can't be read: {type(error).__name__}") from error

    def _list(self, span: Span) -> None:
        for one in kept_objects(kept_store(), span):
            self.stdout.write(f"{one.written_at:%Y-%m-%dT%H:%M:%SZ} {one.size:>12} {one.key}")

    def _replay(self, span: Span, *, as_json: bool) -> None:
        asked = replays.ask(span=span, author="manage.py replay")
        self.did(replay=asked.pk)
        with tqdm(desc="replaying", unit="object", disable=None) as bar:

            def show(replay: KeptReplay) -> None:
                bar.total = replay.objects_in_all
                bar.update(replay.objects_done - bar.n)

            done = replays.run(asked.pk, on_object=show) or KeptReplay.objects.get(pk=asked.pk)
        names = ("objects_done", "objects_broken", "received", "landed", "duplicate", "rejected")
        counts = {name: getattr(done, name) for name in names}
        self.did(**counts)
        self.stdout.write(json.dumps(counts) if as_json else " ".join(f"{name} {n}" for name, n in counts.items()))
        if done.error:
            raise CommandError(done.error)
