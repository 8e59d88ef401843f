"""All that depends on the partition, as bytes: what must be the same again after a decision and its withdrawal."""

import json
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.db import connection

from profiles.exporting.formats import FORMATS
from profiles.exporting.streaming import export
from profiles.exporting.tables import TABLES as EXPORTED
from profiles.golden_record import golden_records
from profiles.models import Identifier
from profiles.timeline import timeline

TABLES = {
    "identifiers": "SELECT to_jsonb(i) FROM identifiers i ORDER BY identifier_id",
    "links": "SELECT to_jsonb(l) FROM links l ORDER BY a_id, b_id",
    "combinations": "SELECT to_jsonb(c) FROM combinations c ORDER BY combination_id",
    "traits": "SELECT to_jsonb(t) FROM trait_values t ORDER BY combination_id, name, source_id, value_hash",
    "conflicted": "SELECT to_jsonb(n) FROM conflicted_neighbourhoods n ORDER BY neighbourhood_id",
}

ONLY_GROWS = {"history"}  # tells of a decision, and of its withdrawal


def everything() -> dict[str, str]:
    """Exports, stored facts, golden records and timelines."""
    profile_ids = sorted(set(Identifier.objects.values_list("profile_id", flat=True)))
    return {
        **{name: exported(name) for name in ("export_identities", "export_held_links")},
        **{name: _rows(statement) for name, statement in TABLES.items()},
        **files(),
        "golden": repr(sorted(golden_records(profile_ids).items())),
        "timelines": repr([(i, timeline(i, limit=1000)) for i in profile_ids]),
    }


def exported(command: str) -> str:
    out = StringIO()
    call_command(command, stdout=out)
    return out.getvalue()


def files() -> dict[str, str]:
    """What people and programs download, each table in each format."""
    return {
        f"{name}.{kind}": b"".join(export(table, file_format=kind)).decode("latin-1")
        for name, table in EXPORTED.items()
        if name not in ONLY_GROWS
        for kind in FORMATS
    }


def differing(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [name for name in before if before[name].encode() != after[name].encode()]


def _rows(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return json.dumps(rows)
