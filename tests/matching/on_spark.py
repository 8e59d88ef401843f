"""Prints as JSON what DuckDB and Spark find of one crowd. A process of its own: Java goes with it."""

import json
import sys

from profiles.matching import Spark, blocking, find_matches, train
from tests.matching.people import crowd


def main() -> None:
    blocking.ALL_PAIRS = 10
    records, _ = crowd(150)
    model = train(records)
    here, there = find_matches(records, model), find_matches(records, model, backend=Spark(memory="1g"))
    json.dump([here.to_pylist(), there.to_pylist()], sys.stdout)


if __name__ == "__main__":
    main()
