"""Takes the parts of a probable match, gives the bars of its waterfall: where each field starts and where it leads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ingest.masking import Mask

WIDTH = 240
HEIGHT = 22
MARGIN = 6


@dataclass(frozen=True)
class Bar:
    """One field: it moves the sum of weights from one end of its bar to the other."""

    field: str
    a: Any
    b: Any
    words: str
    weight: float
    x: float
    width: float
    end: float  # where the next one starts

    @property
    def direction(self) -> str:
        return "for" if self.weight > 0.05 else "against" if self.weight < -0.05 else "neither"


@dataclass(frozen=True)
class Waterfall:
    bars: list[Bar]
    total: float
    zero: float  # where the weights neither speak for it nor against
    total_x: float
    total_width: float


def waterfall(parts: Sequence[dict[str, Any]], *, mask: Mask) -> Waterfall:
    """The parts in their order, the prior first; all on one scale, with zero always on it."""
    sums = [0.0]
    for part in parts:
        sums.append(sums[-1] + float(part["weight"]))
    low, high = min(sums), max(sums)
    scale = (WIDTH - 2 * MARGIN) / ((high - low) or 1)

    def at(value: float) -> float:
        return round(MARGIN + (value - low) * scale, 1)

    bars = [
        Bar(
            field=part["field"], a=mask.value(part.get("a")), b=mask.value(part.get("b")),
            words="" if mask.on else part.get("words") or part.get("level") or "", weight=float(part["weight"]),
            x=min(at(before), at(after)), width=max(round(abs(at(after) - at(before)), 1), 1.5), end=at(after),
        )
        for part, before, after in zip(parts, sums, sums[1:], strict=False)
    ]  # fmt: skip
    zero, total = at(0), at(sums[-1])
    return Waterfall(bars, sums[-1], zero, min(zero, total), max(round(abs(total - zero), 1), 1.5))
