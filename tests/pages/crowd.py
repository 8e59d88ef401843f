"""The crowd whose data the pages show: Ada on two devices, Ben, a kiosk that both use, and passers-by."""

import json
import uuid
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.contrib.auth.models import Group
from django.core.files import File
from django.utils import timezone

from idportal.accounts.models import Invitation, User
from idportal.accounts.roles import ROLES
from idportal.webhooks.managing import send_test
from idportal.webhooks.models import Webhook, WebhookAttempt
from idportal.webhooks.signing import encrypted, new_secret
from ingest.importing.runs import create_import
from ingest.landing import Landed, land
from ingest.models import Import, Source
from ingest.records import read_record
from ingest.sources import create_source, import_source
from lambdas.collect.envelope import make_envelope
from lambdas.transform.record import normalise_record
from profiles.identities import profile_of
from profiles.ids import public_id
from profiles.resolution import resolve_pending

ADA, BEN = "ada@example.com", "ben@example.com"
PASSWORD = "a good long password"
PAGES = ["Home", "Prices", "Autumn collection", "Blue rain jacket", "Basket", "Delivery and returns"]


def people() -> dict[str, User]:
    """Somebody for each role, named like it; and somebody without any."""
    made = {}
    for role in ["nobody", *ROLES]:
        person = User.objects.create_user(role, password=PASSWORD)
        if role in ROLES:
            person.groups.add(Group.objects.get(name=role))
        made[role] = person
    return made


def invited() -> Invitation:
    ends = timezone.now() + timedelta(days=7)
    return Invitation.objects.create(
        email="somebody.with.a.long.name@shop.example.com", role="analyst", author="administrator", expires_at=ends
    )


def event(**fields: Any) -> dict[str, Any]:
    return {"messageId": str(uuid.uuid4()), "type": "page", **fields}


def record(*events: Any, source: Source, minutes_ago: float = 0, **changes: Any) -> bytes:
    at = timezone.now() - timedelta(minutes=minutes_ago)
    posted = [{**one, "timestamp": (at - timedelta(seconds=1)).isoformat()} for one in events]
    made = make_envelope(
        posted=posted, source_id=source.pk, region="DE", received_at=at, request_id=str(uuid.uuid4()),
        client={"ip": "203.0.113.0", "user_agent": "Mozilla/5.0 Firefox/140.0"}, origin="https://shop.example",
    )  # fmt: skip
    return json.dumps(normalise_record({**made, **changes})).encode() + b"\n"


def bring(*records: bytes, minutes_ago: float = 0) -> Landed:
    """The records, landed as one delivery of so long ago."""
    return land(
        request_id=str(uuid.uuid4()), origin="firehose", records=[read_record(one) for one in records],
        size=sum(map(len, records)), received_at=timezone.now() - timedelta(minutes=minutes_ago),
    )  # fmt: skip


def told_webhook() -> WebhookAttempt:
    """A webhook that nobody listens to, and a test that failed there."""
    webhook = Webhook.objects.create(
        name="CRM", url="https://crm.example/hook?token=of-our-own", types=["profile.merged", "profile.erased"],
        secret_encrypted=encrypted(new_secret()), position=0,
    )  # fmt: skip
    return send_test(webhook)


def resolve() -> None:
    resolve_pending()


def shop() -> Source:
    return Source.objects.filter(name="Web shop").first() or create_source(name="Web shop", region="DE").source


def till() -> Source:
    return Source.objects.filter(name="Till").first() or create_source(name="Till", trusted=True).source


def ada() -> str:
    """Ada browses on her phone and her laptop, signs up on one, logs in on the other. Gives her profile's public id."""
    phone, laptop = "ada-phone-6f1c2d", "ada-laptop-91b0aa"
    for place, title in enumerate(PAGES):
        device = phone if place % 2 else laptop
        bring(
            record(event(anonymousId=device, name=title), source=shop(), minutes_ago=55 - place),
            minutes_ago=55 - place,
        )
    resolve()
    traits = {
        "email": "Ada@Example.com",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "city": "London",
        "plan": "free",
    }
    bring(
        record(event(type="identify", anonymousId=phone, traits=traits), source=shop(), minutes_ago=40), minutes_ago=40
    )
    resolve()
    paid = {"plan": "pro", "phone": "+44 20 7946 0958", "address": {"city": "London", "postcode": "W1"}}
    login = event(type="identify", userId="user-1815", anonymousId=laptop, identifiers={"email": ADA}, traits=paid)
    order = event(type="track", event="Order completed", userId="user-1815", properties={"total": 42.5})
    bring(record(login, source=shop(), minutes_ago=20), minutes_ago=20)
    bring(record(order, source=till(), minutes_ago=19, authenticated=True), minutes_ago=19)
    resolve()
    return profile_id(ADA)


def ben_and_the_kiosk() -> str:
    """Ben, and Ada too, log in on a shared kiosk: the second log-in is a held link. Gives Ben's public id."""
    kiosk = "kiosk-hall-3"
    bring(
        record(event(type="identify", userId="user-1815", anonymousId=kiosk), source=shop(), minutes_ago=15),
        minutes_ago=15,
    )
    resolve()
    login = event(type="identify", userId="user-2201", anonymousId=kiosk, traits={"email": BEN, "name": "Ben Ng"})
    bring(record(login, source=shop(), minutes_ago=12), minutes_ago=12)
    resolve()
    return profile_id(BEN)


def passers_by(count: int = 60) -> None:
    for number in range(count):
        minutes_ago = 58 - number * 55 / count
        views = [
            event(anonymousId=f"visitor-{number:04d}", name=PAGES[(number + n) % 6]) for n in range(number % 4 + 1)
        ]
        bring(record(*views, source=shop(), minutes_ago=minutes_ago), minutes_ago=minutes_ago)
    resolve()


def rejects() -> None:
    """One record that nobody can read, and one event with more identifiers than an event may have."""
    many = {f"card_{n}": f"{n:08d}" for n in range(12)}
    full = record(event(identifiers=many, email=ADA), source=shop(), minutes_ago=9)
    bring(b'{"v": 1, "received_at": "2026-11-22T23:50', full, minutes_ago=9)


def visitor(name: str = "visitor-x") -> int:
    """Somebody who looked at one page. Gives their profile's number."""
    bring(record(event(anonymousId=name, name="Home"), source=shop(), minutes_ago=5), minutes_ago=5)
    resolve()
    found = profile_of(kind="anonymous_id", value=name)
    assert found is not None
    return found


def profile_id_number(email: str) -> int:
    found = profile_of(kind="email", value=email)
    assert found is not None
    return found


def profile_id(email: str) -> str:
    return public_id(profile_id_number(email))


def upload() -> Import:
    """A file of two people that waits to be started."""
    file = File(BytesIO(b"E-Mail,City\neve@example.com,Rome\n"), "people.csv")
    return create_import(file=file, name="people.csv", source=import_source(), author="Ana")
