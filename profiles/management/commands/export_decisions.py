"""Takes the decisions, gives them as the lines that `decide` carries out."""

import json
from typing import Any

from ingest.commands import NotedCommand
from profiles.deciding.lines import decision_lines


class Command(NotedCommand):
    help = "Print every decision and withdrawal, oldest first, as NDJSON for manage.py decide."

    def handle(self, **options: Any) -> None:
        for number, line in enumerate(decision_lines(), start=1):
            self.did(decisions=number)
            self.stdout.write(json.dumps(line, ensure_ascii=False))
