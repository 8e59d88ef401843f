"""Takes a rate and a seed, gives a crowd of made-up people who visit a shop, through the real front door."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from tqdm import tqdm

from idportal.demo.front_door import FrontDoor, Outcome, is_open
from idportal.demo.people import Crowd
from idportal.demo.source import demo_source
from idportal.demo.visits import Batch, visits

LAST_ANSWERS_SECONDS = 60
BEHIND_SECONDS = 1.0


class Command(BaseCommand):
    help = (
        "Stream made-up people through the collect API: anonymous visits, log-ins, shared devices, typos, junk, "
        "in two languages. Ends at Ctrl-C or after --count events, and tells what became of every event."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rate", type=_positive(float), default=20, help="events a second (default %(default)s)")
        parser.add_argument("--people", type=_positive(int), default=500, help="how many people (default %(default)s)")
        parser.add_argument("--seed", type=int, default=1, help="another seed, another crowd (default %(default)s)")
        parser.add_argument("--count", type=_positive(int), help="end after so many events (default: at Ctrl-C)")
        parser.add_argument("--report", type=Path, metavar="FILE", help="one line of JSON for each event and its fate")

    def handle(
        self, *, rate: float, people: int, seed: int, count: int | None, report: Path | None, **options: Any
    ) -> None:
        if not is_open(settings.COLLECT_URL):
            raise CommandError(
                f"nothing answers at {settings.COLLECT_URL}: start the stack first, with make run in another terminal"
            )
        write_key = demo_source().write_key
        connection.close()  # the crowd needs no database, and may outlive this one
        with ExitStack() as stack:
            settled = stack.enter_context(_reporting(report))
            bar = stack.enter_context(tqdm(total=count, unit=" events", desc="demo", disable=None, file=self.stderr))
            door = FrontDoor(url=settings.COLLECT_URL, write_key=write_key, settled=settled)
            try:
                _stream(door, _paced(_limited(visits(Crowd(seed=seed, size=people)), count), rate), bar)
            except KeyboardInterrupt:
                self.stderr.write("\nStopping: waiting for the last answers (Ctrl-C again to give up) …")
            self._finish(door)
        self._tell(door.counts())

    def _finish(self, door: FrontDoor) -> None:
        try:
            door.close(seconds=LAST_ANSWERS_SECONDS)
        except KeyboardInterrupt:
            door.give_up()
            door.close()

    def _tell(self, counts: dict[str, int]) -> None:
        for name, number in counts.items():
            self.stdout.write(f"{name}: {number}")
        if counts["unanswered"]:
            raise CommandError(f"{counts['unanswered']} events had no answer: they may have been accepted or not")


def _stream(door: FrontDoor, batches: Iterator[Batch], bar: "tqdm[Any]") -> None:
    for sign in (signal.SIGINT, signal.SIGTERM):  # a shell's background commands ignore the first unless told
        signal.signal(sign, signal.default_int_handler)
    for batch in batches:
        door.put(batch)
        bar.update(len(batch.events))
        counts = door.counts()
        bar.set_postfix({name: counts[name] for name in ("accepted", "refused", "retried")}, refresh=False)


def _limited(batches: Iterator[Batch], count: int | None) -> Iterator[Batch]:
    """Exactly so many events."""
    left = count
    for batch in batches:
        if left is None:
            yield batch
            continue
        yield Batch(events=batch.events[:left], user_agent=batch.user_agent, sent_twice=batch.sent_twice)
        left -= len(batch.events)
        if left <= 0:
            return


def _paced(batches: Iterator[Batch], rate: float) -> Iterator[Batch]:
    """So many events a second; what couldn't be sent while the door was closed is not caught up with in a burst."""
    due = time.monotonic()
    for batch in batches:
        now = time.monotonic()
        if now < due:
            time.sleep(due - now)
        due = max(due, now - BEHIND_SECONDS) + len(batch.events) / rate
        yield batch


@contextmanager
def _reporting(path: Path | None) -> Iterator[Callable[[Outcome], None]]:
    if path is None:
        yield lambda outcome: None
        return
    with path.open("w") as file:
        yield lambda outcome: print(json.dumps(vars(outcome)), file=file, flush=True)


def _positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    def read(text: str) -> float:
        value = kind(text)
        if not value > 0:
            raise ValueError
        return value

    read.__name__ = f"positive {kind.__name__}"
    return read
