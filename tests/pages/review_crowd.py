"""What stewards are asked about: a kiosk, a namesake, a family's address, a delivery that waits, a merge by chance."""

import uuid
from typing import Any

from django.utils import timezone

from profiles.models import Identifier, MatchCandidate, MatchModel, ParkedDelivery, ReviewQuestion
from profiles.review.questions import refresh_review
from tests.pages import crowd

ADA_TYPO = "ada.lovelase@example.org"


def held() -> ReviewQuestion:
    """Ada and Ben on one kiosk."""
    crowd.ada()
    crowd.ben_and_the_kiosk()
    return _asked("held")


def probable(probability: float = 0.973) -> ReviewQuestion:
    """Ada again, with another address and a typing error."""
    crowd.ada()
    traits = {
        "email": ADA_TYPO, "first_name": "Ada", "last_name": "Lovelase", "city": "London",
        "address": {"city": "London", "postcode": "W1"},
    }  # fmt: skip
    crowd.bring(crowd.record(crowd.event(type="identify", userId="crm-77", traits=traits), source=crowd.till()))
    crowd.resolve()
    match("user-1815", "crm-77", probability)
    return _asked("probable")


def match(a: str, b: str, probability: float) -> MatchCandidate:
    model = MatchModel.objects.create(state="retired", parameters={}, trained_at=timezone.now(), trained_records=0)
    low, high = sorted(Identifier.objects.filter(value__in=[a, b]).values_list("profile_id", flat=True))
    parts: list[dict[str, Any]] = [
        {"field": "prior", "a": None, "b": None, "level": "", "weight": -9.2, "words": "before anything is compared"},
        {"field": "first_name", "a": "Ada", "b": "Ada", "level": "exact", "weight": 6.1, "words": "the same, and rare"},
        {"field": "last_name", "a": "Lovelace", "b": "Lovelase", "level": "close", "weight": 5.3, "words": "nearly"},
        {"field": "email", "a": crowd.ADA, "b": ADA_TYPO, "level": "else", "weight": -1.4, "words": "different"},
        {"field": "postcode", "a": "W1", "b": "W1", "level": "exact", "weight": 4.4, "words": "the same"},
    ]  # fmt: skip
    return MatchCandidate.objects.create(
        a_id=low, b_id=high, model=model, probability=probability, match_weight=5.2, parts=parts
    )


def shared() -> ReviewQuestion:
    """An address that a whole club uses."""
    for n in range(12):
        login = crowd.event(type="identify", userId=f"member-{n}", traits={"email": "club@example.com"})
        crowd.bring(crowd.record(login, source=crowd.shop(), minutes_ago=30 - n))
    crowd.resolve()
    return _asked("value")


def parked() -> ReviewQuestion:
    crowd.ada()
    crowd.passers_by(3)
    delivery = crowd.bring(crowd.record(crowd.event(anonymousId="late"), source=crowd.shop())).delivery_id
    a, b = Identifier.objects.order_by("pk").values_list("profile_id", flat=True)[:2]
    detail = {
        "kind": "user_id", "value": "user-0000", "profiles": 480, "usual": 3,
        "examples": [{"from": b, "to": a, "event_id": None}],
    }  # fmt: skip
    ParkedDelivery.objects.create(delivery_id=delivery, parked_at=timezone.now(), why="value", detail=detail)
    return _asked("parked")


def sample() -> ReviewQuestion:
    """Of Ada's merge; the share of samples must be all."""
    crowd.ada()
    return _asked("sample")


def reopened() -> ReviewQuestion:
    from profiles.deciding.decisions import reject_merge

    held()
    ada, ben = (Identifier.objects.get(value=value).profile_id for value in (crowd.ADA, crowd.BEN))
    reject_merge(a_profile_id=ada, b_profile_id=ben, author="Ana", reason="They only share the kiosk")
    refresh_review()
    again = crowd.event(type="identify", userId="user-2201", anonymousId="ada-laptop-91b0aa")
    crowd.bring(crowd.record(again, source=crowd.shop(), minutes_ago=1), minutes_ago=1)
    crowd.resolve()
    return _asked("reopened")


def pairs(number: int) -> list[ReviewQuestion]:
    """So many pairs of people who share a device."""
    for n in range(number):
        device = f"tablet-{n}-{uuid.uuid4()}"
        for minutes, who in ((30, "one"), (20, "other")):
            traits = {"email": f"{who}{n}@example.com", "name": f"{who.title()} {n}"}
            login = crowd.event(type="identify", userId=f"{who}-{n}", anonymousId=device, traits=traits)
            crowd.bring(crowd.record(login, source=crowd.shop(), minutes_ago=minutes), minutes_ago=minutes)
    crowd.resolve()
    refresh_review()
    return list(ReviewQuestion.objects.filter(kind="held", state="open").order_by("pk"))


def _asked(kind: str) -> ReviewQuestion:
    refresh_review()
    return ReviewQuestion.objects.get(kind=kind, state="open")
