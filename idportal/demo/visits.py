"""Takes a crowd and a seed, gives what its browsers send: visit after visit, each as the batches of one snippet."""

import os
import random
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from idportal.demo.people import (
    JUNK_EMAILS,
    JUNK_PHONES,
    Crowd,
    Person,
    email_as_written,
    phone_as_written,
    with_typo,
)
from idportal.demo.words import PRODUCTS

SHOP = "https://shop.example"
BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile "
    "Safari/537.36",
)
BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

Event = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one browser sends in one request."""

    events: Sequence[Event]
    user_agent: str
    sent_twice: bool = False  # the answer got lost, so the browser sends it again


def visits(crowd: Crowd) -> Iterator[Batch]:
    """Without end."""
    rng = random.Random(f"{crowd.seed} visits")  # noqa: S311 - a made-up crowd, the same one every time
    while True:
        person = crowd.person(rng.randrange(crowd.size))
        if not person.consents:
            continue  # the snippet sends nothing of them
        (visit,) = rng.choices([visit for visit, _ in VISITS], [weight for _, weight in VISITS])
        events = visit(crowd, person, rng)
        yield Batch(
            events=_stamped(events, rng),
            user_agent=BOT if rng.random() < 0.01 else BROWSERS[person.number % len(BROWSERS)],
            sent_twice=rng.random() < 0.01,
        )


def browse(crowd: Crowd, person: Person, rng: random.Random) -> list[Event]:
    """Looks around, known to nobody."""
    return _pages(rng.choice(person.devices), rng)


def log_in(crowd: Crowd, person: Person, rng: random.Random) -> list[Event]:
    """Looks around and logs in: what the browser did before is theirs now. Who has no account signs up for news."""
    if not person.customer:
        return sign_up_for_news(crowd, person, rng)
    device = rng.choice(person.devices)
    return [*_pages(device, rng), _identify(person, device, rng), *_pages(device, rng)]


def log_in_at_home(crowd: Crowd, person: Person, rng: random.Random) -> list[Event]:
    """On the tablet that the household shares."""
    device = crowd.tablet(person)
    return [_identify(person, device, rng), *_pages(device, rng)]


def log_in_at_the_kiosk(crowd: Crowd, person: Person, rng: random.Random) -> list[Event]:
    """On a screen in the shop that forgets nobody: joining by it would make one profile of the whole town."""
    device = crowd.kiosk(rng)
    return [_identify(person, device, rng), *_pages(device, rng)]


def sign_up_for_news(crowd: Crowd, person: Person, rng: random.Random) -> list[Event]:
    """Types the address, now and then wrong, at times made up."""
    device = rng.choice(person.devices)
    email = email_as_written(person, rng)
    if rng.random() < 0.12:
        email = with_typo(email.strip(), rng)
    elif rng.random() < 0.08:
        email = rng.choice(JUNK_EMAILS)
    return [*_pages(device, rng), {"type": "identify", "anonymousId": device, "traits": {"email": email}}]


def ask_to_be_called(crowd: Crowd, person: Person, rng: random.Random) -> list[Event]:
    device = rng.choice(person.devices)
    phone = rng.choice(JUNK_PHONES) if rng.random() < 0.1 else phone_as_written(person, rng)
    traits = {"phone": phone, "name": f"{person.given} {person.family}"}
    return [{"type": "identify", "anonymousId": device, "traits": traits}]


def order(crowd: Crowd, person: Person, rng: random.Random) -> list[Event]:
    """Goes to the check-out, with everything that is asked for there."""
    device = rng.choice(person.devices)
    product = rng.choice(PRODUCTS)
    bought: Event = {
        "type": "track",
        "event": "Order completed",
        "userId": person.user_id,
        "anonymousId": device,
        "properties": {"product": product.slug, "total": product.price, "currency": "EUR"},
        "traits": {"email": email_as_written(person, rng), "phone": phone_as_written(person, rng)},
    }
    return [*_pages(device, rng), bought]


def be_known_to_the_shop(crowd: Crowd, person: Person, rng: random.Random) -> list[Event]:
    """No browser: the smallest event, as a till or a call centre sends it."""
    return [{"email": person.email, "phone_number": phone_as_written(person, rng), "traits": person.traits()}]


def leave_junk(crowd: Crowd, person: Person, rng: random.Random) -> list[Event]:
    """Nothing in it that could be used, and no browser to tie it to: refused at the door."""
    return [{"type": "identify", "phone_number": rng.choice(("none", "123", "call me"))}]


def change_account(crowd: Crowd, person: Person, rng: random.Random) -> list[Event]:
    """The guest account becomes the customer's own."""
    return [{"type": "alias", "userId": person.user_id, "previousId": f"guest-{person.number}"}]


Visit = Callable[[Crowd, Person, random.Random], list[Event]]
VISITS: tuple[tuple[Visit, float], ...] = (
    (browse, 40),
    (log_in, 26),
    (sign_up_for_news, 10),
    (order, 8),
    (ask_to_be_called, 5),
    (log_in_at_home, 4),
    (be_known_to_the_shop, 3),
    (log_in_at_the_kiosk, 3),
    (change_account, 0.5),
    (leave_junk, 0.5),
)


def _pages(device: str, rng: random.Random) -> list[Event]:
    seen: list[Event] = []
    for product in rng.sample(PRODUCTS, k=rng.choice((1, 1, 2, 3))):
        path = f"/products/{product.slug}/"
        seen.append({
            "type": "page",
            "anonymousId": device,
            "name": product.name,
            "properties": {"path": path, "url": SHOP + path},
        })  # fmt: skip
        if rng.random() < 0.25:
            properties = {"product": product.slug, "price": product.price}
            seen.append({"type": "track", "event": "Product added", "anonymousId": device, "properties": properties})
    return seen


def _identify(person: Person, device: str, rng: random.Random) -> Event:
    traits = {**person.traits(), "email": email_as_written(person, rng)}
    if rng.random() < 0.4:
        traits["phone"] = phone_as_written(person, rng)
    return {"type": "identify", "userId": person.user_id, "anonymousId": device, "traits": traits}


def _stamped(events: Sequence[Event], rng: random.Random) -> list[Event]:
    """With message ids in the order of time. One batch in thirty was kept in a browser that had no network."""
    late = timedelta(hours=rng.uniform(1, 48)) if rng.random() < 0.03 else timedelta()
    began = datetime.now(UTC) - late - timedelta(seconds=len(events))
    common = {"context": {"consent": {"analytics": True}, "library": {"name": "idportal-demo", "version": "1"}}}
    return [
        {
            "messageId": message_id(),
            "timestamp": (began + timedelta(seconds=place)).isoformat(timespec="milliseconds"),
            **common,
            **event,
        }
        for place, event in enumerate(events)
    ]


def message_id() -> str:
    """A UUID of version 7, as the snippet makes them: the time in milliseconds, then chance."""
    number = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    return str(uuid.UUID(int=number & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62))
