"""Takes a person's word on two sides of identifiers, gives the partition that holds with it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from ingest.privacy.hashed import asked_identifier
from lambdas.transform.normalise import Unusable
from profiles.deadline import OutOfTime, until
from profiles.deciding.effect import changes_since, fingerprint, last_change
from profiles.deciding.second_eyes import Touched, must_wait, second_eyes, touched
from profiles.deciding.separations import in_the_way, separations_between
from profiles.identities import profile_holding
from profiles.lookup_cache import changing_partition
from profiles.matches.answers import note_answer
from profiles.models import Decision, Identifier, Kind, PendingDecision
from profiles.reading import read
from profiles.resolution import ResolutionResult, resolution_result

CHANGED = "The profiles changed while you looked. This is what it would do now."
PATIENCE = 10.0  # seconds that a person waits for the engine


@dataclass(frozen=True, order=True)
class Named:
    """An identifier as a decision names it; whether an event has shown it doesn't matter."""

    kind: str
    value: str


def named(pairs: Iterable[tuple[object, object]]) -> list[Named]:
    """Kinds and values, normalised as everywhere. Raises ValidationError for a kind nobody has defined, or a value that
    can't be one of its kind."""
    kinds = set(Kind.objects.values_list("name", flat=True))
    return [_named(kind, value, kinds) for kind, value in pairs]


def _named(kind: object, value: object, kinds: set[str]) -> Named:
    if not isinstance(kind, str) or kind not in kinds:
        raise ValidationError(f"no kind is called {kind!r}: define it first with manage.py rules apply")
    try:
        normalised = asked_identifier(kind, value)
    except Unusable as error:
        raise ValidationError(f"{kind} has a value that can't be used: {error.reason}") from error
    return Named(normalised.kind, normalised.value)


def seen_of(named: Iterable[Named]) -> list[Identifier]:
    """Those of them that events have shown, in no order, with their kinds."""
    wanted = {(one.kind, one.value) for one in named}
    rows = Identifier.objects.filter(value__in=[value for _, value in wanted]).select_related("kind")
    return [one for one in rows if (one.kind.name, one.value) in wanted]


def _check_sides(action: str, a: frozenset[Named], b: frozenset[Named]) -> None:
    if not a or not b:
        raise ValidationError("each side of a decision needs an identifier")
    if a & b:
        raise ValidationError("an identifier can't be on both sides of a decision")
    if action == Decision.Action.ASSERT and (len(a), len(b)) != (1, 1):
        raise ValidationError("an assertion has one identifier on each side")


@transaction.atomic
def decide(
    *, action: str, a: Iterable[Named], b: Iterable[Named], author: str, reason: str = ""
) -> tuple[Decision, ResolutionResult]:
    """Record the decision and apply it at once, in one transaction. Raises ValidationError."""
    side_a, side_b = frozenset(a), frozenset(b)
    _check_sides(action, side_a, side_b)
    _lock_engine()
    if standing := find_decision(action=action, a=side_a, b=side_b):
        return standing, ResolutionResult()
    decision = Decision.objects.create(action=action, author=author, reason=reason)
    _name_sides(decision, side_a, side_b)
    note_answer(decision)
    return decision, _apply(decision, dissolve=False)


def _name_sides(decision: Decision, a: Iterable[Named], b: Iterable[Named]) -> None:
    rows = [("a", one) for one in sorted(a)] + [("b", one) for one in sorted(b)]
    with connection.cursor() as cursor:
        cursor.execute(  # a thousand at once, of which none needs to be an object first
            "INSERT INTO decision_identifiers (decision_id, side, kind, value) SELECT %s, s.side, s.kind, s.value"
            " FROM unnest(%s::text[], %s::text[], %s::text[]) AS s (side, kind, value)",
            [decision.pk, [side for side, _ in rows], [one.kind for _, one in rows], [one.value for _, one in rows]],
        )


@dataclass(frozen=True)
class Decided:
    """What became of a person's word on profiles: decisions in force (or withdrawn), or one that waits."""

    decision: Decision | None
    result: ResolutionResult
    pending: PendingDecision | None = None  # it waits for a second person, and nothing of it is applied

    @property
    def words(self) -> str:
        """For who decided it."""
        if self.pending is None:
            return "Done. It holds whatever arrives, until somebody withdraws it."
        return (
            f"It would change {self.pending.profiles} profiles and move {self.pending.events} events: it waits for a "
            "second person to approve it. Nothing is applied yet."
        )


@dataclass(frozen=True)
class NamedMember:
    identifier_id: int
    kind: str
    value: str

    @property
    def named(self) -> Named:
        return Named(self.kind, self.value)


@dataclass(frozen=True)
class Pair:
    """An identifier of each of two profiles, by which they may be asserted to be one."""

    a_id: int
    a_kind: str
    a_value: str
    b_id: int
    b_kind: str
    b_value: str


def merge_profiles(
    *, a_profile_id: int, b_profile_id: int, author: str, reason: str = "", expected: str = ""
) -> Decided:
    """Assert that two profiles are one person. Raises ValidationError.

    `expected`, here and below: the fingerprint of the preview that was looked at. If anything else would happen by
    now, nothing does.
    """
    return _by_a_person(
        lambda: carry_out_merge(a_profile_id, b_profile_id, author=author, reason=reason),
        what=PendingDecision.What.MERGE,
        expected=expected,
    )


def reject_merge(*, a_profile_id: int, b_profile_id: int, author: str, reason: str = "", expected: str = "") -> Decided:
    """Keep two profiles apart, as they stand, whatever arrives. Raises ValidationError."""
    return _by_a_person(
        lambda: carry_out_reject(a_profile_id, b_profile_id, author=author, reason=reason),
        what=PendingDecision.What.REJECT,
        expected=expected,
    )


def unmerge(*, profile_id: int, identifier_ids: Iterable[int], author: str, reason: str, expected: str = "") -> Decided:
    """Move these identifiers out of their profile, and keep them out. Raises ValidationError."""
    picked = set(identifier_ids)
    check_reason(reason)
    return _by_a_person(
        lambda: carry_out_unmerge(profile_id, picked, author=author, reason=reason),
        what=PendingDecision.What.UNMERGE,
        expected=expected,
    )


def decide_by_name(*, action: str, a: Iterable[Named], b: Iterable[Named], author: str, reason: str = "") -> Decided:
    """Assert or separate identifiers, seen in an event or not, as a person does. Raises ValidationError."""
    what = PendingDecision.What.MERGE if action == Decision.Action.ASSERT else PendingDecision.What.REJECT
    return _by_a_person(
        lambda: Decided(*decide(action=action, a=a, b=b, author=author, reason=reason)), what=what, expected=""
    )


def take_back(*, decision: Decision, author: str, reason: str, expected: str = "") -> Decided:
    """Withdraw a decision, as a person does. Raises ValidationError; also where somebody else has withdrawn it."""
    check_reason(reason)
    return _by_a_person(
        lambda: carry_out_withdrawal(decision, author=author, reason=reason),
        what=PendingDecision.What.WITHDRAW,
        expected=expected,
        lines=lambda taken_back: [taken_back.withdrawal_line(author=author, reason=reason)],
    )


def merge_after_all(*, separation: Decision, a_profile_id: int, b_profile_id: int, author: str, reason: str) -> Decided:
    """Withdraw a separation and merge what it kept apart: one word, which waits for a second person as a whole.

    Where links join the two as soon as nothing keeps them apart, the withdrawal is all. Raises ValidationError.
    """
    check_reason(reason)
    taken_back = separation.withdrawal_line(author=author, reason=reason)

    return _by_a_person(
        lambda: carry_out_merge_after_all(separation, a_profile_id, b_profile_id, author=author, reason=reason),
        what=PendingDecision.What.MERGE,
        expected="",
        lines=lambda decided: [taken_back, *([decided.line()] if decided.pk != separation.pk else [])],
    )


@transaction.atomic
def _by_a_person(
    carry_out: Callable[[], Decided],
    *,
    what: PendingDecision.What,
    expected: str,
    lines: Callable[[Decision], list[dict[str, Any]]] = lambda decided: [decided.line()],
) -> Decided:
    """Decide it, unless it changes so much that a second person must see it first: then it is undone, and its lines
    wait."""
    lock_engine_soon()
    last, point = last_change(), transaction.savepoint()
    decided = carry_out()
    changes = changes_since(last)
    if expected and fingerprint(changes) != expected:
        raise ValidationError(CHANGED, "changed")
    limits = second_eyes()
    if decided.decision is None or limits.pk is None or not must_wait(much := touched(changes), limits):
        return decided
    said = lines(decided.decision)
    transaction.savepoint_rollback(point)
    pending = put_off(what, said, much, author=said[-1]["author"], reason=said[-1]["reason"])
    return Decided(None, ResolutionResult(), pending)


def put_off(
    what: PendingDecision.What, lines: list[dict[str, Any]], much: Touched, *, author: str, reason: str
) -> PendingDecision:
    """Have it wait for a second person; the same again waits once."""
    waiting = PendingDecision.objects.filter(state=PendingDecision.State.WAITING, author=author, what=what, lines=lines)
    return waiting.first() or PendingDecision.objects.create(
        what=what, lines=lines, author=author, reason=reason, profiles=much.profiles, events=much.events
    )


@transaction.atomic
def carry_out_merge(a_profile_id: int, b_profile_id: int, *, author: str, reason: str) -> Decided:
    """Assert two profiles to be one by their smallest identifiers.

    An assertion joins two identifiers, and limits bind the links around them still: where the smallest ones would
    leave some of either profile behind, the pair that leaves the fewest is asserted instead.
    """
    if a_profile_id == b_profile_id:
        raise ValidationError("These are one profile already: there is nothing to merge.", "same")
    members = {m.identifier_id for p in (a_profile_id, b_profile_id) for m in _members(p)}
    if standing := separations_between(a_profile_id, b_profile_id):
        raise ValidationError(in_the_way(standing), "separated", {"decisions": [d.pk for d in standing]})
    left: dict[Pair, int] = {}
    for pair in read("pairs_to_assert", Pair, a=a_profile_id, b=b_profile_id):
        point = transaction.savepoint()
        decided = _assert(pair, author=author, reason=reason)
        left[pair] = _left_behind(pair, members)
        if not left[pair]:
            return decided
        transaction.savepoint_rollback(point)
    best = min(left, key=lambda pair: left[pair])
    decided = _assert(best, author=author, reason=reason)
    if not _together(best.a_id, best.b_id):
        raise ValidationError("A decision in force keeps these two apart: withdraw it first.", "separated")
    return decided


def _assert(pair: Pair, *, author: str, reason: str) -> Decided:
    a, b = Named(pair.a_kind, pair.a_value), Named(pair.b_kind, pair.b_value)
    return Decided(*decide(action=Decision.Action.ASSERT, a=[a], b=[b], author=author, reason=reason))


def _left_behind(pair: Pair, members: set[int]) -> int:
    """How many identifiers of the two profiles are not in the one that the pair is in now."""
    holders = Identifier.objects.filter(pk=pair.a_id).values("profile_id")
    together = Identifier.objects.filter(pk__in=members, profile_id__in=holders).count()
    return len(members) - together if _together(pair.a_id, pair.b_id) else len(members)


def _together(a_id: int, b_id: int) -> bool:
    return Identifier.objects.filter(pk__in=[a_id, b_id]).values("profile_id").distinct().count() == 1


@transaction.atomic
def carry_out_merge_after_all(
    separation: Decision, a_profile_id: int, b_profile_id: int, *, author: str, reason: str
) -> Decided:
    withdrawn = carry_out_withdrawal(separation, author=author, reason=reason)
    a, b = (profile_holding(one) or one for one in (a_profile_id, b_profile_id))
    return withdrawn if a == b else carry_out_merge(a, b, author=author, reason=reason)


@transaction.atomic
def carry_out_reject(a_profile_id: int, b_profile_id: int, *, author: str, reason: str) -> Decided:
    if a_profile_id == b_profile_id:
        raise ValidationError("These are one profile by now: to part them, unmerge it.", "same")
    return _separate(_members(a_profile_id), _members(b_profile_id), author=author, reason=reason)


@transaction.atomic
def carry_out_unmerge(profile_id: int, picked: set[int], *, author: str, reason: str) -> Decided:
    members = _members(profile_id)
    if not picked <= {m.identifier_id for m in members}:
        raise ValidationError("The profile changed meanwhile: some of what you picked has left it.", "changed")
    side = [m for m in members if m.identifier_id in picked]
    rest = [m for m in members if m.identifier_id not in picked]
    if not side:
        raise ValidationError("Pick the identifiers to move out.", "none")
    if not rest:
        raise ValidationError("Leave something: a profile without identifiers is none.", "all")
    return _separate(side, rest, author=author, reason=reason)


@transaction.atomic
def carry_out_withdrawal(decision: Decision, *, author: str, reason: str) -> Decided:
    decision = Decision.objects.get(pk=decision.pk)  # the caller's own stays as it is, should this be undone
    if decision.withdrawn_at:
        by = f"{decision.withdrawn_by}, {decision.withdrawn_at:%d %b %Y}"
        raise ValidationError(f"This decision is withdrawn already ({by}): there is nothing to take back.", "same")
    return Decided(decision, withdraw(decision, author=author, reason=reason.strip()))


def check_reason(reason: str) -> None:
    if not reason.strip():
        raise ValidationError("Say why: whoever looks at this later will want to know.", "reason")


def _separate(a: list[NamedMember], b: list[NamedMember], *, author: str, reason: str) -> Decided:
    sides = [[m.named for m in side] for side in (a, b)]
    return Decided(
        *decide(action=Decision.Action.SEPARATE, a=sides[0], b=sides[1], author=author, reason=reason.strip())
    )


def _members(profile_id: int) -> list[NamedMember]:
    members = read("named_members", NamedMember, profile_id=profile_id)
    if not members:
        raise ValidationError("This profile is no more: its identifiers are in another one by now.", "gone")
    return members


@transaction.atomic
def withdraw(decision: Decision, *, author: str, reason: str = "") -> ResolutionResult:
    """Take the decision back; the partition is what it would be without it. Twice is once."""
    _lock_engine()
    decision.refresh_from_db()
    if decision.withdrawn_at:
        return ResolutionResult()
    decision.withdrawn_at, decision.withdrawn_by, decision.withdrawn_because = timezone.now(), author, reason
    decision.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
    # Only without its assertions does a neighbourhood fall apart; a separation never held one together.
    return _apply(decision, dissolve=decision.action == Decision.Action.ASSERT)


def find_decision(*, action: str, a: frozenset[Named], b: frozenset[Named]) -> Decision | None:
    """The decision in force with these sides, whichever is called a."""
    one = min(a)
    candidates = Decision.objects.filter(
        action=action, withdrawn_at=None, identifiers__kind=one.kind, identifiers__value=one.value
    ).prefetch_related("identifiers")
    return next((d for d in candidates if {_side(d, "a"), _side(d, "b")} == {a, b}), None)


def _side(decision: Decision, side: str) -> frozenset[Named]:
    return frozenset(Named(i.kind, i.value) for i in decision.identifiers.all() if i.side == side)


def _lock_engine() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT engine_lock()")


def lock_engine_soon() -> None:
    """As `_lock_engine`, for somebody who waits. Raises ValidationError where the engine is at work for long."""
    try:
        with until(monotonic() + PATIENCE):
            _lock_engine()
    except OutOfTime:
        raise ValidationError(
            "The engine is at work on a large delivery just now. Nothing was decided: try again in a moment.", "busy"
        ) from None


def _apply(decision: Decision, *, dissolve: bool) -> ResolutionResult:
    with changing_partition(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT reconsider(coalesce(array_agg(i.identifier_id), '{}'), %s, 'decision', %s)"
            " FROM decision_identifiers d JOIN kinds k ON k.name = d.kind"
            " JOIN identifiers i ON i.value = d.value AND i.kind_id = k.kind_id WHERE d.decision_id = %s",
            [dissolve, decision.pk, decision.pk],
        )
        (resolution_id,) = cursor.fetchall()[0]
    return resolution_result(resolution_id)
