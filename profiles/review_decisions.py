"""Takes two profiles, gives the decision that they are one person, or that they are not."""

from collections.abc import Iterable
from dataclasses import dataclass

from profiles.decisions import Named, decide
from profiles.identities import members_of
from profiles.models import Decision

ALL = 1_000_000


@dataclass(frozen=True)
class Decided:
    decision: Decision


def _named(profile_id: int) -> dict[int, Named]:
    return {m.identifier_id: Named(m.kind, m.value) for m in members_of([profile_id], limit=ALL)}


def merge_profiles(*, a_profile_id: int, b_profile_id: int, author: str, reason: str = "") -> Decided:
    a, b = _named(a_profile_id), _named(b_profile_id)
    return Decided(
        decide(action="assert", a=[next(iter(a.values()))], b=[next(iter(b.values()))], author=author, reason=reason)[0]
    )


def reject_merge(*, a_profile_id: int, b_profile_id: int, author: str, reason: str = "") -> Decided:
    a, b = _named(a_profile_id), _named(b_profile_id)
    return Decided(decide(action="separate", a=a.values(), b=b.values(), author=author, reason=reason)[0])


def unmerge(*, profile_id: int, identifier_ids: Iterable[int], author: str, reason: str) -> Decided:
    out, members = set(identifier_ids), _named(profile_id)
    a = [named for i, named in members.items() if i in out]
    b = [named for i, named in members.items() if i not in out]
    return Decided(decide(action="separate", a=a, b=b, author=author, reason=reason)[0])
