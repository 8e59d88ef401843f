"""Takes a seed and a number, gives a made-up person, always the same one; and the many ways a value gets written."""

import random
import unicodedata
import uuid
from dataclasses import dataclass, field

from idportal.demo.words import LANDS, Land

KIOSKS = 3
# What people type where something is asked that they don't want to tell.
JUNK_EMAILS = ("test@test.com", "n/a", "asdf", "nobody@nowhere", "noreply@example.com", "a@a", "undefined")
JUNK_PHONES = ("0000000000", "123", "none", "+1234567890", "0123456789", "null")

_ASCII = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ı": "i", "'": ""})
_NEIGHBOURS = {"a": "s", "e": "r", "i": "o", "n": "m", "o": "p", "r": "t", "s": "a", "t": "z", "u": "i", "l": "k"}


@dataclass(frozen=True, kw_only=True)
class Person:
    number: int
    land: Land
    given: str
    family: str
    email: str
    phone: str  # digits with the country's prefix
    street: str
    postcode: str
    town: str
    devices: tuple[str, ...]
    consents: bool
    customer: bool  # has an account, or makes one on a visit

    @property
    def user_id(self) -> str:
        return f"cust-{self.number:06d}"

    def traits(self) -> dict[str, object]:
        return {
            "first_name": self.given,
            "last_name": self.family,
            "name": f"{self.given} {self.family}",
            "address": {
                "street": self.street,
                "postal_code": self.postcode,
                "city": self.town,
                "country": self.land.country,
            },
            "language": self.land.language,
        }


@dataclass
class Crowd:
    """So many people, some in one household with one tablet, and the kiosks of the shop that everybody uses."""

    seed: int
    size: int
    _known: dict[int, Person] = field(default_factory=dict)

    def person(self, number: int) -> Person:
        if number not in self._known:
            self._known[number] = _person(self.seed, number)
        return self._known[number]

    def tablet(self, person: Person) -> str:
        """One for every three people who live together."""
        return _device(self.seed, f"tablet {person.number // 3}")

    def kiosk(self, rng: random.Random) -> str:
        return _device(self.seed, f"kiosk {rng.randrange(KIOSKS)}")


def _person(seed: int, number: int) -> Person:
    rng = random.Random(f"{seed} person {number}")  # noqa: S311 - made-up people, the same ones every time
    household = random.Random(f"{seed} household {number // 3}")  # noqa: S311
    land = household.choice(LANDS)
    family = household.choice(land.family)
    street = land.address.format(street=household.choice(land.streets), number=household.randint(1, 120))
    postcode, town = household.choice(land.towns)
    given = rng.choice(land.given)
    return Person(
        number=number,
        land=land,
        given=given,
        family=family,
        email=_email(rng, given, family, number, land),
        phone=land.prefix + rng.choice(land.networks) + "".join(rng.choices("123456789", k=land.subscriber_digits)),
        street=street,
        postcode=postcode,
        town=town,
        devices=tuple(_device(seed, f"{number} {n}") for n in range(rng.choice((1, 1, 2, 2, 3)))),
        consents=rng.random() > 0.06,
        customer=rng.random() < 0.7,
    )


def _device(seed: int, name: str) -> str:
    return str(uuid.UUID(int=random.Random(f"{seed} device {name}").getrandbits(128), version=4))  # noqa: S311


def _email(rng: random.Random, given: str, family: str, number: int, land: Land) -> str:
    first, last = _plain(given), _plain(family)
    local = rng.choice((f"{first}.{last}{number}", f"{first[0]}{last}{number}", f"{first}{number}", f"{last}.{number}"))
    return f"{local}@{rng.choice(land.domains)}"


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFD", name.translate(_ASCII))
    return "".join(sign for sign in decomposed if sign.isascii() and sign not in " '").lower()


def phone_as_written(person: Person, rng: random.Random) -> str:
    """One of the notations that people use. Without a prefix only where the demo source knows the country."""
    national = person.phone.removeprefix(person.land.prefix)
    network, rest = national[: -person.land.subscriber_digits], national[-person.land.subscriber_digits :]
    ways = [
        f"+{person.phone}",
        f"+{person.land.prefix} {network} {rest}",
        f"+{person.land.prefix} (0){network}/{rest}",
        f"00{person.phone}",
        f"+{person.land.prefix}-{network}-{rest[:3]}-{rest[3:]}",
    ]
    if person.land.country == "DE":
        ways += [f"0{national}", f"0{network} {rest[:3]} {rest[3:]}", f"0{network}/{rest}", f"(0{network}) {rest}"]
    return rng.choice(ways)


def email_as_written(person: Person, rng: random.Random) -> str:
    return rng.choice((person.email, person.email, person.email, person.email.title(), f" {person.email} "))


def with_typo(text: str, rng: random.Random) -> str:
    """Another letter, one too few, or two that changed places."""
    at = rng.randrange(1, max(2, text.find("@")))
    return rng.choice((
        text[:at] + _NEIGHBOURS.get(text[at], "x") + text[at + 1 :],
        text[:at] + text[at + 1 :],
        text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :],
    ))  # fmt: skip
