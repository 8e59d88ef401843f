"""Takes golden records before and after, gives one row a trait: what each profile has of it, what it loses and wins."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingest.models import Source
from profiles.golden_record import GoldenTrait
from profiles.models import ProfileChange

Records = dict[int, list[GoldenTrait]]


@dataclass(frozen=True)
class TraitCell:
    """`mark`: lost (a value that nobody has it in any more), won (a value that comes to the fore), or ""."""

    value: Any
    rule: str
    source: str
    time: datetime
    values_said: int
    mark: str


@dataclass(frozen=True)
class TraitRow:
    name: str
    before: list[TraitCell | None]
    after: list[TraitCell | None]

    @property
    def differs(self) -> bool:
        """Whether it is another one somewhere, lost or won."""
        return any(cell and cell.mark for cell in [*self.before, *self.after])


def trait_rows(
    before: Records, after: Records, *, was: Iterable[int], now: Iterable[int], changes: Iterable[ProfileChange]
) -> list[TraitRow]:
    """A row for each trait, those that change first; cells in the order of `was` and `now`."""
    was, now = list(was), list(now)
    heirs = {(i, i) for i in was} | {(c.from_profile_id, c.to_profile_id) for c in changes}
    sources = dict(Source.objects.values_list("pk", "name"))
    old, new = _by_name(before), _by_name(after)
    names = sorted({name for _, name in old} | {name for _, name in new})

    def cell(trait: GoldenTrait | None, kept: bool, mark: str) -> TraitCell | None:
        if trait is None:
            return None
        source = sources.get(trait.source_id, "a removed source")
        return TraitCell(trait.value, trait.rule, source, trait.time, trait.values_said, "" if kept else mark)

    rows = [
        TraitRow(
            name,
            [cell(old.get((p, name)), _has(new, name, [q for q in now if (p, q) in heirs], old.get((p, name))), "lost")
             for p in was],
            [cell(new.get((q, name)), _has(old, name, [p for p in was if (p, q) in heirs], new.get((q, name))), "won")
             for q in now],
        )
        for name in names
    ]  # fmt: skip
    return sorted(rows, key=lambda row: not row.differs)


def _by_name(records: Records) -> dict[tuple[int, str], GoldenTrait]:
    return {(profile_id, trait.name): trait for profile_id, record in records.items() for trait in record}


def _has(
    traits: dict[tuple[int, str], GoldenTrait], name: str, profile_ids: list[int], wanted: GoldenTrait | None
) -> bool:
    """Whether one of these profiles has that value too."""
    return any((i, name) in traits and traits[i, name].value == getattr(wanted, "value", None) for i in profile_ids)
