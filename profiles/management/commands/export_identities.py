"""Takes the partition as it stands, gives it as lines of JSON, in constant memory."""

from typing import Any

import orjson
from django.db import connection, transaction

from ingest.commands import NotedCommand
from profiles.ids import public_ids

CHUNK = 10_000
IDENTIFIERS = """
    SELECT k.name, i.value, i.profile_id
    FROM identifiers i JOIN kinds k USING (kind_id)
    ORDER BY i.identifier_id
"""


class Command(NotedCommand):
    help = 'Print every identifier as NDJSON, in order of arrival: {"kind", "value", "profile_id"}.'

    def handle(self, **options: Any) -> None:
        with transaction.atomic(), connection.connection.cursor(name="identities") as cursor:
            cursor.itersize = CHUNK
            cursor.execute(IDENTIFIERS)
            identifiers = 0
            while rows := cursor.fetchmany(CHUNK):
                identifiers += len(rows)
                self.did(identifiers=identifiers)
                self.stdout.write(_lines(rows), ending="")


def _lines(rows: list[tuple[str, str, int]]) -> str:
    ids = public_ids(profile_id for _, _, profile_id in rows)
    lines = (orjson.dumps({"kind": kind, "value": value, "profile_id": ids[i]}) for kind, value, i in rows)
    return b"".join(line + b"\n" for line in lines).decode()
