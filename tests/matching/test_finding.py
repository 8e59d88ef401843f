import json
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.dirty_records import FIELDS, SOURCES, dirty_records
from profiles.matching import (
    Model,
    UnusableRecords,
    cluster,
    find_matches,
    guards,
    read_by_source,
    scoring,
    train,
)
from profiles.matching.cleaning import clean
from profiles.matching.comparisons import comparisons
from tests.matching.people import crowd


@pytest.fixture(scope="module")
def people() -> tuple[pa.Table, dict[str, str]]:
    return crowd()


@pytest.fixture(scope="module")
def model(people: tuple[pa.Table, dict[str, str]]) -> Model:
    return train(people[0])


@pytest.fixture(scope="module")
def matches(people: tuple[pa.Table, dict[str, str]], model: Model) -> pa.Table:
    return find_matches(people[0], model)


def test_without_any_label_nearly_all_confident_pairs_are_one_person(
    people: tuple[pa.Table, dict[str, str]], matches: pa.Table
) -> None:
    truth = people[1]
    confident = [row for row in matches.to_pylist() if row["probability"] >= 0.5]
    right = [row for row in confident if truth[row["record_id_1"]] == truth[row["record_id_2"]]]
    assert len(right) > 100
    assert len(right) / len(confident) > 0.97


def test_the_parts_of_a_match_sum_up_to_its_weight(matches: pa.Table) -> None:
    for row in matches.to_pylist():
        parts = json.loads(row["parts"])
        assert parts[0]["field"] == "prior"
        assert sum(part["weight"] for part in parts) == pytest.approx(row["match_weight"], abs=0.02)
        assert all(part["words"] for part in parts)


def test_a_model_survives_being_stored(
    people: tuple[pa.Table, dict[str, str]], model: Model, matches: pa.Table
) -> None:
    stored = Model.from_json(model.to_json())
    assert stored == model
    assert find_matches(people[0], stored).equals(matches)


def test_only_changed_records_are_looked_at_when_asked_for(
    people: tuple[pa.Table, dict[str, str]], model: Model, matches: pa.Table
) -> None:
    changed = {"r0-0", "r1-0", "r2-0", "r3-0"}
    expected = [r for r in matches.to_pylist() if {r["record_id_1"], r["record_id_2"]} & changed]
    assert find_matches(people[0], model, changed=changed).to_pylist() == expected


def test_of_changed_records_exactly_that_is_found_that_a_full_run_finds(
    people: tuple[pa.Table, dict[str, str]], model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("profiles.matching.blocking.ALL_PAIRS", 10)
    full = find_matches(people[0], model)
    for changed in ({"r0-0", "r1-0"}, {f"r{n}-0" for n in range(0, 150, 30)}, {f"r{n}-0" for n in range(90)}, set()):
        left, right = full.column("record_id_1").to_pylist(), full.column("record_id_2").to_pylist()
        expected = full.filter(pa.array([bool({a, b} & changed) for a, b in zip(left, right, strict=True)]))
        assert find_matches(people[0], model, changed=changed).equals(expected)


def test_two_born_a_few_years_apart_are_hardly_father_and_son() -> None:
    fields = [c.field for c in comparisons([])]
    weights, levels = np.full((2, len(fields)), 3.0), np.zeros((2, len(fields)), np.int64)
    levels[:, fields.index("birth date")] = (5, 6)
    kind = [k.name for k in guards.KINDS].index("generations")
    near, far = guards.kind_weights(fields, weights, levels)[:, kind]
    assert near < far - 4


def test_every_record_is_in_one_cluster(people: tuple[pa.Table, dict[str, str]], matches: pa.Table) -> None:
    clusters = cluster(people[0], matches, threshold=0.9)
    assert sorted(clusters.column("record_id").to_pylist()) == sorted(people[1])


def test_records_without_ids_are_refused_with_a_reason() -> None:
    with pytest.raises(UnusableRecords, match="record_id"):
        train(pa.table({"email": ["a@b.example"]}))
    with pytest.raises(UnusableRecords, match="two records"):
        train(pa.table({"record_id": pa.array([], pa.string())}))


def test_any_one_column_is_enough_to_run() -> None:
    records = pa.table({"record_id": ["1", "2", "3"], "full_name": ["Ada Lovelace", "Lovelace, Ada", None]})
    assert find_matches(records, train(records)).num_columns == 5


NAMES = [
    ("Mohammed Karimi", "Muhammad Karimi", True),
    ("Kim Jong-un", "Kim Jong Un", True),
    ("Ada Lovelace", "Lovelace Ada", True),
    ("贝拉克·奥巴马", "贝拉克 奥巴马", True),
    ("VladimirPutin", "Vladimir Putin", True),
    ("Sheikh Isa Tarif", "Isa Tarif", True),
    ("Malik Ruslanovich Barkhanov", "Malik Magomedovich Barkhanov", False),
    ("Wang Jie", "Wei Wang", False),
]


@pytest.mark.parametrize(("one", "other", "alike"), NAMES)
def test_names_are_alike_however_they_are_spelled_and_parted(one: str, other: str, alike: bool) -> None:
    """By itself a name that is alike speaks for one person in every part that is compared."""
    records = pa.table({"record_id": ["1", "2"], "full_name": [one, other]})
    connection = scoring.open_people(clean(records), [])
    model = Model([], [[level.m for level in c.levels] for c in comparisons([])], [], {"match": 0.01}, trained_on=2)
    table = scoring.compare(connection, model, pairs=scoring.pair_table(np.array([0]), np.array([1])))
    ((given, surname, middle),) = connection.execute(f"SELECT level_0, level_1, level_2 FROM {table}").fetchall()
    assert (0 <= given <= 4 and surname <= 2 and middle <= 1) is alike


def test_answers_about_the_hardest_pairs_do_no_harm() -> None:
    """Where a group of records speaks against a pair, an answer says nothing of what the two alone weigh."""
    rows, truth = dirty_records(700, 5)
    plain = pa.table({name: pa.array([row.get(name) or None for row in rows], pa.string()) for name in FIELDS})
    records = read_by_source(plain, SOURCES)

    def quality(found: pa.Table) -> float:
        sure = [r for r in found.to_pylist() if r["probability"] >= 0.5]
        right = sum(truth[r["record_id_1"]] == truth[r["record_id_2"]] for r in sure)
        sizes = Counter(truth.values()).values()
        return 2 * right / (len(sure) + sum(n * (n - 1) // 2 for n in sizes))

    before = find_matches(records, train(records))
    asked = [row for row in before.to_pylist() if row["probability"] >= 0.5]
    asked.sort(key=lambda row: abs(row["probability"] - 0.5))
    pairs = [(row["record_id_1"], row["record_id_2"]) for row in asked[:50]]
    answers = [(a, b, truth[a] == truth[b]) for a, b in pairs]
    after = find_matches(records, train(records, answers=answers))
    assert quality(after) > quality(before) - 0.005


def test_answers_make_it_better_and_leave_the_order_of_other_pairs_alone(
    people: tuple[pa.Table, dict[str, str]], matches: pa.Table
) -> None:
    records, truth = people
    ordered = sorted(matches.to_pylist(), key=lambda row: abs(row["match_weight"]))
    pairs = [(row["record_id_1"], row["record_id_2"]) for row in ordered[:60]]
    answers = [(a, b, truth[a] == truth[b]) for a, b in pairs]
    taught = find_matches(records, train(records, answers=answers))

    def wrong(found: pa.Table) -> int:
        sure = {(r["record_id_1"], r["record_id_2"]) for r in found.to_pylist() if r["probability"] >= 0.5}
        ids = sorted(truth)
        return sum((truth[a] == truth[b]) != ((a, b) in sure) for i, a in enumerate(ids) for b in ids[i + 1 :])

    assert wrong(taught) <= wrong(matches)
