"""Takes the profiles, gives what there is to compare them by as one table; and which of them changed since a run."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from profiles.matches.columns import ALL, TRAITS, columns_of
from profiles.reading import read, read_one

if TYPE_CHECKING:
    import pyarrow as pa

PROFILES_A_BATCH = 5_000
NOTHING = "nothing to compare by"

OnProfiles = Callable[[int], None]
Record = dict[str, Any]


@dataclass(frozen=True)
class Told:
    profile_id: int
    traits: dict[str, Any]
    source_id: int | None
    emails: list[str]
    phones: list[str]

    def record(self) -> Record:
        return {
            "record_id": self.profile_id,
            **columns_of(self.traits),
            "source": None if self.source_id is None else str(self.source_id),
            **dict(zip(("email",), self.emails, strict=False)),
            **dict(zip(("phone", "phone2"), self.phones, strict=False)),
        }


@dataclass(frozen=True)
class Records:
    """`profiles` were looked at; of `skipped` there is nothing to compare."""

    table: "pa.Table"
    profiles: int
    skipped: int


def read_records(*, on_profiles: OnProfiles = lambda profiles: None) -> Records:
    """Every profile that says something, in batches: what is held at once is one batch and the compact table.

    Each batch is as it is when it is read: what changes meanwhile is the next run's (see queries/match_seen.sql).
    """
    import pyarrow as pa

    batches: list[pa.RecordBatch] = []
    profiles, after = 0, 0
    while ids := _next_profiles(after):
        batches.append(pa.RecordBatch.from_pylist(records_of(ids), schema=schema()))
        profiles, after = profiles + len(ids), ids[-1]
        on_profiles(profiles)
    table = pa.Table.from_batches(batches, schema=schema())
    return Records(table, profiles, profiles - table.num_rows)


def records_of(profile_ids: Iterable[int]) -> list[Record]:
    """The records of these profiles, without those of which nothing is known."""
    found = read("match_records", _told, profile_ids=list(profile_ids), names=TRAITS)
    records = (one.record() for one in found)
    return [record for record in records if len([v for k, v in record.items() if v and k != "source"]) > 1]


def schema() -> "pa.Schema":
    import pyarrow as pa

    return pa.schema([(name, pa.int64() if name == "record_id" else pa.string()) for name in ALL])


def seen_now() -> dict[str, Any]:
    """Where the engine is now. Whatever a record read after this may miss is beyond it."""
    return dict(read_one("match_seen"))


def changed_since(seen: Mapping[str, Any]) -> set[int]:
    """The profiles whose records may not be what a run that had `seen` so much read."""
    return {row["profile_id"] for row in read("match_changed", dict[str, int], **seen, names=TRAITS)}


def _next_profiles(after: int) -> list[int]:
    return [row["profile_id"] for row in read("match_profiles", dict[str, int], after=after, limit=PROFILES_A_BATCH)]


def _told(*, traits: str, **columns: Any) -> Told:
    return Told(traits=json.loads(traits), **columns)
