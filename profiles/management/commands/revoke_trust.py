"""Takes a source, gives profiles that rest on none of its events; prints what changed."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware
from tqdm import tqdm

from ingest.commands import NotedCommand
from ingest.models import Delivery, Source
from profiles.trust import EVER, Restamped, grant_trust, revoke_trust


class Command(NotedCommand):
    help = (
        "Take trust from what has landed from a source, and resolve again what it touches: nothing of it is vouched "
        "for any more, and neither is what is imported into it from now on. If its secret key is known to others, "
        "rotate the key first: it still proves new events. Broken off, start it again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="SOURCE", help="the name of the source")
        parser.add_argument(
            "--since", type=_time, default=EVER, metavar="TIME", help="only what landed since then (UTC)"
        )
        parser.add_argument("--author", default="command line", help="who is named in the history")
        parser.add_argument(
            "--undo",
            action="store_true",
            help="give trust instead: to what was imported into it or came with its secret key",
        )

    def handle(self, *, source: str, since: datetime, author: str, undo: bool, **options: Any) -> None:
        found = Source.objects.filter(name=source).first()
        if found is None:
            raise CommandError(f"no source is named {source}")
        newest = Delivery.objects.order_by("-delivery_id").values_list("delivery_id", flat=True).first() or 0
        with tqdm(total=newest, unit=" deliveries", desc="restamping", disable=None) as bar:

            def show(delivery: int) -> None:
                bar.update(delivery - bar.n)

            action = grant_trust if undo else revoke_trust
            restamped = action(found, author=author, since=since, on_batch=show)
        changes = restamped.changes
        self.did(source=found.pk, undo=undo, events=restamped.events, merges=changes.merges, splits=changes.splits)
        self._print(restamped, undo=undo)

    def _print(self, restamped: Restamped, *, undo: bool) -> None:
        changes = restamped.changes
        self.stdout.write(f"events that are {'trusted' if undo else 'not trusted any more'}: {restamped.events}")
        self.stdout.write(f"merges: {changes.merges}, splits: {changes.splits}, moves: {changes.moves}")
        if restamped.gone:
            self.stdout.write(
                f"{restamped.gone} events of this source are out of retention: what they vouched for can't be told "
                "from what others did, and stays as it is"
            )


def _time(text: str) -> datetime:
    moment = parse_datetime(text) or parse_datetime(f"{text}T00:00")
    if moment is None:
        raise ValueError(text)
    return make_aware(moment) if is_naive(moment) else moment
