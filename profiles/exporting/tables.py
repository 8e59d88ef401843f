"""Gives what can be exported: each table with its columns, its query, and how a chunk of its rows is told."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from profiles.api.shown import STANDING, pair
from profiles.golden_record import golden_records
from profiles.identities import first_seen_of, full_name, members_of
from profiles.ids import public_ids
from profiles.models import Standing
from profiles.privacy.consent import agreed

Row = dict[str, Any]
Sort = Literal["text", "number", "flag", "time", "json"]


@dataclass(frozen=True)
class Table:
    """`told` takes rows of `query`, gives them by the names of `columns`; `holders` names the profiles of a row, all of
    which must have agreed where a purpose is asked for."""

    name: str
    words: str
    query: str
    columns: dict[str, Sort]
    told: Callable[[list[Row]], list[Row]]
    holders: tuple[str, ...]
    chunk: int = 5_000


def agreeing(table: Table, rows: list[Row], *, purpose: str) -> list[Row]:
    ids = agreed({row[name] for row in rows for name in table.holders}, purpose=purpose)
    return [row for row in rows if all(row[name] in ids for name in table.holders)]


def _profiles(rows: list[Row]) -> list[Row]:
    ids = [row["profile_id"] for row in rows]
    public, records, seen = public_ids(ids), golden_records(ids), first_seen_of(ids)
    sizes = {member.profile_id: member.members for member in members_of(ids, limit=1)}
    return [
        {
            "profile_id": public[i],
            "name": full_name(records.get(i, [])),
            "first_seen": seen.get(i),
            "identifiers": sizes.get(i, 0),
            "traits": {trait.name: trait.value for trait in records.get(i, [])},
        }
        for i in ids
    ]


def _identifiers(rows: list[Row]) -> list[Row]:
    public = _public(rows, "profile_id")
    return [
        {**row, "profile_id": public[row["profile_id"]], "standing": STANDING[Standing(row["standing"])]}
        for row in rows
    ]


def _links(rows: list[Row]) -> list[Row]:
    public = _public(rows, "a_profile_id", "b_profile_id")
    return [{**row, **{name: public[row[name]] for name in ("a_profile_id", "b_profile_id")}} for row in rows]


def _history(rows: list[Row]) -> list[Row]:
    public = _public(rows, "from_profile_id", "to_profile_id")
    return [
        {
            **row,
            "from_profile_id": public[row["from_profile_id"]],
            "to_profile_id": public[row["to_profile_id"]],
            "identifiers": [pair(text) for text in row["identifiers"]],
        }
        for row in rows
    ]


def _public(rows: Iterable[Row], *names: str) -> dict[int, str]:
    return public_ids(row[name] for row in rows for name in names)


TABLES = {
    table.name: table
    for table in (
        Table(
            "profiles", "One row a profile, with its golden record.", "export_profiles",
            {"profile_id": "text", "name": "text", "first_seen": "time", "identifiers": "number", "traits": "json"},
            _profiles, ("profile_id",), chunk=1_000,
        ),
        Table(
            "identifiers", "One row an identifier, with the profile that holds it.", "export_identifiers",
            {"profile_id": "text", "kind": "text", "value": "text", "vouched": "flag", "standing": "text"},
            _identifiers, ("profile_id",),
        ),
        Table(
            "links", "One row a pair of identifiers that were seen together, with the event that showed it first.",
            "export_links",
            {
                "a_kind": "text", "a_value": "text", "a_profile_id": "text", "b_kind": "text", "b_value": "text",
                "b_profile_id": "text", "first_seen": "time", "event_id": "number", "vouched": "flag", "held": "text",
            },
            _links, ("a_profile_id", "b_profile_id"),
        ),
        Table(
            "history", "One row a merge, split, move or erasure, in order.", "export_history",
            {
                "change_id": "number", "at": "time", "change": "text", "from_profile_id": "text",
                "to_profile_id": "text", "identifiers": "json", "cause": "text", "cause_id": "number",
            },
            _history, ("from_profile_id", "to_profile_id"),
        ),
    )
}  # fmt: skip
