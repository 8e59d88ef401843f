"""What third records say of a pair: two records that a chain of strong matches ties together, and nothing in their group
contradicts, are likelier one person than the two alone show; two whose groups contradict each other, less."""

from collections import defaultdict

import numpy as np

from profiles.matching.clustering import may_join
from profiles.matching.contradictions import Facts
from profiles.matching.weighing import Floats, Ints, Weighed

Pair = tuple[int, int]
CHAIN_COST = 1.5  # bits that a chain is weaker than its weakest link


def groups(pairs: Weighed, known: dict[int, Facts], least: float = 0.0) -> tuple[dict[Pair, float], set[Pair]]:
    """For each two records of one group, the weakest link of the chain between them; and the links that were refused."""
    inside = _within_reach(pairs, least)
    left, right, own = (column[inside].tolist() for column in (pairs.left, pairs.right, pairs.own))
    between: dict[int, dict[int, float]] = defaultdict(dict)
    for a, b, weight in zip(left, right, own, strict=True):
        between[a][b] = between[b][a] = weight
    group = {record: record for record in between}
    members = {record: [record] for record in between}
    chains: dict[Pair, float] = {}
    refused: set[Pair] = set()
    for weight, a, b in sorted(zip(own, left, right, strict=True), key=lambda row: (-row[0], row[1], row[2])):
        if weight < least:
            break
        one, two = group[a], group[b]
        if one == two:
            continue
        if not may_join(members[one], members[two], known, between):
            refused.add((a, b))
            continue
        for x in members[one]:
            for y in members[two]:
                chains[(x, y) if x < y else (y, x)] = weight
        if len(members[one]) < len(members[two]):
            one, two = two, one
        members[one] += members[two]
        for record in members.pop(two):
            group[record] = one
    return chains, refused


def _within_reach(pairs: Weighed, least: float) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """The pairs whose two records strong pairs tie together: only they can meet in a group."""
    leader = np.arange(int(max(pairs.right.max(initial=0), pairs.left.max(initial=0))) + 1)
    strong = pairs.own >= least
    left, right = pairs.left[strong], pairs.right[strong]
    while True:
        smaller = np.minimum(leader[left], leader[right])
        before = leader.copy()
        np.minimum.at(leader, left, smaller)
        np.minimum.at(leader, right, smaller)
        leader = leader[leader]
        if (before == leader).all():
            return np.asarray(leader[pairs.left] == leader[pairs.right])


def missing(chains: dict[Pair, float], pairs: Weighed) -> Ints:
    """Pairs of one group that no blocking pass proposed, or that alone weigh next to nothing."""
    chained = np.array(sorted(chains), dtype=np.int64).reshape(-1, 2)
    return chained[~np.isin(_keys(chained[:, 0], chained[:, 1]), _keys(pairs.left, pairs.right))]


def heard(pairs: Weighed, chains: dict[Pair, float], refused: set[Pair]) -> Floats:
    """The weights of the pairs after third records spoke."""
    final = pairs.own.copy()
    spoken = np.array(sorted({*chains, *refused}), dtype=np.int64).reshape(-1, 2)
    at = np.searchsorted(_keys(pairs.left, pairs.right), _keys(spoken[:, 0], spoken[:, 1]))
    for i, (a, b) in zip(at.tolist(), spoken.tolist(), strict=True):
        final[i] += correction((a, b), float(final[i]), chains, refused)
    return final


def _keys(left: Ints, right: Ints) -> Ints:
    return np.asarray(left << 32 | right)


def correction(pair: Pair, weight: float, chains: dict[Pair, float], refused: set[Pair]) -> float:
    """The bits that third records add to a pair's own weight."""
    if pair in refused:
        return -(weight / 2 + 1)
    chain = chains.get(pair)
    if chain is None or weight >= chain - CHAIN_COST:
        return 0.0
    return (chain - CHAIN_COST - weight) * (1.0 if weight > -4 else 0.75)
