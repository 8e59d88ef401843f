"""Takes records, gives matches by a few fixed weights. Stands in for profiles.matching until that is here."""

import json
from collections import defaultdict
from itertools import combinations
from typing import Any

PRIOR = -10.0
WEIGHTS = {"last_name": 6.0, "first_name": 4.0, "dob": 9.0, "postcode": 4.0, "street": 4.0, "email": 3.0, "phone": 8.0}
BLOCKS = (("last_name", "dob"), ("first_name", "postcode"), ("last_name", "first_name"), ("last_name", "street"))


def train(records: Any, *, answers: Any = None) -> dict[str, Any]:
    levels = {
        field: [{"label_for_charts": "agrees", "m_probability": 0.9, "u_probability": 0.9 / 2**w},
                {"label_for_charts": "differs", "m_probability": 0.1, "u_probability": 1 - 0.9 / 2**w}]
        for field, w in WEIGHTS.items()
    }  # fmt: skip
    comparisons = [{"output_column_name": field, "comparison_levels": rows} for field, rows in levels.items()]
    return {"settings": {"comparisons": comparisons, "probability_two_random_records_match": 2**PRIOR}}


def find_matches(records: Any, model: Any, *, changed: set[int] | None = None) -> Any:
    import pyarrow as pa

    rows = {row["record_id"]: row for row in records.to_pylist()}
    pairs: set[tuple[int, int]] = set()
    for names in BLOCKS:
        block = defaultdict(list)
        for number, row in rows.items():
            if all(row[name] for name in names):
                block[tuple(row[name].lower() for name in names)].append(number)
        pairs |= {pair for numbers in block.values() if len(numbers) < 100 for pair in combinations(sorted(numbers), 2)}
    found = [_match(rows[a], rows[b]) for a, b in sorted(pairs) if changed is None or a in changed or b in changed]
    return pa.Table.from_pylist(
        [one for one in found if one["probability"] > 0.1],
        schema=pa.schema({"record_id_1": pa.int64(), "record_id_2": pa.int64(), "probability": pa.float64(),
                          "match_weight": pa.float64(), "parts": pa.string()}),
    )  # fmt: skip


def _match(a: Any, b: Any) -> dict[str, Any]:
    parts = [{"field": "prior", "a": "", "b": "", "level": "", "weight": PRIOR, "words": "before anything is compared"}]
    for field, weight in WEIGHTS.items():
        if a[field] and b[field]:
            same = a[field].lower() == b[field].lower()
            parts.append({"field": field, "a": a[field], "b": b[field], "level": "agrees" if same else "differs",
                          "weight": weight if same else -3.0, "words": "same" if same else "different"})  # fmt: skip
    total = sum(float(str(part["weight"])) for part in parts)
    return {"record_id_1": a["record_id"], "record_id_2": b["record_id"], "probability": 1 / (1 + 2**-total),
            "match_weight": total, "parts": json.dumps(parts)}  # fmt: skip


def cluster(records: Any, matches: Any, *, threshold: float) -> Any:
    import pyarrow as pa

    leader = {number: number for number in records["record_id"].to_pylist()}

    def root(number: int) -> int:
        while leader[number] != number:
            number = leader[number]
        return number

    for one in matches.to_pylist():
        if one["probability"] >= threshold:
            low, high = sorted((root(one["record_id_1"]), root(one["record_id_2"])))
            leader[high] = low
    return pa.table({"record_id": list(leader), "cluster_id": [root(number) for number in leader]})
