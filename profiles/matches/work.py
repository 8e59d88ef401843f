"""Takes a run, gives what it is for: reads the profiles, compares them by the model, writes down what it found."""

import logging
import traceback
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError
from django.db.models import F

from profiles.matches import engine as match_engine
from profiles.matches import runs as match_runs
from profiles.matches.answers import answers_since, standing_answers, with_answers
from profiles.matches.apart import MatchingFailed
from profiles.matches.candidates import Stored, above, store_matches
from profiles.matches.joining import join_sure
from profiles.matches.models import draft_model, keep_trained, model_in_force
from profiles.matches.records import NOTHING, Records, changed_since, read_records, seen_now
from profiles.matches.runs import Kind, OnStep, Progress, State, Step, Stopped, alone, begin, finish, next_run
from profiles.matches.trials import store_trial
from profiles.models import Identifier, MatchModel, MatchRun

if TYPE_CHECKING:
    import pyarrow as pa

TOO_FEW = "too few profiles to learn from"
STALE = "changed while they were compared"
SEPARATED = "kept apart by a person's decision"
BEYOND = "less sure than the most that are kept"
BELOW = "below the review threshold"

logger = logging.getLogger(__name__)


def work() -> list[MatchRun]:
    """Carry out whatever is to do; nothing where somebody else is at it."""
    ended: list[MatchRun] = []
    with alone() as free:
        while free and (run := next_run()):
            ended.append(carry_out(run))
    return ended


def carry_out(run: MatchRun, *, on_progress: OnStep = lambda step, done, total: None) -> MatchRun:
    """For who is alone. A run that is broken off begins again: what it writes is whole or not there at all."""
    begin(run)
    try:
        _carry_out(run, Progress(run, on_progress))
    except Stopped:
        finish(run, State.CANCELLED)
    except DatabaseError:
        raise  # it stays as it is, and is taken up again
    except MatchingFailed as error:
        logger.error("match run %s failed: %s", run.pk, error)
        finish(run, State.FAILED, error=str(error))
    except Exception as error:
        # Its message may tell of people; where it happened doesn't.
        where = "".join(traceback.format_tb(error.__traceback__))
        logger.error("match run %s failed: %s\n%s", run.pk, type(error).__name__, where)
        finish(run, State.FAILED, error=type(error).__name__)
    else:
        finish(run, State.DONE)
    return run


def _carry_out(run: MatchRun, progress: Progress) -> None:
    since = match_runs.last_seen() if run.kind == Kind.INCREMENTAL else None
    run.seen = seen_now()
    changed = changed_since(since) if since else None
    run.counts = {"changed": len(changed)} if changed is not None else {}
    if changed is not None and not changed:
        return
    records = _read(run, progress)
    if records.table.num_rows < settings.MATCH_LEAST_RECORDS:
        run.skipped[TOO_FEW] = records.table.num_rows
        return
    model = _model(run, records, progress)
    progress.step(Step.COMPARING)
    found = match_engine.find_matches(records.table, model.parameters, changed=changed, on_wait=progress.look)
    run.counts["compared"] = found.num_rows
    _write(run, model, records, found, changed, progress)


def _read(run: MatchRun, progress: Progress) -> Records:
    progress.step(Step.READING, total=Identifier.objects.filter(pk=F("profile_id")).count())
    records = read_records(on_profiles=progress)
    run.counts |= {"profiles": records.profiles, "records": records.table.num_rows}
    run.skipped = {NOTHING: records.skipped} if records.skipped else {}
    return records


def _model(run: MatchRun, records: Records, progress: Progress) -> MatchModel:
    """The one in force, or the draft to try; trained first where there is none yet."""
    model = run.model if run.kind == Kind.TRIAL else model_in_force()
    if model is None:
        progress.step(Step.TRAINING)
        model = _train(records, author=run.asked_by, progress=progress)
    run.model = model
    return model


def _train(records: Records, *, author: str, progress: Progress) -> MatchModel:
    answers = standing_answers()
    table, told = with_answers(records.table, answers)
    parameters = match_engine.train(table, answers=told, on_wait=progress.look)
    return keep_trained(parameters, records=table.num_rows, answers=len(answers), author=author)


def _write(
    run: MatchRun, model: MatchModel, records: Records, found: "pa.Table", changed: set[int] | None, progress: Progress
) -> None:
    enough, beyond = above(found, model.review_threshold)
    run.skipped |= {
        reason: count
        for reason, count in ((BELOW, found.num_rows - enough.num_rows - beyond), (BEYOND, beyond))
        if count
    }
    progress.step(Step.WRITING, total=enough.num_rows)
    if run.kind == Kind.TRIAL:
        run.counts |= {"found": store_trial(run, model, enough, records.table)}
        return
    stored = store_matches(enough, model=model, changed=changed)
    _count(run, stored)
    joined = join_sure(model, records.table, progress=progress)
    run.counts["joined"] = joined.joined
    run.skipped |= {f"not joined: {reason}": count for reason, count in joined.skipped.items()}
    if joined.joined:
        run.counts["gone"] += store_matches(enough.slice(0, 0), model=model, changed=[]).gone
    if run.kind == Kind.FULL:
        _learn_again(model, records)


def _count(run: MatchRun, stored: Stored) -> None:
    run.counts |= {"found": stored.appeared + stored.stayed, "appeared": stored.appeared, "gone": stored.gone}
    run.skipped |= {reason: n for reason, n in ((STALE, stored.stale), (SEPARATED, stored.separated)) if n}


def _learn_again(model: MatchModel, records: Records) -> None:
    """A draft for people to look at, once there is enough that the model in force has not seen."""
    grown = records.table.num_rows >= 2 * model.trained_records
    answered = answers_since(model.trained_answers) >= settings.MATCH_LEARN_FROM_ANSWERS
    if (grown or answered) and draft_model() is None:
        match_runs.ask(Kind.TRIAL)
