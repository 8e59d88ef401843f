"""Takes `show` or `apply FILE.json`, gives the rules in force."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from ingest.commands import NotedCommand
from profiles.resolution import ResolutionResult, resolve_pending
from profiles.rules.rules import apply_rules, current_rules, waiting_reconsiderations

EXAMPLE = """
example:  {"kinds": {"loyalty_id": {"rank": 2, "known": true, "limit": 1, "shared_after": null}, "email": {"limit": 3}},
           "blocked": [["email", "test@test.com"], ["phone", {"pattern": "\\\\+?0+"}]]}
Kinds and fields left out stay as they are; a list of blocked values replaces the one in force.
"""


class Command(NotedCommand):
    help = (
        "Show the rules (kinds and blocked values) as JSON, or put others in force and resolve again what they touch."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = EXAMPLE
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("show", help="print the rules in force")
        apply = actions.add_parser("apply", help="put the rules of a file in force; going on later is safe")
        apply.add_argument("file", help="a JSON file, or - for standard input")
        apply.add_argument("--author", default="command line", help="who is named in the history of rules")
        apply.add_argument("--no-wait", action="store_true", help="leave the resolving to the background worker")

    def handle(self, *, action: str, **options: Any) -> None:
        if action == "show":
            self.stdout.write(json.dumps(current_rules(), indent=2, ensure_ascii=False))
            return
        try:
            text = sys.stdin.read() if options["file"] == "-" else Path(options["file"]).read_text()
            change = apply_rules(json.loads(text), author=options["author"])
        except (OSError, json.JSONDecodeError) as error:
            raise CommandError(f"{options['file']} can't be read as JSON: {error}") from error
        except ValidationError as error:
            raise CommandError("nothing was changed:\n  " + "\n  ".join(error.messages)) from error
        if change is None:
            self.stdout.write("these rules are in force already")
            return
        waiting = waiting_reconsiderations()
        self.did(change=change.pk, identifiers=waiting)
        self.stdout.write(f"rule change {change.pk} is in force; it touches {waiting} identifiers")
        if not options["no_wait"]:
            self._resolve(waiting)

    def _resolve(self, waiting: int) -> None:
        with tqdm(total=waiting, unit=" identifiers", desc="resolving", disable=None) as bar:

            def show(result: ResolutionResult) -> None:
                bar.update(waiting - waiting_reconsiderations() - bar.n)

            result = resolve_pending(on_batch=show)
        self.stdout.write(f"merges: {result.merges}, splits: {result.splits}, moves: {result.moves}")
