"""Takes the decisions, gives them as the lines that `decide` carries out."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from profiles.deciding.lines import decision_lines


class Command(BaseCommand):
    help = "Print every decision and withdrawal, oldest first, as NDJSON for manage.py decide."

    def handle(self, **options: Any) -> None:
        for line in decision_lines():
            self.stdout.write(json.dumps(line, ensure_ascii=False))
