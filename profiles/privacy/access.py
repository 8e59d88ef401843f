"""Takes a profile, gives everything held on its person as a zip of JSON lines, to be given to who asks."""

import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

import orjson
from django.http import StreamingHttpResponse
from django.utils import timezone

from ingest.models import RejectedRecord
from profiles.api import shown
from profiles.api.profile_parts import HELD_LINKS, HISTORY, IDENTIFIERS, LINKS, Part
from profiles.deciding.listing import decisions_about
from profiles.golden_record import golden_record
from profiles.ids import public_id
from profiles.models import Decision
from profiles.privacy.consent import consent_of
from profiles.privacy.erasure import ErasedIdentifier
from profiles.privacy.rejected import search_rejected
from profiles.profile_pages import events_page
from profiles.reading import read
from profiles.timeline import NEWEST

ROWS_AT_ONCE = 500
MOST_DECISIONS = 10_000
MEDIA_TYPE = "application/zip"
CHUNK = 65_536
IN_MEMORY = 8_000_000  # bytes; what is larger waits on the disk
README = """Everything that idportal holds on one person, as of {now:%Y-%m-%d %H:%M} UTC.

profile.json              the golden record: of each trait the value that is shown; what the person agreed to
identifiers.ndjson        all identifiers
traits.ndjson             every value that was ever said of a trait, by which source and when
events.ndjson             all events, as they were sent
links.ndjson              which identifiers were seen together, and in which event first
held_links.ndjson         links to other profiles that the rules keep apart, without who those are
history.ndjson            how the profile came about
decisions.ndjson          what people decided about it
rejected_records.ndjson   records that could not be used and carry one of the identifiers

Events that name this person beside a stronger identifier of somebody else are that person's, and are not here.
What Firehose's archive keeps is the same events once more, until its life cycle expires it.
"""
Row = dict[str, Any]


def export_person(profile_id: int) -> IO[bytes]:
    """A zip, from its start; the caller closes it. At constant memory."""
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README.format(now=timezone.now()))
        archive.writestr("profile.json", _json(_profile(profile_id), indent=True))
        for name, rows in FILES.items():
            with archive.open(f"{name}.ndjson", "w") as lines:
                for row in rows(profile_id):
                    lines.write(_json(row) + b"\n")
    file.seek(0)
    return file


def person_answer(profile_id: int) -> StreamingHttpResponse:
    """The zip as a download."""
    answer = StreamingHttpResponse(_chunks(profile_id), content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="person-{public_id(profile_id)}.zip"'
    return answer


def _chunks(profile_id: int) -> Iterator[bytes]:
    with export_person(profile_id) as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _profile(profile_id: int) -> Row:
    sources = shown.source_names()
    traits = [shown.trait(trait, sources) for trait in golden_record(profile_id)]
    return {
        "profile_id": public_id(profile_id),
        "traits": traits,
        "consent": [shown.consent(one) for one in consent_of(profile_id)],
    }


def _part(part: Part) -> Callable[[int], Iterator[Row]]:
    def rows(profile_id: int) -> Iterator[Row]:
        place = part.start
        while place is not None:
            found, place = part.page(profile_id, place, ROWS_AT_ONCE)  # type: ignore[assignment]
            yield from found

    return rows


def _events(profile_id: int) -> Iterator[Row]:
    sources, before = shown.source_names(), NEWEST
    while True:
        found = events_page(profile_id, before=before, limit=ROWS_AT_ONCE)
        for one in found:
            yield shown.event(one, sources) | {"as_sent": one.payload}
        if len(found) < ROWS_AT_ONCE:
            return
        before = (found[-1].event_time, found[-1].event_id)


def _traits(profile_id: int) -> list[Row]:
    sources = shown.source_names()
    rows = read("traits_said", dict[str, Any], profile_id=profile_id)
    return [{**row, "value": orjson.loads(row["value"]), "source": sources.get(row["source"])} for row in rows]


def _decisions(profile_id: int) -> Iterable[Row]:
    ids = [one.decision_id for one in decisions_about(profile_id, limit=MOST_DECISIONS)]
    for decision in Decision.objects.filter(pk__in=ids).prefetch_related("identifiers").order_by("pk"):
        said = {name: told for name, told in decision.line().items() if name != "author"}
        yield said | {"at": decision.created_at, "withdrawn_at": decision.withdrawn_at}


def _rejected(profile_id: int) -> Iterator[Row]:
    members = read("erased_identifiers", ErasedIdentifier, profile=profile_id, others_too=False)
    wanted = [(one.kind, one.value) for one in members if one.member and not one.stays]
    last: int | None = 0
    while last is not None:
        searched = search_rejected(wanted, after=last)
        for record in RejectedRecord.objects.filter(pk__in=searched.found):
            yield {
                "at": record.created_at,
                "reason": record.reason,
                "record": bytes(record.data).decode(errors="replace"),
            }
        last = searched.last


def _held_links(profile_id: int) -> Iterator[Row]:
    """Who others are is not this person's to know."""
    for row in _part(HELD_LINKS)(profile_id):
        yield {
            "identifier": row["identifier"],
            "other_kind": row["other"]["kind"],
            "held": row["held"],
            "first": row["first"],
        }


FILES: dict[str, Callable[[int], Iterable[Row]]] = {
    "identifiers": _part(IDENTIFIERS),
    "traits": _traits,
    "events": _events,
    "links": _part(LINKS),
    "held_links": _held_links,
    "history": _part(HISTORY),
    "decisions": _decisions,
    "rejected_records": _rejected,
}


def _json(value: Any, *, indent: bool = False) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z | (orjson.OPT_INDENT_2 if indent else 0))
