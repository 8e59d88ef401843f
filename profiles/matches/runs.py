"""Takes a person's wish or the schedule's, gives runs of matching, one at a time: asked for, at work, ended."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from time import monotonic

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from profiles.matches.records import seen_now
from profiles.models import Identifier, MatchModel, MatchRun

LOCK = 7401525
MOST_ATTEMPTS = 3
SAVE_SECONDS = 0.5
AFTER_FAILURE = timedelta(hours=1)
TASK = "profiles.find_matches"

Kind, State, Step = MatchRun.Kind, MatchRun.State, MatchRun.Step
UNFINISHED = (State.WAITING, State.RUNNING)

OnStep = Callable[[str, int, int], None]

logger = logging.getLogger(__name__)


class Stopped(Exception):
    """Somebody asked that the run stop."""


@contextmanager
def alone() -> Iterator[bool]:
    """Whether nobody else is at it. The lock is the connection's: who is killed has it no more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        free = cursor.fetchone() == (True,)
    try:
        yield free
    finally:
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s) WHERE %s", [LOCK, free])


def ask(kind: str, *, asked_by: str = "", model: MatchModel | None = None) -> MatchRun:
    """A run that waits to be taken up; the one that waits already, if it is of this kind and model."""
    waiting = MatchRun.objects.filter(kind=kind, model=model, state=State.WAITING).first()
    return waiting or MatchRun.objects.create(kind=kind, asked_by=asked_by, model=model)


def announce() -> None:
    """Never fails and never waits: without a broker, runs start with beat's next turn."""
    try:
        current_app.send_task(TASK, retry=False, expires=60, ignore_result=True)
    except (BrokerError, OSError) as error:
        logger.warning("the broker did not take the word of a match run: %s", type(error).__name__)


def stop(run_id: int) -> bool:
    """Whether there was something to stop. A run that is at work stops at its next look at the clock."""
    waiting = MatchRun.objects.filter(pk=run_id, state=State.WAITING)
    if waiting.update(state=State.CANCELLED, cancel_asked=True, finished_at=timezone.now()):
        return True
    return bool(MatchRun.objects.filter(pk=run_id, state=State.RUNNING).update(cancel_asked=True))


def next_run() -> MatchRun | None:
    """What to do now, for who is alone: what was broken off, what was asked for, what is due; in this order."""
    for broken in MatchRun.objects.filter(state=State.RUNNING).order_by("run_id"):
        if broken.attempts < MOST_ATTEMPTS and not broken.cancel_asked:
            return broken
        finish(
            broken,
            State.CANCELLED if broken.cancel_asked else State.FAILED,
            error=f"broken off {broken.attempts} times",
        )
    return MatchRun.objects.filter(state=State.WAITING).order_by("run_id").first() or _due()


def begin(run: MatchRun) -> None:
    run.state, run.attempts, run.step, run.done, run.total = State.RUNNING, run.attempts + 1, "", 0, 0
    run.started_at = timezone.now()
    run.save()


def finish(run: MatchRun, state: str, *, error: str = "") -> None:
    run.state, run.finished_at, run.error, run.step = state, timezone.now(), error, ""
    _update(run, "state", "finished_at", "error", "step", "model_id", "counts", "skipped", "seen")


def _update(run: MatchRun, *names: str) -> bool:
    """Whether it is still there: the trial of a draft goes with the draft."""
    return bool(MatchRun.objects.filter(pk=run.pk).update(**{name: getattr(run, name) for name in names}))


def last_seen() -> dict[str, str | int] | None:
    """What the latest run that found candidates saw of the profiles; None: there was none."""
    done = MatchRun.objects.filter(state=State.DONE, kind__in=(Kind.FULL, Kind.INCREMENTAL)).order_by("-run_id").first()
    return dict(done.seen) if done else None


def _due() -> MatchRun | None:
    now = timezone.now()
    ended = MatchRun.objects.exclude(kind=Kind.TRIAL).exclude(finished_at=None)
    if not settings.MATCH_SCHEDULED or not Identifier.objects.exists():
        return None
    done = ended.filter(state=State.DONE)
    if not done.filter(kind=Kind.FULL, finished_at__gt=now - timedelta(hours=settings.MATCH_FULL_HOURS)).exists():
        if ended.filter(kind=Kind.FULL, finished_at__gt=now - AFTER_FAILURE).exists():
            return None
        return MatchRun.objects.create(kind=Kind.FULL)
    if ended.filter(finished_at__gt=now - timedelta(minutes=settings.MATCH_EVERY_MINUTES)).exists():
        return None
    return MatchRun.objects.create(kind=Kind.INCREMENTAL) if last_seen() != seen_now() else None


class Progress:
    """Of a run that is at work: what it is doing, and how far it is. Raises Stopped once somebody asks for it."""

    def __init__(self, run: MatchRun, on_step: OnStep = lambda step, done, total: None) -> None:
        self.run, self._on_step = run, on_step
        self._saved = 0.0

    def step(self, step: str, *, total: int = 0) -> None:
        self.run.step, self.run.done, self.run.total = step, 0, total
        self._save()

    def __call__(self, done: int, total: int | None = None) -> None:
        self.run.done, self.run.total = done, self.run.total if total is None else total
        if monotonic() - self._saved > SAVE_SECONDS:
            self._save()

    def look(self) -> None:
        """While others are at work."""
        self(self.run.done)

    def _save(self) -> None:
        self._saved = monotonic()
        self._on_step(self.run.step, self.run.done, self.run.total)
        there = _update(self.run, "step", "done", "total", "seen", "model_id")
        if not there or MatchRun.objects.filter(pk=self.run.pk, cancel_asked=True).exists():
            raise Stopped
