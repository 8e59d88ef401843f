"""Takes a profile, gives what became of it, turn by turn, with what it held before and after each.

A turn is all that one resolution changed of the profile. Cost: the identifiers that the profile holds or held.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from profiles.explaining.as_of import known_by, members_at
from profiles.explaining.history import NEWEST, Change, history
from profiles.explaining.nodes import Node, nodes_by_id
from profiles.reading import read

PAGE = 20
SHOWN = 12


@dataclass(frozen=True)
class Held:
    """What a profile held at a time: `nodes` are the SHOWN oldest of `size`."""

    at: datetime | None  # None: before the first resolution
    nodes: list[Node]
    size: int

    @property
    def more(self) -> int:
        return self.size - len(self.nodes)


@dataclass(frozen=True)
class Turn:
    changes: list[Change]
    before: Held
    after: Held


@dataclass(frozen=True)
class PastPage:
    turns: list[Turn]
    older: int | None  # where the next page starts


@dataclass(frozen=True)
class _Turn:
    at: datetime
    before: datetime | None
    after: datetime
    came: list[int]
    went: list[int]


@dataclass(frozen=True)
class _Sides:
    turn: _Turn
    before: list[int]
    after: list[int]


def past(profile_id: int, *, before: int = NEWEST, limit: int = PAGE) -> PastPage:
    """The newest turns before a change. Where a page ends within a turn, the next one begins with the same turn."""
    changes = history(profile_id, before=before, limit=limit + 1)
    older = changes[limit - 1].change_id if len(changes) > limit else None
    of_turn: dict[datetime, list[Change]] = {}
    for change in changes[:limit]:
        of_turn.setdefault(change.at, []).append(change)
    sides = list(_sides(profile_id, list(of_turn)))
    nodes = nodes_by_id(i for both in sides for side in (both.before, both.after) for i in side[:SHOWN])
    turns = [
        Turn(
            of_turn[both.turn.at],
            _held(both.turn.before, both.before, nodes),
            _held(both.turn.after, both.after, nodes),
        )
        for both in sides
    ]
    return PastPage(turns, older)


def _sides(profile_id: int, times: list[datetime]) -> Iterator[_Sides]:
    """What the profile held before and after each turn, walked back from what it held after the newest."""
    turns = read("turns", _Turn, profile_id=profile_id, times=times)
    if not turns:
        return
    known = known_by({at for turn in turns for at in (turn.before, turn.after) if at})
    held = set(members_at(profile_id, cut=turns[0].after))
    for turn in turns:
        after = _known(held, known[turn.after])
        held = held - set(turn.came) | set(turn.went)
        yield _Sides(turn, _known(held, known[turn.before] if turn.before else 0), after)


def _known(identifier_ids: set[int], greatest: int) -> list[int]:
    """Those that had arrived; all, where nobody can tell any more."""
    return sorted(i for i in identifier_ids if i <= greatest or greatest < 0)


def _held(at: datetime | None, identifier_ids: list[int], nodes: dict[int, Node]) -> Held:
    return Held(at, [nodes[i] for i in identifier_ids[:SHOWN]], len(identifier_ids))
