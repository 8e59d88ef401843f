"""Takes what shall go wrong and how often, gives yes or no: the faults that a test or a person injects."""

import random
import threading
from dataclasses import asdict, dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Shares from 0 to 1, and delays in seconds."""

    put_partial: float = 0.0  # records of a call that are refused, one by one
    put_throttle: float = 0.0  # calls that are refused as a whole
    put_lose_answer: float = 0.0  # calls that are taken, and then the connection breaks
    put_delay: float = 0.0
    deliver_duplicate: float = 0.0  # deliveries made again under the same request id
    deliver_again: float = 0.0  # deliveries made again under another request id
    deliver_reorder: float = 0.0  # deliveries shuffled, and held back so that later ones overtake
    deliver_lose_answer: float = 0.0  # answers that are thrown away, so that the delivery is tried again
    deliver_delay: float = 0.0


class FaultBox:
    """The faults in force; may be changed at any time from any thread."""

    def __init__(self, *, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._random = random.Random(seed)  # noqa: S311 - to be repeatable
        self.now = Faults()

    def change(self, wanted: Any) -> Faults:
        """The faults after `wanted` ({name: share or seconds}); all others end. Raises ValueError."""
        names = {field.name for field in fields(Faults)}
        if not isinstance(wanted, dict) or not set(wanted) <= names:
            raise ValueError(f"faults are {', '.join(sorted(names))}")
        for name, value in wanted.items():
            if not isinstance(value, int | float) or not 0 <= value <= (600 if name.endswith("delay") else 1):
                raise ValueError(f"{name} is a share from 0 to 1, a delay at most 600 seconds")
        with self._lock:
            self.now = replace(Faults(), **{name: float(value) for name, value in wanted.items()})
        return self.now

    def strikes(self, share: float) -> bool:
        if not share:
            return False
        with self._lock:
            return self._random.random() < share

    def as_json(self) -> dict[str, float]:
        return asdict(self.now)
