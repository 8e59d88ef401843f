"""Takes the queue of what rule changes touch, gives how far it has been worked through."""

from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import QuerySet
from redis import RedisError

from profiles.models import Kind, Reconsideration, UndefinedKind

LONGEST = "rules:most-that-waited"
DAY = 86_400


@dataclass(frozen=True)
class Progress:
    waiting: int
    total: int  # the most that has waited since the queue was last empty

    @property
    def done(self) -> int:
        return self.total - self.waiting


def waiting_work() -> bool:
    return Reconsideration.objects.exists() or _of_new_kinds().exists()


def progress() -> Progress | None:
    """None: nothing waits."""
    waiting = Reconsideration.objects.count() + _of_new_kinds().count()
    most = _most(waiting)
    return Progress(waiting, most) if waiting else None


def _most(waiting: int) -> int:
    """Kept in the cache alone: without it a bar starts anew, and nothing else is lost."""
    try:
        most = max(waiting, cache.get(LONGEST, 0)) if waiting else 0
        cache.set(LONGEST, most, DAY)
    except RedisError:
        return waiting
    return most


def _of_new_kinds() -> QuerySet[UndefinedKind]:
    return UndefinedKind.objects.filter(kind__in=Kind.objects.values("name"))
