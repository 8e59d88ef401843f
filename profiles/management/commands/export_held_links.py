"""Takes the held links, gives them as lines of JSON."""

import json
from typing import Any

from django.db import connection, transaction

from ingest.commands import NotedCommand

HELD = """
    SELECT ka.name, a.value, kb.name, b.value, l.held
    FROM links l
    JOIN identifiers a ON a.identifier_id = l.a_id JOIN kinds ka ON ka.kind_id = a.kind_id
    JOIN identifiers b ON b.identifier_id = l.b_id JOIN kinds kb ON kb.kind_id = b.kind_id
    WHERE l.held IS NOT NULL
    ORDER BY l.a_id, l.b_id
"""


class Command(NotedCommand):
    help = 'Print every held link as NDJSON: {"a": {"kind", "value"}, "b": {"kind", "value"}, "reason"}.'

    def handle(self, **options: Any) -> None:
        with transaction.atomic(), connection.connection.cursor(name="held_links") as cursor:
            cursor.itersize = 10_000
            for number, (a_kind, a_value, b_kind, b_value, reason) in enumerate(cursor.execute(HELD), start=1):
                self.did(links=number)
                a, b = {"kind": a_kind, "value": a_value}, {"kind": b_kind, "value": b_value}
                self.stdout.write(json.dumps({"a": a, "b": b, "reason": reason}, ensure_ascii=False))
