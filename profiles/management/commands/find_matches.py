"""Takes the profiles, gives candidates: those that may be one person though no identifier joins them."""

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from ingest.commands import NotedCommand
from profiles.matches import runs as match_runs
from profiles.matches.models import draft_model
from profiles.matches.runs import alone
from profiles.matches.work import carry_out
from profiles.models import MatchRun


class Command(NotedCommand):
    help = (
        "Compare the profiles that are new or changed with all others, and store who may be one person. The first run "
        "learns from the profiles how people's records agree and differ."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--full", action="store_true", help="compare all profiles")
        what.add_argument(
            "--train", action="store_true", help="learn again, also from people's answers, and try the draft out"
        )
        parser.add_argument("--json", action="store_true", help="print the run as one line of JSON")

    def handle(self, *, full: bool, train: bool, **options: Any) -> None:
        first = match_runs.last_seen() is None
        kind = MatchRun.Kind.TRIAL if train else MatchRun.Kind.FULL if full or first else MatchRun.Kind.INCREMENTAL
        with alone() as free:
            if not free:
                raise CommandError("a run is at work already; see it on the portal's Matching page")
            asked = match_runs.ask(kind, asked_by="command line")
            self.did(run=asked.pk)
            run = self._carry_out(asked)
        self.did(**run.counts)
        if options["json"]:
            counts = {"run_id": run.pk, "kind": run.kind, "state": run.state, **run.counts, "skipped": run.skipped}
            self.stdout.write(json.dumps(counts))
        else:
            self._print(run)
        if run.state != MatchRun.State.DONE:
            raise CommandError(f"the run is {run.state}" + (f": {run.error}" if run.error else ""))

    def _carry_out(self, run: MatchRun) -> MatchRun:
        with tqdm(unit="", disable=None) as bar:

            def show(step: str, done: int, total: int) -> None:
                bar.desc, bar.total = step, total or None
                bar.update(done - bar.n)

            return carry_out(run, on_progress=show)

    def _print(self, run: MatchRun) -> None:
        for name, count in run.counts.items():
            self.stdout.write(f"{name}: {count}")
        for reason, count in run.skipped.items():
            self.stdout.write(f"left out, {reason}: {count}")
        if run.kind == MatchRun.Kind.TRIAL and (draft := draft_model()):
            self.stdout.write(
                f"model {draft.pk} is a draft: see on the portal's Matching page what it would do, and apply it"
            )
