"""What training learns, as a value that can be stored: parameters, rates of the kinds of pairs, calibration, thresholds."""

import json
from dataclasses import asdict, dataclass

from profiles.matching.comparisons import Comparison, comparisons


@dataclass(frozen=True)
class Model:
    id_columns: list[str]
    m: list[list[float]]
    u: list[list[float]]
    rates: dict[str, float]  # of all pairs of records, how many are of each kind (guards.KINDS)
    slope: float = 1.0  # calibration from answers: bits → slope · bits + shift
    shift: float = 0.0
    review_threshold: float = 0.5
    automatic_threshold: float = 0.99
    trained_on: int = 0
    answers: int = 0

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Model":
        return cls(**json.loads(text))

    @property
    def compared(self) -> tuple[Comparison, ...]:
        return comparisons(self.id_columns)
