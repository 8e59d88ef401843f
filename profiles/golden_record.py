"""Takes profiles, gives the golden record of each: for every trait the value its survivorship rule picks."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from profiles.models import TraitRule
from profiles.reading import read


@dataclass(frozen=True)
class GoldenTrait:
    profile_id: int
    name: str
    value: Any
    survivorship: str
    source_id: int
    time: datetime
    values_said: int  # how many different values there are to choose from

    @property
    def rule(self) -> str:
        return str(TraitRule.Survivorship(self.survivorship).label)


def golden_record(profile_id: int) -> list[GoldenTrait]:
    return golden_records([profile_id]).get(profile_id, [])


def golden_records(profile_ids: Iterable[int], *, names: list[str] | None = None) -> dict[int, list[GoldenTrait]]:
    """The records of several profiles in one query, of these traits only where `names` are given."""
    records: dict[int, list[GoldenTrait]] = {}
    for trait in read("golden_records", GoldenTrait, profile_ids=list(profile_ids), names=names):
        records.setdefault(trait.profile_id, []).append(replace(trait, value=json.loads(trait.value)))
    return records
