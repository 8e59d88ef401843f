"""Gives the values about which people asked for a rule, for those who change rules."""

from dataclasses import dataclass
from datetime import datetime

from profiles.reading import read
from profiles.review.lines import VALUE_WORDS

SHOWN = 20


@dataclass(frozen=True)
class RuleAskedFor:
    question_id: int
    kind: str
    value: str
    reason: str
    links: int
    answered_by: str
    answered_at: datetime
    said: str

    @property
    def why(self) -> str:
        return VALUE_WORDS[self.reason]


def rules_asked_for(*, limit: int = SHOWN) -> list[RuleAskedFor]:
    """The latest first; a value that is treated otherwise by now is left out."""
    return read("rules_asked_for", RuleAskedFor, limit=limit)
