"""Takes decisions as lines of JSON, gives the partition that holds with them."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from ingest.commands import NotedCommand
from profiles.deciding.lines import apply_line

EXAMPLE = """
{"action": "assert", "a": {"kind": "email", "value": "…"}, "b": {"kind": "phone", "value": "…"},
 "reason": "…", "author": "…"}
{"action": "separate", "a": [{"kind": …, "value": …}, …], "b": [{"kind": …, "value": …}, …], …}
{"action": "withdraw", "a": …, "b": …, …}      with the sides of the decision it takes back
"""


class Command(NotedCommand):
    help = (
        "Carry out decisions, one a line, each in its own transaction. Lines carried out before change nothing again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = EXAMPLE
        parser.add_argument("file", help="NDJSON file, or - for standard input")

    def handle(self, *, file: str, **options: Any) -> None:
        try:
            with Path("/dev/stdin" if file == "-" else file).open(encoding="utf-8") as lines:
                counts = self._carry_out(lines)
        except OSError as error:
            raise CommandError(f"{file} can't be read: {error.strerror}") from error
        self.stdout.write(", ".join(f"{what}: {count}" for what, count in sorted(counts.items())) or "no decisions")
        if counts["refused"]:
            raise CommandError(f"{counts['refused']} lines were refused; the reasons are above")

    def _carry_out(self, lines: Iterable[str]) -> Counter[str]:
        counts: Counter[str] = Counter()
        for number, text in enumerate(tqdm(lines, unit=" decisions", disable=None), start=1):
            if not text.strip():
                continue
            try:
                line = json.loads(text)
                if not isinstance(line, dict):
                    raise ValidationError("a line is an object")
                counts[apply_line(line)] += 1
                self.did(**counts)
            except json.JSONDecodeError as error:
                counts["refused"] += 1
                self.stderr.write(f"line {number}: not JSON: {error}")
            except ValidationError as error:
                counts["refused"] += 1
                self.stderr.write(f"line {number}: {'; '.join(error.messages)}")
        return counts
