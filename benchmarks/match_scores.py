"""Predicted pairs and clusters against the truth: precision, recall, F1."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

Pairs = list[tuple[str, str, float]]


@dataclass(frozen=True)
class Score:
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __str__(self) -> str:
        return f"{self.precision:.4f} {self.recall:.4f} {self.f1:.4f}"


def _choose_two(n: int) -> int:
    return n * (n - 1) // 2


def true_pairs(truth: dict[str, str]) -> int:
    return sum(_choose_two(n) for n in Counter(truth.values()).values())


def pairwise(pairs: Pairs, truth: dict[str, str], threshold: float) -> Score:
    """All true pairs count, also those that were never proposed."""
    proposed = [(a, b) for a, b, score in pairs if score >= threshold and a in truth and b in truth]
    right = sum(truth[a] == truth[b] for a, b in proposed)
    return Score(right / len(proposed) if proposed else 1.0, right / max(true_pairs(truth), 1))


def best_threshold(pairs: Pairs, truth: dict[str, str]) -> float:
    """The score from which on the pairs have the best F1."""
    total, best, at, right, seen = true_pairs(truth), -1.0, 1.0, 0, 0
    ordered = sorted((p for p in pairs if p[0] in truth and p[1] in truth), key=lambda p: -p[2])
    for score, group in groupby(ordered, key=lambda p: p[2]):
        for a, b, _ in group:
            seen += 1
            right += truth[a] == truth[b]
        if (f1 := 2 * right / max(seen + total, 1)) > best:
            best, at = f1, score
    return at


def clusters_by_pairs(clusters: dict[str, str], truth: dict[str, str]) -> Score:
    both = sum(_choose_two(n) for n in Counter((clusters[r], truth[r]) for r in truth).values())
    joined = sum(_choose_two(n) for n in Counter(clusters[r] for r in truth).values())
    return Score(both / joined if joined else 1.0, both / max(true_pairs(truth), 1))


def b_cubed(clusters: dict[str, str], truth: dict[str, str]) -> Score:
    both = Counter((clusters[r], truth[r]) for r in truth)
    found, real = Counter(clusters[r] for r in truth), Counter(truth.values())
    size = max(len(truth), 1)
    return Score(
        sum(n * n / found[c] for (c, _), n in both.items()) / size,
        sum(n * n / real[p] for (_, p), n in both.items()) / size,
    )


def largest(clusters: dict[str, str]) -> int:
    return max(Counter(clusters.values()).values(), default=0)
