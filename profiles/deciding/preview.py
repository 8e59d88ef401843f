"""Takes a decision that nobody has made, gives what it would do: it is carried out, looked at, and rolled back."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from time import monotonic

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from profiles.deadline import OutOfTime, until
from profiles.deciding.decisions import (
    Named,
    carry_out_merge,
    carry_out_merge_after_all,
    carry_out_reject,
    carry_out_unmerge,
    carry_out_withdrawal,
    decide,
    seen_of,
)
from profiles.deciding.effect import (
    PROFILES,
    HeldChange,
    Shown,
    before_and_after,
    changes_since,
    count_events,
    fingerprint,
    held_changes,
    held_links_around,
    last_change,
    touched_by,
)
from profiles.deciding.second_eyes import must_wait, second_eyes, touched
from profiles.deciding.traits import TraitRow, trait_rows
from profiles.golden_record import GoldenTrait, golden_records
from profiles.identities import ProfileSummary, full_name, summaries
from profiles.models import Decision, ProfileChange
from profiles.reading import read

LOCK_SECONDS = 3.0
PREVIEW_SECONDS = 5.0
COUNT_SECONDS = 2.0
AUTHOR = "preview"


@dataclass(frozen=True)
class Concerned:
    """A profile that a decision is about, where what becomes of it can't be shown."""

    profile: ProfileSummary
    events: int | None  # None: too many to count in a moment


@dataclass(frozen=True)
class DecisionPreview:
    """`outcome`: whole; refused (`errors` say why and what to do); busy (the engine is at work); long (it would take
    longer than a page may wait: it can be carried out, but of it only whom it is about can be seen before)."""

    outcome: str
    errors: list[str] = field(default_factory=list)
    in_the_way: list[Decision] = field(default_factory=list)
    before: list[Shown] = field(default_factory=list)
    after: list[Shown] = field(default_factory=list)
    more: int = 0  # profiles that change too and are not among these
    traits: list[TraitRow] = field(default_factory=list)  # cells stand as `before`, then `after`
    gained: list[HeldChange] = field(default_factory=list)  # links that are held from then on: what would rejoin
    freed: list[HeldChange] = field(default_factory=list)  # and that are held no more
    changed: list[HeldChange] = field(default_factory=list)  # held for another reason
    fingerprint: str = ""
    waits: bool = False  # decided, it would wait for a second person
    seconds: float = 0.0  # that the engine took
    concerned: list[Concerned] = field(default_factory=list)  # where it is long

    @property
    def traits_that_change(self) -> list[TraitRow]:
        return [row for row in self.traits if row.differs]

    @property
    def traits_that_stay(self) -> list[TraitRow]:
        return [row for row in self.traits if not row.differs]

    @property
    def nothing(self) -> bool:
        """Whether every profile stays what it is."""
        return self.outcome == "whole" and all(p.fate == "stays" for p in [*self.before, *self.after])


class Busy(Exception):
    """The engine is at work, and will be for longer than somebody at a page waits."""


def preview_merge(a_profile_id: int, b_profile_id: int) -> DecisionPreview:
    return preview(
        lambda: carry_out_merge(a_profile_id, b_profile_id, author=AUTHOR, reason=AUTHOR),
        asked=[a_profile_id, b_profile_id],
    )


def preview_merge_after_all(separation: Decision, a_profile_id: int, b_profile_id: int) -> DecisionPreview:
    return preview(
        lambda: carry_out_merge_after_all(separation, a_profile_id, b_profile_id, author=AUTHOR, reason=AUTHOR),
        asked=[a_profile_id, b_profile_id],
    )


def preview_reject(a_profile_id: int, b_profile_id: int) -> DecisionPreview:
    return preview(
        lambda: carry_out_reject(a_profile_id, b_profile_id, author=AUTHOR, reason=AUTHOR),
        asked=[a_profile_id, b_profile_id],
    )


def preview_unmerge(profile_id: int, identifier_ids: Iterable[int]) -> DecisionPreview:
    picked = set(identifier_ids)
    return preview(lambda: carry_out_unmerge(profile_id, picked, author=AUTHOR, reason=AUTHOR), asked=[profile_id])


def preview_withdrawal(decision: Decision) -> DecisionPreview:
    return preview(lambda: carry_out_withdrawal(decision, author=AUTHOR, reason=AUTHOR), asked=profiles_of(decision))


def preview_by_name(*, action: str, a: Iterable[Named], b: Iterable[Named]) -> DecisionPreview:
    """Of an assertion or a separation of identifiers, seen in an event or not."""
    sides = list(a), list(b)
    return preview(
        lambda: decide(action=action, a=sides[0], b=sides[1], author=AUTHOR, reason=AUTHOR),
        asked={one.profile_id for one in seen_of([*sides[0], *sides[1]])},
    )


def profiles_of(decision: Decision) -> list[int]:
    """The profiles that hold now what a decision names."""
    return [row["profile_id"] for row in read("profiles_of_decision", dict[str, int], decision_id=decision.pk)]


def preview(carry_out: Callable[[], object], *, asked: Iterable[int]) -> DecisionPreview:
    """What anything that decides would do; `asked`: the profiles that it is about. Nothing of it stays.

    Costs: the engine waits for us, at most PREVIEW_SECONDS and a little."""
    try:
        with transaction.atomic():
            try:
                _lock()
                found = _look(carry_out, set(asked), monotonic() + PREVIEW_SECONDS)
            finally:
                transaction.set_rollback(True)
        return _complete(found)
    except Busy:
        return DecisionPreview("busy")
    except OutOfTime:
        return DecisionPreview("long", concerned=_concerned(set(asked)))
    except ValidationError as error:
        named = (error.params or {}).get("decisions", []) if hasattr(error, "params") else []
        return DecisionPreview("refused", errors=error.messages, in_the_way=list(Decision.objects.filter(pk__in=named)))


def _concerned(profile_ids: set[int]) -> list[Concerned]:
    rows = summaries(sorted(profile_ids)[:PROFILES])
    try:
        with until(monotonic() + COUNT_SECONDS):
            held = read("events_held", dict[str, int], profile_ids=[row.profile_id for row in rows])
    except OutOfTime:
        return [Concerned(row, None) for row in rows]
    events = {row["profile_id"]: row["events"] for row in held}
    return [Concerned(row, events.get(row.profile_id, 0)) for row in rows]


def _lock() -> None:
    try:
        with until(monotonic() + LOCK_SECONDS), connection.cursor() as cursor:
            cursor.execute("SELECT engine_lock()")
    except OutOfTime:
        raise Busy from None


def _look(carry_out: Callable[[], object], asked: set[int], deadline: float) -> "_Found":
    """What must be read while the decision stands."""
    last, started = last_change(), monotonic()
    with until(deadline):
        held = held_links_around(asked)
        carry_out()
    seconds = monotonic() - started
    with until(deadline):
        changes = changes_since(last)
        concerned = asked | touched_by(changes)
        now = held_links_around(concerned)
        before, after = before_and_after(concerned, last=last)
        records = golden_records([p.profile_id for p in _largest(after)])
        waits = must_wait(touched(changes), limits) if (limits := second_eyes()).pk else False
        return _Found(before, after, changes, waits, held_changes(held, now), records, seconds)


def _largest(profiles: list[Shown]) -> list[Shown]:
    """As many as a page can show, in the order they came in."""
    kept = {p.profile_id for p in sorted(profiles, key=lambda p: -p.size)[:PROFILES]}
    return [p for p in profiles if p.profile_id in kept]


@dataclass(frozen=True)
class _Found:
    before: list[Shown]
    after: list[Shown]
    changes: list[ProfileChange]
    waits: bool
    held: dict[str, list[HeldChange]]
    records: dict[int, list[GoldenTrait]]
    seconds: float


def _complete(found: _Found) -> DecisionPreview:
    """With what needs no lock: the golden records as they stand, and events counted."""
    before, after = _largest(found.before), _largest(found.after)
    was, now = ([p.profile_id for p in phase] for phase in (before, after))
    records = golden_records(was)
    events_before: dict[int, int] | None
    events_after: dict[int, int] | None
    try:
        with until(monotonic() + COUNT_SECONDS):
            events_before, events_after = count_events(found.before, found.changes)
    except OutOfTime:
        events_before = events_after = None
    return DecisionPreview(
        "whole",
        before=[_named(p, records, events_before) for p in before],
        after=[_named(p, found.records, events_after) for p in after],
        more=len(found.after) - len(after),
        traits=trait_rows(records, found.records, was=was, now=now, changes=found.changes),
        fingerprint=fingerprint(found.changes),
        waits=found.waits,
        seconds=found.seconds,
        gained=found.held["gained"],
        freed=found.held["freed"],
        changed=found.held["changed"],
    )


def _named(profile: Shown, records: dict[int, list[GoldenTrait]], events: dict[int, int] | None) -> Shown:
    name = full_name(records.get(profile.profile_id, []))
    count = None if events is None else events.get(profile.profile_id, 0)
    return replace(profile, name=name, events=count)
