"""Takes profiles, gives what their people agreed to: of everything said in their events, the strictest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from profiles.reading import read


@dataclass(frozen=True)
class Consent:
    profile_id: int
    purpose: str
    granted: bool
    said_at: datetime


def consent_of(profile_id: int) -> list[Consent]:
    return read("consent", Consent, profile_ids=[profile_id])


def agreed(profile_ids: Iterable[int], *, purpose: str) -> set[int]:
    """Those whose person agreed to the purpose. Nothing said is no."""
    found = read("consent", Consent, profile_ids=list(profile_ids))
    return {one.profile_id for one in found if one.purpose == purpose and one.granted}
