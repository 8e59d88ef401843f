"""Takes what a person has just answered, gives the offer to undo it, for as long as they may want it."""

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from ingest.views import requests

KEPT = timedelta(minutes=30)
NAME = "review_undo"


def offer_undo(
    request: requests.PageRequest, text: str, *, question_id: int | None = None, batch: uuid.UUID | None = None
) -> None:
    """Instead of what was offered before; without a text, nothing is."""
    if not text:
        request.session.pop(NAME, None)
        return
    request.session[NAME] = {
        "text": text,
        "question": question_id,
        "batch": str(batch) if batch else "",
        "at": timezone.now().timestamp(),
    }


def offered_undo(request: requests.PageRequest) -> dict[str, Any] | None:
    offer: dict[str, Any] | None = request.session.get(NAME)
    if not offer or timezone.now().timestamp() - offer["at"] > KEPT.total_seconds():
        return None
    return offer
