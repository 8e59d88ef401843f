"""Takes filters and a person, gives the questions that wait for them, a page at a time, and who is at which."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from profiles.models import ReviewQuestion, ReviewSkip
from profiles.reading import read

PAGE = 25
SHOW = {"open": "open", "mine": "claimed by me", "skipped": "skipped by me", "decided": "decided"}
SORTS = {"urgent": "most urgent", "score": "surest", "newest": "newest", "oldest": "oldest"}
# Per sort: the column before the number of the question, and whether each goes down.
ORDERS = {"urgent": ("priority", False), "score": ("probability", False), "newest": ("", True), "oldest": ("", False)}
SCORES = (50, 70, 80, 90, 95, 99)


@dataclass(frozen=True)
class QueueFilters:
    show: str = "open"
    kind: str = ""
    reason: str = ""
    source: int | None = None
    score: int | None = None  # at least, in percent
    sort: str = "urgent"

    def __bool__(self) -> bool:
        return replace(self, sort="urgent") != QueueFilters()

    def fields(self) -> dict[str, str]:
        """As in an address, without what goes without saying."""
        default = QueueFilters()
        return {
            name: str(value) for name, value in vars(self).items() if value not in ("", None, getattr(default, name))
        }


@dataclass(frozen=True)
class QueuePage:
    questions: list[ReviewQuestion]
    further: str  # where the next page starts; "": this is the last


@dataclass(frozen=True)
class KindCount:
    kind: str
    waiting: int


def questions(filters: QueueFilters, *, person: str) -> QuerySet[ReviewQuestion]:
    """Those that the filters let through, in no order yet."""
    state = "decided" if filters.show == "decided" else "open"
    found = ReviewQuestion.objects.filter(state=state).select_related("decision", "pending")
    skipped = Exists(ReviewSkip.objects.filter(question=OuterRef("pk"), person=person, until__gt=timezone.now()))
    if filters.show == "mine":
        found = found.filter(claimed_by=person, claimed_until__gt=timezone.now())
    elif state == "open":
        found = found.filter(skipped if filters.show == "skipped" else ~skipped)
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.reason:
        found = found.filter(reasons__contains=[filters.reason])
    if filters.source is not None:
        found = found.filter(source_id=filters.source)
    if filters.score is not None or (filters.sort == "score" and state == "open"):
        found = found.filter(probability__gte=(filters.score or 0) / 100)
    return found


def queue_page(filters: QueueFilters, *, person: str, after: str = "", limit: int = PAGE) -> QueuePage:
    """The questions after a place, which is that of the last one of the page before."""
    found = list(_following(filters, person, after)[: limit + 1])
    return QueuePage(found[:limit], place_of(found[limit - 1], filters) if len(found) > limit else "")


def neighbour(question: ReviewQuestion, filters: QueueFilters, *, person: str, back: bool = False) -> int | None:
    """The next question after one (or the one before it) that nobody else is at."""
    place = place_of(question, replace(filters, show="open"))
    found = _following(replace(filters, show="open"), person, place, back=back).filter(_free(person))
    return found.exclude(pk=question.pk).values_list("pk", flat=True).first()


def first_question(filters: QueueFilters, *, person: str) -> int | None:
    """Where to begin: the first that nobody else is at."""
    return _following(filters, person, "").filter(_free(person)).values_list("pk", flat=True).first()


def order_of(filters: QueueFilters, *, back: bool = False) -> list[str]:
    """The columns that the questions are in order by, or by which they are the other way round."""
    column, down = ("answered_at", True) if filters.show == "decided" else ORDERS[filters.sort]
    return [*([column if back else f"-{column}"] if column else []), "-pk" if down != back else "pk"]


def place_of(question: ReviewQuestion, filters: QueueFilters) -> str:
    if filters.show == "decided":
        return f"{question.answered_at.isoformat() if question.answered_at else ''}~{question.pk}"
    column, _ = ORDERS[filters.sort]
    value = getattr(question, column) if column else ""
    return f"{'' if value is None else value!r}~{question.pk}" if column else f"~{question.pk}"


def _following(filters: QueueFilters, person: str, after: str, *, back: bool = False) -> QuerySet[ReviewQuestion]:
    found = questions(filters, person=person)
    value, number = _place(after)
    if filters.show == "decided":
        at = _moment(value)
        if at and number is not None:
            found = found.filter(Q(answered_at__lt=at) | Q(answered_at=at, pk__lt=number))
    elif number is not None:
        column, down = ORDERS[filters.sort]
        found = found.filter(_beyond(column, _number(value), number, later=not back, down=down))
    return found.order_by(*order_of(filters, back=back))


def _beyond(column: str, value: float | None, number: int, *, later: bool, down: bool) -> Q:
    """What comes after a place (or before it): the column falls, then the number rises, or falls where it goes down."""
    beyond = Q(pk__gt=number) if later != down else Q(pk__lt=number)
    if not column or value is None:
        return beyond
    # first the range that the index can start at
    if later:
        return Q(**{f"{column}__lte": value}) & (Q(**{f"{column}__lt": value}) | beyond)
    return Q(**{f"{column}__gte": value}) & (Q(**{f"{column}__gt": value}) | beyond)


def _place(after: str) -> tuple[str, int | None]:
    value, _, number = after.rpartition("~")
    return value, int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < 1e9 else None


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _free(person: str) -> Q:
    return Q(claimed_by__in=["", person]) | Q(claimed_until__lt=timezone.now())


def counts() -> dict[str, int]:
    """How many of each kind are open."""
    return {one.kind: one.waiting for one in read("review_counts", KindCount)}


def reasons() -> list[str]:
    """The reasons that may stand on an open question, whether one has it or not."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT name FROM kinds WHERE "limit" IS NOT NULL ORDER BY rank, name')
        limits = [f"limit {name}" for (name,) in cursor.fetchall()]
    return [*limits, "unvouched", "shared", "blocked", "crowded"]


def claim(question_id: int, *, person: str, take_over: bool = False) -> bool:
    """Be the one who decides this, for a while; whatever else the person was at is free again. False: somebody else is.

    One statement, so of two who ask at once one gets it. It is theirs again whenever they ask again.
    """
    now = timezone.now()
    until = now + timedelta(minutes=settings.REVIEW_CLAIM_MINUTES)
    wanted = ReviewQuestion.objects.filter(pk=question_id, state="open")
    if not take_over:
        wanted = wanted.filter(_free(person))
    if not wanted.update(claimed_by=person, claimed_until=until):
        return False
    let_go(person=person, but=question_id)
    return True


def let_go(*, person: str, but: int | None = None) -> None:
    theirs = ReviewQuestion.objects.filter(claimed_by=person)
    (theirs.exclude(pk=but) if but else theirs).update(claimed_by="", claimed_until=None)


def skip(question_id: int, *, person: str) -> None:
    """Not now: it comes back to them after some hours, and stays open to everybody else."""
    until = timezone.now() + timedelta(hours=settings.REVIEW_SKIP_HOURS)
    ReviewSkip.objects.update_or_create(question_id=question_id, person=person, defaults={"until": until})
    let_go(person=person)


def other_questions(question: ReviewQuestion, *, limit: int = 10) -> list[ReviewQuestion]:
    """The other open questions about the same profiles, the most urgent first."""
    ids = [i for i in (question.a_profile_id, question.b_profile_id) if i is not None]
    about = Q(a_profile_id__in=ids) | Q(b_profile_id__in=ids)
    pairs = ReviewQuestion.objects.filter(state="open", kind__in=["held", "probable"])
    found = pairs.filter(about).exclude(pk=question.pk)
    return list(found.order_by("-priority", "pk")[:limit])


def filters_of(fields: Mapping[str, str], *, kinds: Iterable[str] = ReviewQuestion.Kind.values) -> QueueFilters:
    """What an address asks for; what makes no sense counts as not asked for."""

    def one_of(name: str, known: Iterable[str], otherwise: str) -> str:
        return fields.get(name, "") if fields.get(name, "") in known else otherwise

    def number(name: str) -> int | None:
        digits = fields.get(name, "")
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None

    score = number("score")
    chosen: dict[str, Any] = {
        "show": one_of("show", SHOW, "open"),
        "kind": one_of("kind", kinds, ""),
        "reason": one_of("reason", reasons(), "") if fields.get("reason") else "",
        "source": number("source"),
        "score": score if score in SCORES else None,
        "sort": one_of("sort", SORTS, "urgent"),
    }
    return QueueFilters(**chosen)
