"""Takes `--check` or `--switch`, gives how the profiles in force differ from what the events say."""

import json
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.db import ProgrammingError
from tqdm import tqdm

from ingest.commands import NotedCommand
from profiles.rebuild import Comparison, Difference, check, events_to_compare, switch
from profiles.resolution import EVENTS_A_BATCH


class Command(NotedCommand):
    help = (
        "Compute all profiles again from the raw events, beside those in force, and compare identifiers, links, owners "
        "of events, traits. Exit status 1 if anything differs. What lands meanwhile doesn't matter."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        action = parser.add_mutually_exclusive_group(required=True)
        action.add_argument("--check", action="store_true", help="compare, and leave everything as it is")
        action.add_argument(
            "--switch",
            action="store_true",
            help="put what was computed in force, in one transaction; events land meanwhile, but wait to be resolved",
        )
        parser.add_argument(
            "--events-a-batch", type=int, default=EVENTS_A_BATCH, help="events computed at a time (default %(default)s)"
        )
        parser.add_argument("--json", action="store_true", help="print the comparison as one line of JSON")

    def handle(self, **options: Any) -> None:
        comparison = self._compare(switch if options["switch"] else check, options["events_a_batch"])
        if options["switch"]:
            changes = comparison.changes
            self.did(events=comparison.events, merges=changes.merges, splits=changes.splits, moves=changes.moves)
        if options["json"]:
            self.stdout.write(json.dumps(asdict(comparison)))
        else:
            self._print(comparison, switched=options["switch"])
        if comparison.differences and options["check"]:
            raise SystemExit(1)

    def _compare(self, action: Any, events_a_batch: int) -> Comparison:
        with tqdm(total=events_to_compare(), unit=" events", desc="computing", disable=None) as bar:

            def show(events: int) -> None:
                bar.update(events - bar.n)

            try:
                found: Comparison = action(events_a_batch=events_a_batch, on_events=show)
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            except ProgrammingError as error:
                raise CommandError(f"the shadow can't be made ({error}): may this user create a schema?") from error
        return found

    def _print(self, comparison: Comparison, *, switched: bool) -> None:
        self.stdout.write(f"compared {comparison.identifiers} identifiers after {comparison.events} events")
        if comparison.gone:
            self.stdout.write(
                f"{comparison.gone} of the events are out of retention: what they say of identifiers, links and times "
                "was taken from the stored combinations, and traits that only they told are as stored"
            )
        for difference in comparison.differences:
            self._print_difference(difference)
        if not comparison.differences:
            self.stdout.write("no differences")
        elif switched:
            changes = comparison.changes
            self.stdout.write("what was computed is in force now")
            self.stdout.write(f"merges: {changes.merges}, splits: {changes.splits}, moves: {changes.moves}")

    def _print_difference(self, difference: Difference) -> None:
        self.stdout.write(f"{difference.table}, {difference.what}: {difference.rows} rows differ")
        for example in difference.examples:
            values = f": stored {example.stored}, computed {example.computed}"
            self.stdout.write(f"  {example.names}{'' if example.stored == example.computed else values}")
