"""As profiles.matching, by a few fixed weights and in no time: for tests of what is done with matches, not of them."""

import json
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from math import log2
from typing import Any

PRIOR = -10.0
WEIGHTS = {"last_name": 6.0, "first_name": 4.0, "dob": 9.0, "postcode": 4.0, "street": 4.0, "email": 3.0, "phone": 8.0}
BLOCKS = (("last_name", "dob"), ("first_name", "postcode"), ("last_name", "first_name"), ("last_name", "street"))


@dataclass(frozen=True)
class Level:
    words: str


@dataclass(frozen=True)
class Comparison:
    field: str
    levels: tuple[Level, ...] = (Level("the same"), Level("different"))


@dataclass(frozen=True)
class Model:
    m: list[list[float]]
    u: list[list[float]]
    rates: dict[str, float]

    @property
    def compared(self) -> list[Comparison]:
        return [Comparison(field) for field in WEIGHTS]

    def to_json(self) -> str:
        return json.dumps({"m": self.m, "u": self.u, "rates": self.rates})

    @classmethod
    def from_json(cls, text: str) -> "Model":
        return cls(**json.loads(text))


def train(records: Any, *, answers: Any = None) -> Model:
    u = [[0.9 / 2**weight, 1 - 0.9 / 2**weight] for weight in WEIGHTS.values()]
    return Model([[0.9, 0.1]] * len(u), u, {"match": 2**PRIOR})


def find_matches(records: Any, model: Model, *, changed: set[str] | None = None) -> Any:
    import pyarrow as pa

    rows = {row["record_id"]: row for row in records.to_pylist()}
    pairs: set[tuple[str, str]] = set()
    for names in BLOCKS:
        block = defaultdict(list)
        for number, row in rows.items():
            if all(row[name] for name in names):
                block[tuple(row[name].lower() for name in names)].append(number)
        pairs |= {pair for numbers in block.values() if len(numbers) < 100 for pair in combinations(sorted(numbers), 2)}
    asked = (pair for pair in sorted(pairs) if changed is None or pair[0] in changed or pair[1] in changed)
    found = [_match(model, rows[a], rows[b]) for a, b in asked]
    schema = pa.schema({"record_id_1": pa.string(), "record_id_2": pa.string(), "probability": pa.float64(),
                        "match_weight": pa.float64(), "parts": pa.string()})  # fmt: skip
    return pa.Table.from_pylist([one for one in found if one["probability"] > 0.01], schema=schema)


def _match(model: Model, a: Any, b: Any) -> dict[str, Any]:
    total = log2(model.rates["match"])
    parts = [_part("prior", None, None, "prior", total, "before anything is compared")]
    for place, field in enumerate(WEIGHTS):
        if a[field] and b[field]:
            level = int(a[field].lower() != b[field].lower())
            weight = log2(model.m[place][level] / model.u[place][level])
            total += weight
            parts.append(_part(field, a[field], b[field], str(level), weight, ("the same", "different")[level]))
    return {"record_id_1": a["record_id"], "record_id_2": b["record_id"], "probability": 1 / (1 + 2**-total),
            "match_weight": total, "parts": json.dumps(parts)}  # fmt: skip


def _part(field: str, a: Any, b: Any, level: str, weight: float, words: str) -> dict[str, Any]:
    return {"field": field, "a": a, "b": b, "level": level, "weight": weight, "words": words}


def cluster(records: Any, matches: Any, *, threshold: float) -> Any:
    import pyarrow as pa

    leader = {number: number for number in records["record_id"].to_pylist()}

    def root(number: str) -> str:
        while leader[number] != number:
            number = leader[number]
        return number

    for one in matches.to_pylist():
        if one["probability"] >= threshold:
            low, high = sorted((root(one["record_id_1"]), root(one["record_id_2"])))
            leader[high] = low
    return pa.table({"record_id": list(leader), "cluster_id": [root(number) for number in leader]})
