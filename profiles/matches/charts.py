"""Takes a model's parameters and the candidates, gives the bars of their charts; the template only draws them."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log2
from typing import Any

from profiles.reading import read

HALF = 100.0  # of a weight's bar, each side of the middle
HEIGHT = 96.0
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


def probabilities(automatic: float | None) -> list[ProbabilityBar]:
    """The candidates, from those that are hardly any to those that are all but sure, in twenty steps."""
    counts = {row["step"]: row["candidates"] for row in read("match_probabilities", dict[str, int])}
    tallest = max(counts.values(), default=0) or 1
    return [_bar(step, counts.get(step, 0), tallest, automatic) for step in range(20)]


def _bar(step: int, count: int, tallest: int, automatic: float | None) -> ProbabilityBar:
    sure = automatic is not None and step / 20 >= automatic
    height = max(round(count / tallest * (HEIGHT - 4), 1), 2.0)
    css = "quiet" if not count else "bar-2" if sure else "bar"
    title = f"{step * 5} to {step * 5 + 5} %: {count:,} candidate{'' if count == 1 else 's'}"
    return ProbabilityBar(step * 30.0, HEIGHT - height, 24.0, height, css, title)
