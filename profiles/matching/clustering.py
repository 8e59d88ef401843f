"""Records and matches → clusters, with guards: two groups join only if what is known between them, summed, speaks for it."""

from collections import defaultdict
from math import log2
from typing import TypeVar

import pyarrow as pa

from profiles.matching.cleaning import clean
from profiles.matching.contradictions import Facts, contradict, facts

K = TypeVar("K", str, int)  # a record, by its id or its number
UNKNOWN, UNLIKE = -1.0, -8.0  # bits of a pair that was not found: nothing to compare, or contradictory
MOST = 60  # records; more than this under one person needs a look


def cluster(records: pa.Table, matches: pa.Table, *, threshold: float) -> pa.Table:
    known = facts(clean(records))
    return _table(list(known), _groups(known, matches, threshold))


def _groups(known: dict[str, Facts], matches: pa.Table, threshold: float) -> dict[str, str]:
    least = min(bits_of(threshold), 0.0)
    pairs = sorted(
        zip(
            *(matches.column(c).to_pylist() for c in ("match_weight", "record_id_1", "record_id_2", "probability")),
            strict=True,
        ),
        key=lambda row: (-row[0], row[1], row[2]),
    )
    group = {record: record for record in known}
    members = {record: [record] for record in known}
    between: dict[str, dict[str, float]] = defaultdict(dict)
    for weight, a, b, _ in pairs:
        between[a][b] = between[b][a] = weight
    for _, a, b, probability in pairs:
        if probability < threshold:
            break
        one, two = group[a], group[b]
        if one != two and may_join(members[one], members[two], known, between, least):
            if len(members[one]) < len(members[two]):
                one, two = two, one
            members[one] += members[two]
            for record in members.pop(two):
                group[record] = one
    return {record: min(members[g]) for record, g in group.items()}


def bits_of(probability: float) -> float:
    likely = min(max(probability, 1e-9), 1 - 1e-9)
    return log2(likely / (1 - likely))


def may_join(
    one: list[K], two: list[K], known: dict[K, Facts], between: dict[K, dict[K, float]], least: float = 0.0
) -> bool:
    """Whether all that is known between the two groups, on average, speaks for one person; `least`: from these bits on."""
    if len(one) + len(two) > MOST:
        return False
    if len(one) == len(two) == 1:
        return True
    total = 0.0
    for a in one:
        for b in two:
            weight = between[a].get(b)
            if weight is None:
                total += UNLIKE if contradict(known[a], known[b]) else UNKNOWN
            else:
                total += min(max(weight - least, UNLIKE), 10.0)
    return total > 0


def _table(records: list[str], groups: dict[str, str]) -> pa.Table:
    return pa.table(
        {"record_id": pa.array(records, pa.string()), "cluster_id": pa.array([groups[r] for r in records], pa.string())}
    )
