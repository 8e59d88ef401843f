"""Takes filters, gives the decisions there are, a page at a time: who decided what, why, and whether it is in force."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from profiles.explaining.history import Change
from profiles.identities import identifiers_meant
from profiles.models import Decision
from profiles.reading import read

PAGE = 25
MEMBERS = 4
STRETCH = 20_000  # decisions that one page of a filtered list may look at
NEWEST = 2**63 - 1
CLOCKS = timedelta(hours=1)  # a transaction's time is when it began, which may be before the change was written
CHANGES = 50
SIDE = 1000


@dataclass(frozen=True)
class Listed:
    """A decision as a line of a list."""

    decision_id: int
    action: str
    reason: str
    author: str
    created_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str
    withdrawn_because: str
    held: bool  # an assertion that a separation keeps from joining anything
    a_size: int
    b_size: int
    a_named: list[str]  # "kind:value" of the strongest
    b_named: list[str]
    a_profile_id: int | None
    b_profile_id: int | None
    approved_by: str | None  # the second person, where it had to wait for one


@dataclass(frozen=True)
class Row:
    """A decision with the identifiers of its sides as kind and value."""

    decision: Listed
    a: list[tuple[str, str]]
    b: list[tuple[str, str]]


@dataclass(frozen=True)
class DecisionFilters:
    action: str = ""
    state: str = ""  # in force, withdrawn, held
    author: str = ""
    text: str = ""  # an identifier that the decision names

    def __bool__(self) -> bool:
        return bool(self.action or self.state or self.author or self.text)


@dataclass(frozen=True)
class DecisionPage:
    decisions: list[Listed]
    older: int | None  # where the next page starts; None: this is the last
    complete: bool = True  # False: the stretch ended before the page was full


@dataclass(frozen=True)
class NamedOnSide:
    side: str
    kind: str
    value: str
    profile_id: int | None


def decision_page(filters: DecisionFilters, *, before: int = NEWEST, limit: int = PAGE) -> DecisionPage:
    named = _naming(filters.text) if filters.text else None
    found = _read(filters, named=named, before=before, limit=limit + 1)
    if len(found) > limit:
        return DecisionPage(found[:limit], found[limit - 1].decision_id)
    looked_at = Decision.objects.filter(pk__lt=before, **({"pk__in": named} if named is not None else {}))
    end = looked_at.order_by("-pk").values_list("pk", flat=True)[STRETCH - 1 : STRETCH].first()
    return DecisionPage(found, end, complete=end is None)


def decisions_about(profile_id: int, *, limit: int = 10) -> list[Listed]:
    """The newest decisions that name an identifier of a profile."""
    named = [row["decision_id"] for row in read("decisions_about", dict[str, int], profile_id=profile_id)]
    return _read(DecisionFilters(), named=named, before=NEWEST, limit=limit) if named else []


def listed(decision_id: int) -> Listed | None:
    return next(iter(_read(DecisionFilters(), named=[decision_id], before=NEWEST, limit=1)), None)


def decision_rows(decisions: Iterable[Listed]) -> list[Row]:
    return [Row(d, [_pair(text) for text in d.a_named], [_pair(text) for text in d.b_named]) for d in decisions]


def sides_of(decision_id: int) -> dict[str, list[NamedOnSide]]:
    named = read("decision_side", NamedOnSide, decision_id=decision_id, limit=2 * SIDE)
    return {side: [one for one in named if one.side == side] for side in "ab"}


def what_it_did(decision: Listed) -> list[Change]:
    return read(
        "decision_changes", Change,
        decision_id=decision.decision_id, since=decision.created_at - CLOCKS, limit=CHANGES,
    )  # fmt: skip


def authors() -> list[str]:
    return list(Decision.objects.order_by("author").values_list("author", flat=True).distinct()[:200])


def _naming(text: str) -> list[int]:
    wanted = list(dict.fromkeys(identifiers_meant(text)))
    values, kinds = [one.value for one in wanted], [one.kind for one in wanted]
    return [row["decision_id"] for row in read("decisions_naming", dict[str, int], values=values, kinds=kinds)]


def _read(filters: DecisionFilters, *, named: Iterable[int] | None, before: int, limit: int) -> list[Listed]:
    return read(
        "decisions_page", Listed, before=before, limit=limit, stretch=STRETCH, members=MEMBERS,
        named=None if named is None else list(named),
        action=filters.action, state=filters.state, author=filters.author,
    )  # fmt: skip


def _pair(text: str) -> tuple[str, str]:
    kind, _, value = text.partition(":")
    return kind, value
