"""What third records say of a pair: two records that a chain of strong matches ties together, and nothing in their group
contradicts, are likelier one person than the two alone show; two whose groups contradict each other, less."""

from collections import defaultdict

from profiles.matching.clustering import may_join
from profiles.matching.contradictions import Facts

Pair = tuple[str, str]
CHAIN_COST = 1.5  # bits that a chain is weaker than its weakest link


def groups(
    pairs: dict[Pair, float], known: dict[str, Facts], least: float = 0.0
) -> tuple[dict[Pair, float], set[Pair]]:
    """For each two records of one group, the weakest link of the chain between them; and the links that were refused."""
    between: dict[str, dict[str, float]] = defaultdict(dict)
    for (a, b), weight in pairs.items():
        between[a][b] = between[b][a] = weight
    group = {record: record for record in between}
    members = {record: [record] for record in between}
    chains: dict[Pair, float] = {}
    refused: set[Pair] = set()
    for (a, b), weight in sorted(pairs.items(), key=lambda item: (-item[1], item[0])):
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


def correction(pair: Pair, weight: float, chains: dict[Pair, float], refused: set[Pair]) -> float:
    """The bits that third records add to a pair's own weight."""
    if pair in refused:
        return -(weight / 2 + 1)
    chain = chains.get(pair)
    if chain is None or weight >= chain - CHAIN_COST:
        return 0.0
    return (chain - CHAIN_COST - weight) * (1.0 if weight > -4 else 0.75)
