"""How good the probable matches are on records with known truth, beside plain Splink and exact rules, in one table.

python -m benchmarks.match_quality --records FILE.csv --truth FILE.csv [--sources FILE.json] [--pairs OUT.csv]
    [--clusters OUT.csv] [--answers FILE.csv] [--only-engine]"""

import argparse
import csv
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.match_rivals import components, exact_rules, plain_splink
from benchmarks.match_scores import Pairs, b_cubed, best_threshold, clusters_by_pairs, largest, pairwise
from profiles.matching import UnusableRecords, cluster, find_matches, read_by_source, train

Clusters = Callable[[float], dict[str, str]]


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV in UTF-8, UTF-16 or Windows' Western encoding, with commas, semicolons or tabs."""
    raw = path.read_bytes()
    text = ""
    encodings = ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252", "latin-1")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    lines = text.replace("\0", "").splitlines(keepends=True)
    if len(lines) < 2:
        raise UnusableRecords(f"{path} has no records.")
    delimiter = max(",;\t|", key=lines[0].count)
    csv.field_size_limit(10_000_000)
    return [
        {(k or "").strip().lower(): (v or "") for k, v in row.items() if k}
        for row in csv.DictReader(lines, delimiter=delimiter)
    ]


def read_records(path: Path) -> pa.Table:
    rows = read_rows(path)
    if "record_id" not in rows[0]:
        raise UnusableRecords(f"{path} has no column record_id.")
    return pa.table({c: pa.array([row.get(c) or None for row in rows], pa.string()) for c in rows[0]})


def read_truth(path: Path, records: pa.Table) -> dict[str, str]:
    rows = read_rows(path)
    if not {"record_id", "person_id"} <= set(rows[0]):
        raise UnusableRecords(f"{path} needs the columns record_id and person_id.")
    known = set(records.column("record_id").to_pylist())
    return {row["record_id"].strip(): row["person_id"] for row in rows if row["record_id"].strip() in known}


def read_answers(path: Path) -> list[tuple[str, str, bool]]:
    return [
        (r["record_id_1"], r["record_id_2"], r["same"].lower() in ("1", "true", "yes", "y")) for r in read_rows(path)
    ]


def _row(name: str, threshold: float, pairs: Pairs, clusters: dict[str, str], truth: dict[str, str], cost: str) -> str:
    scores = f"{pairwise(pairs, truth, threshold)} | {clusters_by_pairs(clusters, truth)} | {b_cubed(clusters, truth)}"
    return f"{name:<34} {threshold:>9.6f} | {scores} | {largest(clusters):>7} | {cost}"


def _cost(started: float) -> str:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{time.perf_counter() - started:6.1f} s {memory:6.0f} MB"


def _write(path: Path | None, header: tuple[str, ...], rows: Any) -> None:
    if path:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)


def _engine(options: argparse.Namespace, records: pa.Table, truth: dict[str, str]) -> list[str]:
    started = time.perf_counter()
    model = train(records, answers=read_answers(options.answers) if options.answers else None)
    matches = find_matches(records, model)
    pairs: Pairs = list(
        zip(*(matches.column(c).to_pylist() for c in ("record_id_1", "record_id_2", "probability")), strict=True)
    )

    def clusters(threshold: float) -> dict[str, str]:
        found = cluster(records, matches, threshold=threshold)
        return dict(zip(found.column("record_id").to_pylist(), found.column("cluster_id").to_pylist(), strict=True))

    default = clusters(model.review_threshold)
    cost = _cost(started)
    _write(options.pairs, ("record_id_1", "record_id_2", "score"), pairs)
    _write(options.clusters, ("record_id", "cluster_id"), default.items())
    best = best_threshold(pairs, truth)
    steps = (
        ("engine, best threshold", best),
        ("engine, default for review", model.review_threshold),
        ("engine, default for automatic", model.automatic_threshold),
    )
    return [
        _row(name, t, pairs, default if t == model.review_threshold else clusters(t), truth, cost) for name, t in steps
    ]


def _rival(
    name: str, pairs: Pairs, default: float, records: pa.Table, truth: dict[str, str], started: float
) -> list[str]:
    ids, cost = records.column("record_id").to_pylist(), _cost(started)
    thresholds = dict.fromkeys((best_threshold(pairs, truth), default))
    names = ("best threshold", f"at {default}") if len(thresholds) > 1 else ("",)
    return [
        _row(f"{name} {n}", t, pairs, components(ids, pairs, t), truth, cost)
        for n, t in zip(names, thresholds, strict=True)
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("records", "truth"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    for name in ("sources", "pairs", "clusters", "answers"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--only-engine", action="store_true", help="without the rivals")
    options = parser.parse_args(arguments)
    try:
        records = read_records(options.records)
        truth = read_truth(options.truth, records)
        if options.sources:
            records = read_by_source(records, json.loads(options.sources.read_text(encoding="utf-8-sig")))
        lines = _engine(options, records, truth)
    except (UnusableRecords, OSError, json.JSONDecodeError) as why:
        print(f"match_quality: {why}", file=sys.stderr)
        return 2
    print(f"{records.num_rows} records, {len(set(truth.values()))} people; each score as precision recall F1")
    print(
        f"{'':<34} {'threshold':>9} | {'pairs':<20} | {'clusters, by pairs':<20} | {'B-cubed':<20} | largest | time, memory",
        flush=True,
    )
    print("\n".join(lines), flush=True)
    if not options.only_engine:
        started = time.perf_counter()
        try:
            print("\n".join(_rival("plain Splink,", plain_splink(records), 0.95, records, truth, started)), flush=True)
        except Exception as why:  # it gives up on data it can't learn from
            print(f"plain Splink could not be trained: {why}", flush=True)
        started = time.perf_counter()
        print("\n".join(_rival("exact rules", exact_rules(records), 1.0, records, truth, started)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
