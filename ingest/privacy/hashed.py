"""Takes a batch that is about to land, gives it with the values of hashed kinds replaced by keyed hashes.

Whoever asks for such a value has it hashed the same way (`asked_identifier`).
"""

from collections.abc import Iterable, Iterator
from time import monotonic
from typing import Any

import orjson

from ingest.batch import Batch, RejectedRow, Row
from ingest.models import HashedKind
from ingest.privacy.keyed import hashed_value
from ingest.privacy.posted import changed_envelope
from ingest.privacy.suppression import changed_row
from lambdas.transform.normalise import Normalised, Unusable, normalise_identifier

REMEMBERED_SECONDS = 5.0  # a kind is made hashed before it has values, so nobody asks for one that early
_remembered: tuple[float, frozenset[str]] = (0.0, frozenset())


def hashed_kinds() -> frozenset[str]:
    return frozenset(HashedKind.objects.values_list("kind", flat=True))


def asked_identifier(kind: str, value: object, *, region: str = "") -> Normalised:
    """As it is stored. Raises Unusable."""
    wanted = normalise_identifier(kind, value, region=region)
    if wanted.kind not in hashed_kinds_lately():
        return wanted
    return Normalised(wanted.kind, hashed_value(wanted.kind, wanted.value), wanted.mark)


def hashed_candidates(text: str) -> Iterator[Normalised]:
    """What free text may mean among hashed kinds."""
    for kind in sorted(hashed_kinds_lately()):
        try:
            yield asked_identifier(kind, text)
        except Unusable:
            continue


def hash_values(batch: Batch) -> None:
    """Before anything of the batch is written: rows, and what is rejected with its bytes."""
    kinds = hashed_kinds()
    if not kinds:
        return

    def change(kind: str, value: str) -> str:
        return hashed_value(kind, value) if kind in kinds else value

    for key, row in batch.rows.items():
        if any(text.partition(":")[0] in kinds for text in (*row.identifiers, *_unusable_kinds(row))):
            batch.rows[key] = _without_unusable(changed_row(row, change), kinds)
    batch.rejected[:] = [_hashed_record(one, change) for one in batch.rejected]


def _unusable_kinds(row: Row) -> Iterable[str]:
    return (one.get("kind", "") for one in orjson.loads(row.payload).get("unusable") or ())


def _without_unusable(row: Row, kinds: frozenset[str]) -> Row:
    payload = orjson.loads(row.payload)
    said = payload.get("unusable")
    if not said:
        return row
    payload["unusable"] = [{**one, "value": ""} if one.get("kind") in kinds else one for one in said]
    return row._replace(payload=orjson.dumps(payload))


def _hashed_record(row: RejectedRow, change: Any) -> RejectedRow:
    """What is no envelope can't be searched: it is kept as it came, like before a kind is known."""
    try:
        envelope = orjson.loads(row.data)
    except orjson.JSONDecodeError:
        return row
    changed = changed_envelope(envelope, change)
    return row if changed is envelope else row._replace(data=orjson.dumps(changed))


def hashed_kinds_lately() -> frozenset[str]:
    global _remembered
    if monotonic() - _remembered[0] > REMEMBERED_SECONDS:
        _remembered = (monotonic(), hashed_kinds())
    return _remembered[1]


def forget_hashed_kinds() -> None:
    global _remembered
    _remembered = (0.0, frozenset())
