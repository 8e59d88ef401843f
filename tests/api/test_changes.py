"""A program that keeps its own copy of the partition by the change feed alone, through a thousand random changes."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from profiles.deciding.decisions import Named, decide, withdraw
from profiles.ids import public_ids
from profiles.models import Decision, Identifier, ProfileChange
from profiles.rules.rules import apply_rules
from tests.api.conftest import Caller
from tests.profiles.builders import land, resolve
from tests.profiles.reference import Event
from tests.profiles.test_erasure_laws import erase

START = datetime(2026, 1, 1, tzinfo=UTC)
ROUNDS = 60
Copy = dict[tuple[str, str], str]


class Follower:
    """What the documentation tells a program to do, and nothing more."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.copy: Copy = {}
        self.after: str | None = None

    def follow(self, *, pages: int | None = None, limit: int = 500) -> None:
        while pages is None or pages > 0:
            query = {"after": self.after} if self.after else {}
            page = self.caller.ask("changes/", limit=limit, **query)
            for change in page["results"]:
                if change["change"] == "erased":
                    gone = change["from_profile_id"]
                    self.copy = {one: holder for one, holder in self.copy.items() if holder != gone}
                for one in change["identifiers"]:
                    self.copy[one["kind"], one["value"]] = change["to_profile_id"]
            self.after = page["next"]
            pages = pages - 1 if pages else pages
            if not page["more"]:
                return


def partition() -> Copy:
    rows = list(Identifier.objects.values_list("kind__name", "value", "profile_id"))
    ids = public_ids(profile_id for *_, profile_id in rows)
    return {(kind, value): ids[profile_id] for kind, value, profile_id in rows}


def something_happens(rng: random.Random) -> None:
    what = rng.random()
    if what < 0.75:
        land(*(_event(rng) for _ in range(rng.randint(1, 60))))
        resolve()
    elif what < 0.93:
        a, b = Named("email", f"p{rng.randint(0, 600)}@x.org"), Named("email", f"p{rng.randint(0, 600)}@x.org")
        if a != b:
            decide(action=rng.choice(["assert", "separate"]), a=[a], b=[b], author="Ana")
    elif standing := list(Decision.objects.filter(withdrawn_at=None)):
        withdraw(rng.choice(standing), author="Ana")


def _event(rng: random.Random) -> Event:
    named: set[tuple[str, str]] = {("anonymous_id", f"device {rng.randint(0, 800)}")}
    if rng.random() < 0.7:
        named.add(("email", f"p{rng.randint(0, 600)}@x.org"))
    if rng.random() < 0.3:
        named.add(("user_id", f"user {rng.randint(0, 400)}"))
    return Event(frozenset(named), START + timedelta(minutes=rng.randint(0, 9999)), trusted=rng.random() < 0.5)


@pytest.mark.parametrize("seed", [1])
def test_a_copy_kept_by_the_feed_is_our_partition_after_a_thousand_changes(reader: Caller, seed: int) -> None:
    rng = random.Random(seed)
    early, late = Follower(reader), Follower(reader)
    for rounds in range(ROUNDS):
        something_happens(rng)
        if rng.random() < 0.3:  # sometimes a few pages only, while more happens
            early.follow(pages=rng.choice([1, 2, None]), limit=rng.choice([1, 3, 500]))
        if rounds == ROUNDS // 3:
            late.follow(pages=1, limit=7)
    assert Identifier.objects.count() + ProfileChange.objects.count() > 1_000
    for follower in (early, late, newcomer := Follower(reader)):
        follower.follow()
        assert follower.copy == partition()
    assert newcomer.copy == early.copy


def test_a_copy_kept_by_the_feed_forgets_who_was_erased(reader: Caller) -> None:
    rng = random.Random(3)
    early, late = Follower(reader), Follower(reader)
    for rounds in range(12):
        something_happens(rng)
        early.follow(pages=rng.choice([1, None]), limit=rng.choice([3, 500]))
        if rounds == 4:
            late.follow()
        profiles = sorted(set(Identifier.objects.values_list("profile_id", flat=True)))
        if rounds % 3 == 2 and profiles:
            erase(rng.choice(profiles), others_too=rng.random() < 0.5)
    assert ProfileChange.objects.filter(change="erased").count() >= 4
    for follower in (early, late, Follower(reader)):
        follower.follow()
        assert follower.copy == partition()


def test_a_change_of_rules_is_in_the_feed(reader: Caller) -> None:
    land(Event(frozenset({("email", "a@x.org"), ("anonymous_id", "d")}), START, trusted=True))
    resolve()
    follower = Follower(reader)
    follower.follow()
    apply_rules({"blocked": [["anonymous_id", "d"]]}, author="Ana")
    from profiles.resolution import resolve_pending

    resolve_pending()
    follower.follow()
    assert follower.copy == partition()
    assert len(set(follower.copy.values())) == 2


def test_who_wants_only_what_is_to_come_gets_only_that(reader: Caller) -> None:
    land(Event(frozenset({("email", "a@x.org")}), START, trusted=True))
    resolve()
    page = reader.ask("changes/", from_now="true")
    assert (page["results"], page["more"]) == ([], False)
    land(Event(frozenset({("email", "a@x.org"), ("anonymous_id", "d")}), START, trusted=True))
    resolve()
    said: list[dict[str, Any]] = reader.ask("changes/", after=page["next"])["results"]
    assert [(one["change"], one["identifiers"]) for one in said] == [("new", [{"kind": "anonymous_id", "value": "d"}])]
