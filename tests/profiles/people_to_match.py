"""People whom no identifier joins though some are one: what probable matches are found among."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from profiles.models import Identifier, MatchModel
from tests.profiles.builders import land, resolve
from tests.profiles.reference import Event

START = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = [
    "Ada",
    "Ben",
    "Clara",
    "David",
    "Emma",
    "Felix",
    "Greta",
    "Hugo",
    "Ida",
    "Jonas",
    "Karla",
    "Leo",
    "Mia",
    "Noah",
]
LAST = ["Adler", "Brandt", "Conrad", "Dietz", "Ebert", "Fuchs", "Gruber", "Haas", "Jansen", "Keller", "Lorenz", "Moser"]
STREETS = ["Oak", "Elm", "Mill", "Station", "School", "Church", "Garden", "River", "Hill", "Market"]


def person(number: int) -> dict[str, Any]:
    rng = random.Random(number)
    return {
        "first_name": rng.choice(FIRST), "last_name": f"{rng.choice(LAST)}{chr(97 + number % 26)}",
        "birthday": f"{rng.randint(1940, 2005)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
        "address": {
            "street": f"{rng.randint(1, 99)} {rng.choice(STREETS)} Street",
            "postal_code": f"{rng.randint(10000, 99999)}", "city": rng.choice(["Berlin", "Bonn", "Bremen"]),
        },
    }  # fmt: skip


Seen = tuple[Event, dict[str, Any]]


def seen(name: str, traits: dict[str, Any], *, day: int = 0, **identifiers: str) -> Seen:
    """An event of somebody, who is called by an e-mail address of that name."""
    carried = {("email", f"{name}@example.com"), *identifiers.items()}
    return Event(frozenset(carried), START + timedelta(days=day), trusted=True), traits


def bring(*people: Seen) -> None:
    for event, traits in people:
        land(event, traits=traits)
    resolve()


def crowd(people: int = 60, *, twice: Iterable[int] = (1, 2, 3)) -> None:
    """So many people, and some of them a second time, by an address that nothing links to the first."""
    bring(*(seen(f"p{n}", person(n)) for n in range(people)), *(seen(f"again{n}", person(n)) for n in twice))


def profile(name: str) -> int:
    return Identifier.objects.get(kind__name="email", value=f"{name}@example.com").profile_id


def pair(one: str, other: str) -> tuple[int, int]:
    low, high = sorted((profile(one), profile(other)))
    return low, high


def in_force(**fields: Any) -> MatchModel:
    MatchModel.objects.filter(state=MatchModel.State.IN_FORCE).update(**fields)
    return MatchModel.objects.get(state=MatchModel.State.IN_FORCE)
