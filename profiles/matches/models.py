"""Takes what was learned and what thresholds people set, gives the model in force, and the draft that may follow it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from profiles.models import MatchModel, MatchRun

IN_FORCE, DRAFT, RETIRED = MatchModel.State.IN_FORCE, MatchModel.State.DRAFT, MatchModel.State.RETIRED


class NotTried(Exception):
    """Nobody can have seen what the draft would do."""


def model_in_force() -> MatchModel | None:
    return MatchModel.objects.filter(state=IN_FORCE).first()


def draft_model() -> MatchModel | None:
    return MatchModel.objects.filter(state=DRAFT).first()


@transaction.atomic
def keep_trained(parameters: dict[str, Any], *, records: int, answers: int, author: str) -> MatchModel:
    """What was learned: in force if nothing is, for there is nothing that it could change; else the draft."""
    base = model_in_force()
    model = MatchModel(
        parameters=parameters, trained_at=timezone.now(), trained_records=records, trained_answers=answers
    )
    if base:
        model.review_threshold, model.automatic_threshold = base.review_threshold, base.automatic_threshold
        return _keep_draft(model, base=base, author=author)
    model.state, model.applied_at, model.created_by = IN_FORCE, timezone.now(), author
    model.save()
    return model


@transaction.atomic
def draft_thresholds(*, review: float, automatic: float | None, author: str) -> MatchModel:
    """A draft with these thresholds: of the draft's model if there is a draft, else of the one in force. Raises
    ValidationError."""
    base = model_in_force()
    source = draft_model() or base
    if source is None or base is None:
        raise ValidationError("there is no model yet: the first run trains one")
    if not 0 < review < 1:
        raise ValidationError("a candidate's probability is more than 0 and less than 1")
    if automatic is not None and not review <= automatic <= 1:
        raise ValidationError("nothing is joined that isn't at least a candidate")
    model = MatchModel(
        parameters=source.parameters, review_threshold=review, automatic_threshold=automatic,
        trained_at=source.trained_at, trained_records=source.trained_records, trained_answers=source.trained_answers,
    )  # fmt: skip
    return _keep_draft(model, base=base, author=author)


def _keep_draft(model: MatchModel, *, base: MatchModel, author: str) -> MatchModel:
    MatchModel.objects.filter(state=DRAFT).delete()
    model.state, model.based_on, model.created_by = DRAFT, base, author
    model.save()
    return model


def trial_of(draft: MatchModel) -> MatchRun | None:
    """The latest trial; None: it has not been tried, or is not any more."""
    return draft.runs.filter(kind=MatchRun.Kind.TRIAL).order_by("-run_id").first()


@transaction.atomic
def apply_draft(model_id: int, *, author: str) -> MatchModel:
    """Put the draft in force. Raises NotTried where its trial isn't done, and ValidationError where it is no draft."""
    draft = MatchModel.objects.select_for_update().filter(pk=model_id, state=DRAFT).first()
    if draft is None:
        raise ValidationError("this draft is gone: somebody applied or discarded it, or made another")
    trial = trial_of(draft)
    if trial is None or trial.state != MatchRun.State.DONE:
        raise NotTried
    MatchModel.objects.filter(state=IN_FORCE).update(state=RETIRED)
    draft.state, draft.applied_at, draft.applied_by = IN_FORCE, timezone.now(), author
    draft.save()
    trial.pairs.all().delete()
    return draft


def discard_draft(model_id: int) -> bool:
    deleted, _ = MatchModel.objects.filter(pk=model_id, state=DRAFT).delete()
    return bool(deleted)
