"""The engine against the reference on small nasty cases: shared devices, junk, late events, trust, decisions."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.deciding import decisions
from profiles.deciding.decisions import Named, withdraw
from profiles.golden_record import golden_records
from profiles.models import BlockedValue, Decision, DecisionIdentifier, Kind, TraitRule
from profiles.resolution import resolve_pending
from profiles.rules.rules import apply_rules
from tests.profiles import reference
from tests.profiles.builders import land, resolve, source_called, stored_answer
from tests.profiles.reference import Event, Identifier, Pair, Reference, Separation

pytestmark = pytest.mark.django_db

# Small limits, so that small cases break them.
KINDS = {
    "user_id": reference.Kind(rank=1, known=True, limit=1, shared_after=None),
    "email": reference.Kind(rank=2, known=True, limit=2, shared_after=2),
    "phone": reference.Kind(rank=3, known=True, limit=2, shared_after=2),
    "anonymous_id": reference.Kind(rank=9, known=False, limit=None, shared_after=2),
}
BLOCKED = frozenset({("email", "junk"), ("anonymous_id", "junk")})
VALUES = ["a", "b", "c", "d", "é"]

identifiers: st.SearchStrategy[Identifier] = st.one_of(
    st.tuples(st.sampled_from(sorted(KINDS)), st.sampled_from(VALUES)), st.sampled_from(sorted(BLOCKED))
)
times = st.integers(0, 6).map(lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute))
events = st.builds(
    Event,
    identifiers=st.frozensets(identifiers, min_size=1, max_size=3),
    time=times,
    trusted=st.booleans(),
)
assertions: st.SearchStrategy[Pair] = st.tuples(identifiers, identifiers).filter(lambda p: p[0] != p[1])


@st.composite
def separations(draw: st.DrawFn) -> Separation:
    named = draw(st.lists(identifiers, min_size=2, max_size=4, unique=True))
    cut = draw(st.integers(1, len(named) - 1))
    return Separation(frozenset(named[:cut]), frozenset(named[cut:]))


def use_small_rules(*, in_parts: bool = False) -> None:
    """`in_parts`: the engine takes every neighbourhood for one of those so large that it loads only parts of them."""
    if in_parts:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION large_neighbourhood() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0'"
            )
            cursor.execute("SELECT pg_get_functiondef('load_neighbourhoods()'::regprocedure)")
            assert "large_neighbourhood()" in cursor.fetchone()[0]  # else this would test nothing
    BlockedValue.objects.all().delete()
    for name, kind in KINDS.items():
        Kind.objects.filter(name=name).update(limit=kind.limit, shared_after=kind.shared_after)
    for kind_name, value in BLOCKED:
        BlockedValue.objects.create(kind=Kind.objects.get(name=kind_name), value=value)


def decide(action: str, a: frozenset[Identifier], b: frozenset[Identifier]) -> Decision:
    decision = Decision.objects.create(action=action, author="Ana")
    DecisionIdentifier.objects.bulk_create(
        DecisionIdentifier(decision=decision, side=side, kind=kind, value=value)
        for side, named in (("a", a), ("b", b))
        for kind, value in named
    )
    return decision


def engine_answer(
    batches: list[list[Event]], asserted: list[Pair], separated: list[Separation], *, in_parts: bool
) -> reference.Answer:
    """In a transaction that is rolled back."""
    with transaction.atomic():
        use_small_rules(in_parts=in_parts)
        for one, other in asserted:
            decide("assert", frozenset({one}), frozenset({other}))
        for separation in separated:
            decide("separate", separation.a, separation.b)
        for batch in batches:
            land(*batch)
            resolve()
        answer = stored_answer()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)
    return answer


# LAWS_EXAMPLES=20000 is the long run by hand.
LAWS = settings(
    max_examples=int(os.environ.get("LAWS_EXAMPLES", "100")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
# Of what only reads what the engine left, and asks hundreds of questions of each history.
READING_LAWS = settings(LAWS, max_examples=-(-LAWS.max_examples // 3))


@LAWS
@given(st.lists(st.lists(events, min_size=1, max_size=5), min_size=1, max_size=5), st.booleans())
def test_events_in_any_batches_give_the_profiles_of_the_reference(batches: list[list[Event]], in_parts: bool) -> None:
    expected = Reference([e for batch in batches for e in batch], kinds=KINDS, blocked=BLOCKED).answer()
    assert engine_answer(batches, [], [], in_parts=in_parts) == expected


@LAWS
@given(
    st.lists(st.lists(events, min_size=1, max_size=4), min_size=1, max_size=4),
    st.lists(assertions, max_size=3),
    st.lists(separations(), max_size=3),
    st.booleans(),
)
def test_decisions_made_beforehand_hold_as_in_the_reference(
    batches: list[list[Event]], asserted: list[Pair], separated: list[Separation], in_parts: bool
) -> None:
    expected = Reference(
        [e for batch in batches for e in batch],
        kinds=KINDS, blocked=BLOCKED, assertions=asserted, separations=separated,
    ).answer()  # fmt: skip
    assert engine_answer(batches, asserted, separated, in_parts=in_parts) == expected


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, object]]:
    """Events, decisions, their withdrawals, and rule changes, in any order."""
    step = st.one_of(
        st.tuples(st.just("events"), st.lists(events, min_size=1, max_size=4)),
        st.tuples(st.just("events"), st.lists(events, min_size=1, max_size=4)),
        st.tuples(st.just("assert"), assertions),
        st.tuples(st.just("separate"), separations()),
        st.tuples(st.just("withdraw"), st.integers(0, 5)),
        st.tuples(st.just("block"), st.sets(identifiers, max_size=2)),
        st.tuples(st.just("limit"), st.tuples(st.sampled_from(sorted(KINDS)), st.sampled_from([1, 2, 3, None]))),
        st.tuples(st.just("shared_after"), st.tuples(st.sampled_from(sorted(KINDS)), st.sampled_from([1, 2, 3, None]))),
        st.tuples(st.just("rank"), st.tuples(st.sampled_from(sorted(KINDS)), st.integers(1, 9))),
        st.tuples(st.just("known"), st.tuples(st.sampled_from(sorted(KINDS)), st.booleans())),
    )
    return draw(st.lists(step, min_size=1, max_size=8))


class World:
    """The engine and what the reference needs, taken through the same steps."""

    def __init__(self, *, in_parts: bool = False) -> None:
        use_small_rules(in_parts=in_parts)
        self.kinds, self.blocked = dict(KINDS), set(BLOCKED)
        self.events: list[Event] = []
        self.decisions: dict[Decision, Pair | Separation] = {}

    def take(self, what: str, argument: Any) -> None:
        if what == "events":
            self.events += argument
            land(*argument)
        elif what == "assert":
            self.decide("assert", frozenset({argument[0]}), frozenset({argument[1]}), argument)
        elif what == "separate":
            self.decide("separate", argument.a, argument.b, argument)
        elif what == "withdraw" and self.decisions:
            decision = list(self.decisions)[argument % len(self.decisions)]
            withdraw(decision, author="Ana")
            del self.decisions[decision]
        elif what == "block":
            self.blocked = set(argument)
            apply_rules({"blocked": [list(identifier) for identifier in argument]}, author="Ana")
        elif what in ("limit", "shared_after", "rank", "known"):
            kind, value = argument
            self.kinds[kind] = replace(self.kinds[kind], **{what: value})
            apply_rules({"kinds": {kind: {what: value}}}, author="Ana")
        resolve_pending()

    def decide(self, action: str, a: frozenset[Identifier], b: frozenset[Identifier], what: Pair | Separation) -> None:
        sides = [frozenset(Named(*identifier) for identifier in side) for side in (a, b)]
        decision, _ = decisions.decide(action=action, a=sides[0], b=sides[1], author="Ana")
        self.decisions[decision] = what

    def expected(self) -> reference.Answer:
        standing = self.decisions.values()
        return Reference(
            self.events,
            kinds=self.kinds,
            blocked=frozenset(self.blocked),
            assertions=[d for d in standing if isinstance(d, tuple)],
            separations=[d for d in standing if isinstance(d, Separation)],
        ).answer()


@LAWS
@given(histories(), st.booleans())
def test_whatever_happens_in_whatever_order_the_profiles_are_those_of_the_reference(
    history: list[tuple[str, object]],
    in_parts: bool,
) -> None:
    with transaction.atomic():
        world = World(in_parts=in_parts)
        for what, argument in history:
            world.take(what, argument)
            assert stored_answer() == world.expected(), what
        transaction.set_rollback(True)


def stored_facts() -> dict[str, set[tuple[object, ...]]]:
    """All that the engine has stored of events, by names instead of numbers."""
    with connection.cursor() as cursor:
        facts = {}
        for name, query in FACTS.items():
            cursor.execute(query)
            facts[name] = set(cursor.fetchall())
    return facts


NAMED = (
    "(SELECT identifier_id, name || ':' || value AS named, vouched, standing"
    " FROM identifiers JOIN kinds USING (kind_id))"
)
FACTS = {
    "identifiers": f"SELECT named, vouched, standing FROM {NAMED} i",
    "links": f"SELECT least(a.named, b.named), greatest(a.named, b.named), l.first_seen, l.vouched, l.held FROM links l"
    f" JOIN {NAMED} a ON a.identifier_id = a_id JOIN {NAMED} b ON b.identifier_id = b_id",
    "combinations": f"SELECT combination_id, named, first_seen, first_vouched FROM combinations"
    f" JOIN {NAMED} i ON identifier_id = owner_id",
    "traits": "SELECT combination_id, name, value #>> '{}', first_time, first_message, last_time, last_message, events"
    " FROM trait_values",
}

SOURCES = ("default", "shop", "crm")
TRAITS = {"plan": ["gold", "silver", "none"], "name": ["Ada", "Ben"]}
told = st.builds(
    Event,
    identifiers=st.frozensets(identifiers, min_size=1, max_size=3),
    time=times,
    trusted=st.booleans(),
    traits=st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in TRAITS.items()}).map(
        lambda traits: frozenset(traits.items())
    ),
    message_id=st.uuids(version=4),
    source=st.sampled_from(SOURCES),
)
trait_rules = st.dictionaries(
    st.sampled_from(sorted(TRAITS)),
    st.builds(
        reference.TraitRule,
        survivorship=st.sampled_from(TraitRule.Survivorship.values),
        sources=st.lists(st.sampled_from(SOURCES), unique=True, max_size=2).map(tuple),
    ),
)


@LAWS
@given(st.lists(told, min_size=1, max_size=12, unique_by=lambda event: event.message_id), st.randoms())
def test_any_order_and_any_batching_leave_the_same_facts_profiles_and_counts(
    events: list[Event], random: Random
) -> None:
    shuffled = random.sample(events, len(events))
    cut = random.randint(0, len(events))
    found = []
    for batches in ([events], [shuffled[:cut], shuffled[cut:]]):
        with transaction.atomic():
            use_small_rules()
            for batch in filter(None, batches):
                land(*batch)
                resolve()
            found.append((stored_answer(), stored_facts()))
            transaction.set_rollback(True)
    assert found[0] == found[1]


def stored_golden_records() -> dict[frozenset[Identifier], dict[str, reference.GoldenTrait]]:
    members, source_names = stored_profiles(), {source_called(name).pk: name for name in SOURCES}
    return {
        members[profile_id]: {
            trait.name: reference.GoldenTrait(trait.value, source_names[trait.source_id], trait.time, trait.values_said)
            for trait in record
        }
        for profile_id, record in golden_records(members).items()
    }


def stored_counts() -> dict[frozenset[Identifier], int]:
    """How many events each profile has, of those that have any."""
    members = stored_profiles()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.profile_id, count(*) FROM raw_events e JOIN combinations c USING (combination_id)"
            " JOIN identifiers i ON i.identifier_id = c.owner_id GROUP BY 1"
        )
        return {members[profile_id]: count for profile_id, count in cursor.fetchall()}


def stored_profiles() -> dict[int, frozenset[Identifier]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT profile_id, name, value FROM identifiers JOIN kinds USING (kind_id)")
        profiles: dict[int, set[Identifier]] = {}
        for profile_id, kind, value in cursor.fetchall():
            profiles.setdefault(profile_id, set()).add((kind, value))
    return {profile_id: frozenset(members) for profile_id, members in profiles.items()}


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Event], list[list[Event]]]:
    """Events; and the same in any order, in any batches, some of them again and again."""
    once = draw(st.lists(told, min_size=1, max_size=10, unique_by=lambda event: event.message_id))
    again = draw(st.lists(st.sampled_from(once), max_size=6))
    sent = draw(st.permutations([*once, *again]))
    cuts = sorted(draw(st.sets(st.integers(1, len(sent)), max_size=4)) | {len(sent)})
    return once, [sent[start:end] for start, end in zip([0, *cuts], cuts, strict=False)]


@LAWS
@given(deliveries(), trait_rules, st.booleans())
def test_golden_records_and_counts_are_the_references_whatever_comes_when_and_how_often(
    sent: tuple[list[Event], list[list[Event]]], rules: dict[str, reference.TraitRule], in_parts: bool
) -> None:
    once, batches = sent
    wanted = Reference(once, kinds=KINDS, blocked=BLOCKED)
    answer = wanted.answer()
    with transaction.atomic():
        use_small_rules(in_parts=in_parts)
        for trait, rule in rules.items():
            ids = [source_called(name).pk for name in rule.sources]
            TraitRule.objects.create(trait=trait, survivorship=rule.survivorship, source_ids=ids)
        for batch in batches:
            land(*batch)
            resolve()
        assert stored_answer() == answer
        assert stored_golden_records() == wanted.golden_records(rules)
        assert stored_counts() == {profile: len(of) for profile, of in wanted.events_of_profiles().items()}
        transaction.set_rollback(True)
