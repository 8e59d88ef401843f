"""The made-up crowd: the same for the same seed, and written in ways that the pipeline can read."""

import random
import uuid
from collections import Counter
from itertools import islice
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from idportal.demo.people import Crowd, email_as_written, phone_as_written
from idportal.demo.source import REGION
from idportal.demo.visits import message_id, visits
from lambdas.transform.normalise import normalise_identifier


def bare(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what time and chance add."""
    return [{name: event[name] for name in event if name not in ("messageId", "timestamp")} for event in events]


def streamed(seed: int, count: int) -> list[list[dict[str, Any]]]:
    return [bare(list(batch.events)) for batch in islice(visits(Crowd(seed=seed, size=200)), count)]


def test_a_seed_is_a_crowd() -> None:
    assert streamed(7, 300) == streamed(7, 300)
    assert streamed(7, 300) != streamed(8, 300)


@given(st.integers(0, 50), st.integers(0, 5000), st.integers())
def test_however_a_phone_or_an_email_is_written_it_is_the_same_one(seed: int, number: int, chance: int) -> None:
    person = Crowd(seed=seed, size=5001).person(number)
    rng = random.Random(chance)

    assert normalise_identifier("phone", phone_as_written(person, rng), region=REGION).value == f"+{person.phone}"
    assert normalise_identifier("email", email_as_written(person, rng)).value == person.email


def test_the_crowd_holds_what_real_ones_do() -> None:
    crowd = Crowd(seed=1, size=300)
    events = [event for batch in islice(visits(crowd), 3000) for event in batch.events]
    people = [crowd.person(number) for number in range(300)]
    logged_in: dict[str, set[str]] = {}
    for event in events:
        if "userId" in event and "anonymousId" in event:
            logged_in.setdefault(str(event["anonymousId"]), set()).add(str(event["userId"]))

    assert {person.land.language for person in people} == {"de", "en"}
    assert any(not person.consents for person in people)
    assert Counter(event.get("type") for event in events).keys() == {"page", "track", "identify", "alias", None}
    assert any(len(users) > 10 for users in logged_in.values()), "a kiosk"
    assert any(len(users) == 2 for users in logged_in.values()), "a tablet that two share"
    assert not {person.user_id for person in people if not person.consents} & {event.get("userId") for event in events}


def test_message_ids_are_uuids_of_version_7_in_the_order_of_time() -> None:
    first, second = uuid.UUID(message_id()), uuid.UUID(message_id())

    assert first.version == second.version == 7
    assert first.variant == uuid.RFC_4122
    assert first.int >> 80 <= second.int >> 80
