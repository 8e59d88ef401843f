"""Takes a seed and a number of events, gives realistic events as rows of raw_events.

About ten events a person with zipf activity; 55 % of events carry only an anonymous id, the others 2 to 4
identifiers; 1 % of devices are shared by two people; 0.1 % of events carry a junk value; traits in some; a payload of
about 400 bytes. One event in eight is from a trusted source.
"""

import hashlib
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 1, 1, tzinfo=UTC)
JUNK = ["user_id:null", "email:test@test.com", "phone:+0000000000", "anonymous_id:undefined"]
EVENTS_A_PERSON = 10


@dataclass(frozen=True)
class Person:
    user: str
    emails: list[str]
    phone: str
    devices: list[str]
    habits: list[list[str]]  # what a logged-in event on each device usually carries


def _person(number: int, draw: random.Random, devices: list[str]) -> Person:
    own = [f"anonymous_id:{uuid.UUID(int=draw.getrandbits(128), version=4)}" for _ in range(draw.choice([1, 1, 2, 3]))]
    if devices and draw.random() < 0.02:  # two people in a hundred share one: 1 % of devices have two
        own[0] = draw.choice(devices)
    devices[:] = [*devices[-200:], own[-1]]
    emails = [f"email:person{number}.{i}@example{number % 97}.com" for i in range(draw.choice([1, 1, 1, 2]))]
    user, phone = f"user_id:u-{number}", f"phone:+49151{number:08d}"
    known = [user, emails[0], phone]
    habits = [sorted([device, *draw.sample(known, draw.choice([1, 1, 2, 3]))]) for device in own]
    return Person(user, emails, phone, own, habits)


def _identifiers(person: Person, draw: random.Random) -> list[str]:
    at = int(len(person.devices) * draw.random() ** 2)
    if draw.random() < 0.55:
        return [person.devices[at]]
    if draw.random() < 0.001 / 0.45:
        return sorted([person.devices[at], draw.choice(JUNK)])
    if draw.random() < 0.8:
        return person.habits[at]
    known = [person.user, draw.choice(person.emails), person.phone]
    return sorted([person.devices[at], *draw.sample(known, draw.choice([1, 1, 2, 3]))])


def _zipf(people: int, draw: random.Random) -> int:
    """A place from 0 on, with odds of 1 / (place + shift): of 100,000 people the busiest has 200 events."""
    shift = people / 100
    return int(shift * ((people / shift + 1) ** draw.random() - 1))


def combination_id(identifiers: list[str]) -> uuid.UUID:
    return uuid.UUID(bytes=hashlib.sha256("\x1f".join(identifiers).encode()).digest()[:16])


def crowd(events: int, *, seed: int = 1) -> Iterator[tuple[Any, ...]]:
    """Rows of raw_events, oldest first, from event_time on; without source_id."""
    draw = random.Random(seed)
    devices: list[str] = []
    people = [_person(number, draw, devices) for number in range(max(1, events // EVENTS_A_PERSON))]
    for number in range(events):
        person = people[_zipf(len(people), draw)]
        identifiers = _identifiers(person, draw)
        time = START + timedelta(milliseconds=number * 50 + draw.randrange(2000))
        milliseconds = int(time.timestamp() * 1000)
        message = uuid.UUID(
            int=milliseconds << 80 | 7 << 76 | draw.getrandbits(12) << 64 | 2 << 62 | draw.getrandbits(62)
        )
        known = len(identifiers) > 1
        traits = (
            {"name": f"Person {person.user}", "plan": draw.choice("abc")} if known and draw.random() < 0.3 else None
        )
        payload = {
            "messageId": str(message), "timestamp": time.isoformat(),
            "properties": {"path": f"/p/{number % 977}", "n": number},
            "context": {"page": {"url": f"https://shop.example/p/{number % 977}", "title": "A product page"},
                        "library": {"name": "idportal", "version": "1.0.0"}, "locale": "de-DE",
                        "campaign": {"source": "newsletter", "medium": "email", "name": "spring"}},
        }  # fmt: skip
        yield (
            time, message, combination_id(identifiers), known and draw.random() < 0.28,
            "identify" if traits else "track", "Viewed", identifiers, traits, payload,
        )  # fmt: skip
