"""Takes rejected records, gives them to landing again; prints what became of them."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser

from ingest.commands import NotedCommand
from ingest.models import RejectedRecord
from ingest.replay import ReplayResult, replay_rejected


class Command(NotedCommand):
    help = "Send rejected records through normalisation and landing again, each once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ids", metavar="ID", nargs="*", type=int, help="rejected records (default: all that wait)")
        parser.add_argument("--reason", default="", help="only those rejected for this reason, such as unknown_source")
        parser.add_argument("--json", action="store_true", help="print the counts as one line of JSON")

    def handle(self, *, ids: list[int], reason: str, **options: Any) -> None:
        missing = sorted(set(ids) - set(RejectedRecord.objects.filter(id__in=ids).values_list("id", flat=True)))
        if missing:
            raise CommandError(f"there is no rejected record {', '.join(map(str, missing))}")
        result = replay_rejected(ids=ids, reason=reason)
        self.did(replayed=result.replayed, landed=result.landed, rejected=result.rejected, skipped=result.skipped)
        self.stdout.write(json.dumps(asdict(result)) if options["json"] else _lines(result))


def _lines(result: ReplayResult) -> str:
    first = (
        f"replayed {result.replayed} landed {result.landed} duplicate {result.duplicate} rejected {result.rejected} "
        f"skipped {result.skipped}"
    )
    return "\n".join([first, *(f"  {reason}: {number}" for reason, number in sorted(result.reasons.items()))])
