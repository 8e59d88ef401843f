"""Takes the answers to sampled merges, gives how many of the merges that nobody decided are right."""

from dataclasses import dataclass
from math import sqrt

from profiles.reading import read

Z = 1.959964  # of 95 in 100
WIDTH = 200  # of the line that it is drawn on


@dataclass(frozen=True)
class Precision:
    """`right` of `answered` samples; the share in all such merges is between `low` and `high`, 19 times out of 20."""

    cause: str  # "event" or "decision" (an automatic match)
    answered: int
    right: int

    @property
    def share(self) -> float:
        return self.right / self.answered if self.answered else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.right, self.answered)

    @property
    def share_percent(self) -> str:
        return _percent(self.share)

    @property
    def low_percent(self) -> str:
        return _percent(self.interval[0])

    @property
    def high_percent(self) -> str:
        return _percent(self.interval[1])

    @property
    def low_x(self) -> float:
        return round(self.interval[0] * WIDTH, 1)

    @property
    def width_x(self) -> float:
        return round((self.interval[1] - self.interval[0]) * WIDTH, 1)

    @property
    def share_x(self) -> float:
        return round(self.share * (WIDTH - 3), 1)


def wilson(right: int, answered: int) -> tuple[float, float]:
    """Wilson's interval: it holds for few answers too, and for all right."""
    if not answered:
        return 0.0, 1.0
    share, squared = right / answered, Z * Z
    middle = (share + squared / (2 * answered)) / (1 + squared / answered)
    spread = Z * sqrt(share * (1 - share) / answered + squared / (4 * answered * answered)) / (1 + squared / answered)
    # all right is right up to the last: rounding must not say less
    return (0.0 if right == 0 else middle - spread), (1.0 if right == answered else middle + spread)


def _percent(share: float) -> str:
    """Whole percents, and tenths where it is nearly all; never rounded up to all."""
    return f"{int(share * 1000) / 10:g} %" if share > 0.9 else f"{share * 100:.0f} %"


def precision(*, days: int = 365) -> list[Precision]:
    """By what made the merges; nothing for what no sample has been answered of."""
    return read("sampled_merges", Precision, days=days)
