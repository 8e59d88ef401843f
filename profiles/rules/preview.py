"""Takes rules that are not in force, gives what they would do: they are applied, looked at, and rolled back."""

from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

from django.db import connection, transaction

from profiles.deadline import OutOfTime, until
from profiles.models import Identifier
from profiles.reading import read
from profiles.rules.progress import waiting_work
from profiles.rules.rules import apply_rules, waiting_reconsiderations

PREVIEW_SECONDS = 8.0
READ_SECONDS = 4.0
# Small at first, so that when time runs out there is something to show; then larger, for they share neighbourhoods.
FIRST_BATCH, LARGEST_BATCH = 500, 10_000
STEPS = ("SELECT take_up_kinds(%s)", "SELECT reconsider_waiting(%s)")
EXAMPLES = 25


@dataclass(frozen=True)
class Piece:
    """Identifiers that go from one profile to another. merge: all of it goes; split: into a new one; move: neither."""

    change: str
    subject: int  # the profile that the page tells it of: what is merged into, what is split, what is moved from
    from_profile_id: int
    to_profile_id: int
    moved: int
    identifiers: list[str]  # "kind:value" of the first six
    pieces: int  # how many of this change and subject there are
    subjects: int  # how many profiles there are that such a change is told of
    all_pieces: int
    all_moved: int

    @property
    def named(self) -> list[tuple[str, str]]:
        """The identifiers as kind and value."""
        return [(kind, value) for kind, _, value in (text.partition(":") for text in self.identifiers)]


@dataclass(frozen=True)
class Told:
    """One profile of the examples, with what becomes of it."""

    profile_id: int
    pieces: list[Piece]

    @property
    def more(self) -> int:
        return self.pieces[0].pieces - len(self.pieces)


@dataclass(frozen=True)
class Effect:
    """What a rule change does to the partition: counts, and the profiles it concerns most."""

    merges: int = 0  # profiles that become part of another
    merged_into: int = 0
    splits: int = 0  # profiles that fall apart
    split_off: int = 0  # profiles that come to be by it
    moves: int = 0  # identifiers that change profiles otherwise
    told: dict[str, list[Told]] = field(default_factory=dict)  # by merge, split, move

    def __bool__(self) -> bool:
        return bool(self.merges or self.splits or self.moves)

    @property
    def profile_ids(self) -> set[int]:
        """All that the examples name and that exist before it."""
        pieces = [piece for told in self.told.values() for one in told for piece in one.pieces]
        return {piece.from_profile_id for piece in pieces} | {piece.to_profile_id for piece in pieces}


@dataclass(frozen=True)
class Preview:
    """`outcome`: whole; part (time ran out: the effect is of what was evaluated until then); same (the rules are in
    force already); busy (the engine is at work); waiting (an earlier change is still being worked through)."""

    outcome: str
    touched: int | None = None  # identifiers to evaluate again; None: time ran out before they were counted
    evaluated: int = 0
    taken_up: int = 0  # identifiers of new kinds
    effect: Effect | None = Effect()  # None: too much to count in a moment


def preview_rules(rules: dict[str, Any], *, seconds: float = PREVIEW_SECONDS) -> Preview:
    """Raises ValidationError. Costs: the engine waits for us, at most `seconds` and a little."""
    with transaction.atomic():
        try:
            return _preview(rules, monotonic() + seconds)
        finally:
            transaction.set_rollback(True)


def _preview(rules: dict[str, Any], deadline: float) -> Preview:
    try:
        with until(deadline), connection.cursor() as cursor:
            cursor.execute("SELECT engine_lock()")
    except OutOfTime:
        return Preview("busy")
    if waiting_work():
        return Preview("waiting")
    last = Identifier.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    try:
        with until(deadline):
            change = apply_rules(rules, author="preview")
            touched = waiting_reconsiderations()
    except OutOfTime:
        return Preview("part")
    if change is None:
        return Preview("same")
    whole = _resolve(deadline)
    return Preview(
        outcome="whole" if whole else "part",
        touched=touched,
        evaluated=touched - waiting_reconsiderations(),
        taken_up=Identifier.objects.filter(pk__gt=last).count(),
        effect=effect_of_change(change.pk, since=None),
    )


def _resolve(deadline: float) -> bool:
    """As the resolver does; False where time ran out."""
    try:
        for step in STEPS:
            batch = FIRST_BATCH
            while _run(step, batch, deadline):
                batch = min(batch * 2, LARGEST_BATCH)
    except OutOfTime:
        return False
    return True


def _run(step: str, batch: int, deadline: float) -> bool:
    with until(deadline), connection.cursor() as cursor:
        cursor.execute(step, [batch])
        return bool(cursor.fetchall()[0][0])


def effect_of_change(rule_change_id: int, *, since: datetime | None) -> Effect | None:
    """What a rule change has done until now; None: too much to count in a moment. `since`: it did nothing before."""
    try:
        with until(monotonic() + READ_SECONDS):
            rows = read("rule_effect", Piece, rule_change_id=rule_change_id, since=since, examples=EXAMPLES)
    except OutOfTime:
        return None
    told: dict[str, dict[int, list[Piece]]] = {}
    for row in rows:
        told.setdefault(row.change, {}).setdefault(row.subject, []).append(row)
    first = {row.change: row for row in reversed(rows)}
    merge, split, move = (first.get(change) for change in ("merge", "split", "move"))
    return Effect(
        merges=merge.all_pieces if merge else 0,
        merged_into=merge.subjects if merge else 0,
        splits=split.subjects if split else 0,
        split_off=split.all_pieces if split else 0,
        moves=move.all_moved if move else 0,
        told={change: [Told(i, pieces) for i, pieces in by.items()] for change, by in told.items()},
    )
