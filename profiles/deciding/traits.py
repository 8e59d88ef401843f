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
    """`mark`: lost (no profile has this value any more), goes (another one has it then), won (a value that comes to the
    fore), comes (another one has it now), or "" where nothing changes."""

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
        """Whether some profile has another value of it than before."""
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

    def cell(trait: GoldenTrait | None, mark: str) -> TraitCell | None:
        if trait is None:
            return None
        source = sources.get(trait.source_id, "a removed source")
        return TraitCell(trait.value, trait.rule, source, trait.time, trait.values_said, mark)

    def before_cell(p: int, name: str) -> TraitCell | None:
        there = [q for q in now if (p, q) in heirs and _same(old.get((p, name)), new.get((q, name)))]
        return cell(old.get((p, name)), "" if p in there or (there and p not in now) else "goes" if there else "lost")

    def after_cell(q: int, name: str) -> TraitCell | None:
        there = [p for p in was if (p, q) in heirs and _same(old.get((p, name)), new.get((q, name)))]
        return cell(new.get((q, name)), "" if q in there else "comes" if there else "won")

    rows = [TraitRow(name, [before_cell(p, name) for p in was], [after_cell(q, name) for q in now]) for name in names]
    return sorted(rows, key=lambda row: not row.differs)


def _by_name(records: Records) -> dict[tuple[int, str], GoldenTrait]:
    return {(profile_id, trait.name): trait for profile_id, record in records.items() for trait in record}


def _same(one: GoldenTrait | None, other: GoldenTrait | None) -> bool:
    return one is not None and other is not None and one.value == other.value
