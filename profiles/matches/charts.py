"""Takes a model's parameters and the candidates, gives the bars of their charts; the template only draws them."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log2
from typing import Any

from profiles.reading import read

HALF = 100.0  # of a weight's bar, each side of the middle
HEIGHT = 96.0
THRESHOLDS = (50, 65, 80, 95)
MOST_BITS = 20.0  # beyond it a bar is full: some levels are worth more than any chart shows


@dataclass(frozen=True)
class LevelBar:
    """One way to agree or differ: what it weighs, and its bar, to the right where it speaks for one person."""

    words: str
    weight: float | None  # null: there was nothing to learn it from, or it says nothing
    same: float | None  # how often it is seen of one person's records
    other: float | None  # and of two people's
    x: float = 0.0
    width: float = 0.0

    @property
    def css(self) -> str:
        return "for" if (self.weight or 0) > 0 else "against"


@dataclass(frozen=True)
class ComparisonBars:
    field: str
    levels: list[LevelBar]


@dataclass(frozen=True)
class ProbabilityBar:
    x: float
    y: float
    width: float
    height: float
    css: str
    title: str


def weights_of(parameters: Mapping[str, Any]) -> list[ComparisonBars]:
    """What each comparison's levels weigh, as the model has learned it."""
    told = [(c["field"], [_level(level) for level in c["levels"]]) for c in parameters.get("charts", [])]
    weights = [abs(level.weight) for _, levels in told for level in levels if level.weight is not None]
    widest = min(max(weights, default=1.0), MOST_BITS) or 1.0
    return [ComparisonBars(field, [_drawn(level, widest) for level in levels]) for field, levels in told]


def prior_of(parameters: Mapping[str, Any]) -> float | None:
    """How many pairs there are for each pair of one person's records, before anything is compared."""
    return parameters.get("one_in")


def _level(level: Mapping[str, Any]) -> LevelBar:
    same, other = level["m"] or None, level["u"] or None
    return LevelBar(level["words"], log2(same / other) if same and other else None, same, other)


def _drawn(level: LevelBar, widest: float) -> LevelBar:
    width = round(min(abs(level.weight or 0) / widest, 1) * HALF, 1)
    x = HALF if (level.weight or 0) > 0 else HALF - width
    return LevelBar(level.words, level.weight, level.same, level.other, round(x, 1), width)


@dataclass(frozen=True)
class Expected:
    """Of the candidates from a probability on, in percent, so many are one person."""

    threshold: int
    candidates: int
    precision: float


@dataclass(frozen=True)
class Candidates:
    bars: list[ProbabilityBar]
    expected: list[Expected]


def candidates(automatic: float | None) -> Candidates:
    """In twenty steps, from those that are hardly any to those that are all but sure; and what the surest amount to."""
    found = {row["step"]: row for row in read("match_probabilities", dict[str, Any])}
    counts = {step: row["candidates"] for step, row in found.items()}
    tallest = max(counts.values(), default=0) or 1
    bars = [_bar(step, counts.get(step, 0), tallest, automatic) for step in range(20)]
    return Candidates(bars, [e for t in THRESHOLDS if (e := _expected(t, found))])


def _expected(threshold: int, found: Mapping[int, Mapping[str, Any]]) -> Expected | None:
    """None where none is as unsure as that: a higher threshold says the same."""
    above = [row for step, row in found.items() if step * 5 >= threshold]
    total = sum(row["candidates"] for row in above)
    if not any(threshold <= step * 5 < threshold + 15 for step in found):
        return None
    return Expected(threshold, total, sum(row["right_ones"] for row in above) / total * 100)


def _bar(step: int, count: int, tallest: int, automatic: float | None) -> ProbabilityBar:
    sure = automatic is not None and step / 20 >= automatic
    height = max(round(count / tallest * (HEIGHT - 4), 1), 2.0)
    css = "quiet" if not count else "bar-2" if sure else "bar"
    title = f"{step * 5} to {step * 5 + 5} %: {count:,} candidate{'' if count == 1 else 's'}"
    return ProbabilityBar(step * 30.0, HEIGHT - height, 24.0, height, css, title)
