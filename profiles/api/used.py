"""Takes an API client and a number of days, gives what it asked: by day, and by endpoint and status."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max, Sum
from django.utils import timezone

from profiles.models import ApiClient


@dataclass(frozen=True)
class UsedEndpoint:
    endpoint: str
    requests: int
    statuses: list[tuple[int, int]]  # and how often each
    last_day: date


@dataclass(frozen=True)
class UsedDay:
    day: date
    requests: int = 0
    limited: int = 0


@dataclass(frozen=True)
class Used:
    days: list[UsedDay]  # all, the first first
    endpoints: list[UsedEndpoint]  # the most asked first

    @property
    def requests(self) -> int:
        return sum(one.requests for one in self.days)

    @property
    def limited(self) -> int:
        return sum(one.limited for one in self.days)

    @property
    def failed(self) -> int:
        return sum(n for one in self.endpoints for status, n in one.statuses if status >= 500)


def used(client: ApiClient, *, days: int) -> Used:
    today = timezone.now().date()
    since = today - timedelta(days=days - 1)
    known = {one.day: one for one in client.usage.filter(day__gte=since)}
    every = (since + timedelta(days=n) for n in range(days))
    return Used(
        [
            UsedDay(day, known[day].requests, known[day].limited) if day in known else UsedDay(day, 0, 0)
            for day in every
        ],
        sorted(_endpoints(client, since), key=lambda one: (-one.requests, one.endpoint)),
    )


def _endpoints(client: ApiClient, since: date) -> Iterable[UsedEndpoint]:
    calls = client.calls.filter(day__gte=since).values("endpoint", "status").order_by("endpoint", "status")
    found: dict[str, list[tuple[int, int, date]]] = {}
    for one in calls.annotate(n=Sum("requests"), last=Max("day")):
        found.setdefault(one["endpoint"], []).append((one["status"], one["n"], one["last"]))
    for endpoint, lines in found.items():
        statuses = [(status, n) for status, n, _ in lines]
        yield UsedEndpoint(endpoint, sum(n for _, n in statuses), statuses, max(last for *_, last in lines))
