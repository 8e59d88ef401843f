"""What the engine is compared with: plain Splink with its documented settings, and exact rules on cleaned identifiers."""

import logging
from collections import defaultdict

import duckdb
import pyarrow as pa
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from benchmarks.match_scores import Pairs
from profiles.matching.cleaning import clean, id_column, id_columns

logging.getLogger("splink").setLevel(logging.ERROR)


def components(records: list[str], pairs: Pairs, threshold: float) -> dict[str, str]:
    parent = {r: r for r in records}

    def root(r: str) -> str:
        while parent[r] != r:
            parent[r] = parent[parent[r]]
            r = parent[r]
        return r

    for a, b, score in pairs:
        if score >= threshold:
            one, two = sorted((root(a), root(b)))
            parent[two] = one
    return {r: root(r) for r in records}


def exact_rules(records: pa.Table) -> Pairs:
    """The same e-mail, phone or identifier; or the same name and birth date."""
    cleaned = clean(records)
    ids = cleaned.column("record_id").to_pylist()
    names = [id_column(kind) for kind in id_columns(records.column_names)]
    keys: dict[tuple[object, ...], list[str]] = defaultdict(list)
    columns = {c: cleaned.column(c).to_pylist() for c in ("email", "phone", "given", "surname", "dob", *names)}
    for i, record in enumerate(ids):
        for c in ("email", "phone", *names):
            if columns[c][i]:
                keys[c, columns[c][i]].append(record)
        person = tuple(columns[c][i] for c in ("given", "surname", "dob"))
        if all(person):
            keys[("person", *person)].append(record)
    return sorted({(m[0], r, 1.0) for m in keys.values() if len(m) < 200 for r in m[1:]})


def plain_splink(records: pa.Table) -> Pairs:
    """On columns that our cleaning prepared; comparisons, blocking and training as Splink's tutorial has them."""
    table = _cleaned(records)
    has = [c for c in table.column_names if table.column(c).null_count < table.num_rows]
    made = {
        "first_name": cl.NameComparison("first_name"),
        "last_name": cl.NameComparison("last_name"),
        "dob": cl.DateOfBirthComparison("dob", input_is_string=True),
        "email": cl.EmailComparison("email"),
        "phone": cl.ExactMatch("phone").configure(term_frequency_adjustments=True),
        "postcode": cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        "city": cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        "street": cl.JaroWinklerAtThresholds("street"),
    }
    compared = [c for c in made if c in has]
    blocks: list[tuple[str, ...]] = [("first_name", "last_name"), ("last_name", "dob"), ("email",), ("phone",)]
    blocks += [("first_name", "dob"), ("postcode", "last_name"), ("first_name", "city")]
    if records.num_rows <= 5_000:
        blocks += [("first_name",), ("last_name",), ("dob",)]
    rules = [block_on(*b) for b in blocks if all(c in compared for c in b)]
    if not rules:
        return []
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        comparisons=[made[c] for c in compared],
        blocking_rules_to_generate_predictions=rules,
    )
    linker = Linker(DuckDBAPI(duckdb.connect()).register(table), settings, log_level=logging.ERROR)
    training = linker.training
    training.estimate_probability_two_random_records_match(rules[:3], recall=0.7)
    training.estimate_u_using_random_sampling(max_pairs=1e6)
    for block in (
        b for b in (("first_name", "last_name"), ("dob",), ("email",), ("postcode",)) if all(c in compared for c in b)
    ):
        try:
            training.estimate_parameters_using_expectation_maximisation(block_on(*block))
        except Exception as why:
            logging.getLogger(__name__).info("no training on %s: %s", block, why)
    found = linker.inference.predict(threshold_match_probability=0.001, warning_mode="never").as_record_list()
    return [(r["record_id_l"], r["record_id_r"], _probability(r["match_weight"])) for r in found]


def _probability(bits: float) -> float:
    return 1 / (1 + 2 ** -max(min(bits, 500), -500))


def _cleaned(records: pa.Table) -> pa.Table:
    cleaned = clean(records)
    columns = {"first_name": "given", "last_name": "surname"}
    names = ("record_id", "first_name", "last_name", "dob", "email", "phone", "postcode", "city", "street")
    return pa.table({name: cleaned.column(columns.get(name, name)) for name in names})
