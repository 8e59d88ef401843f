"""Takes the number of a profile, gives whether its person was erased, and when."""

from dataclasses import dataclass
from datetime import datetime

from profiles.models import ErasedId, Erasure


@dataclass(frozen=True)
class Erased:
    erasure_id: int
    at: datetime | None  # None: it is still being deleted


def erased(profile_id: int) -> Erased | None:
    erasure_id = ErasedId.objects.filter(pk=profile_id).values_list("erasure_id", flat=True).first()
    if erasure_id is None:
        return None
    return Erased(erasure_id, Erasure.objects.filter(pk=erasure_id).values_list("finished_at", flat=True).first())
