"""Takes a person, gives a request to erase them: counted, confirmed by a second step, carried out in background."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from ingest.audit.log import note
from ingest.kept.listing import PREFIXES
from ingest.kept.store import kept_store
from ingest.models import KeptReplay
from profiles.identities import profile_holding
from profiles.models import Erasure
from profiles.privacy.rejected import search_rejected
from profiles.reading import read, read_one

State = Erasure.State
CONFIRMATION = "ERASE"  # what a person types


@dataclass(frozen=True)
class ErasedIdentifier:
    """One that an erasure takes: of the profile itself (`member`), or of elsewhere and shown by nothing else.
    It `stays` with others whose events carry it."""

    identifier_id: int
    profile_id: int
    kind: str
    value: str
    names_person: bool
    standing: int
    member: bool
    stays: bool

    @property
    def suppressed(self) -> bool:
        """A value beside the profile that is shared or blocked is nobody's: keeping it out would hit others."""
        return not self.stays and (self.member or self.standing < 2)


def ask(*, profile_id: int, author: str, others_too: bool = False) -> Erasure:
    """A request that waits to be counted. Raises ValidationError where one is open for the profile."""
    try:
        with transaction.atomic():
            made = Erasure.objects.create(profile_id=profile_id, author=author, others_too=others_too)
            noted(made, "erasure_asked", author=author)
            return made
    except IntegrityError:
        raise ValidationError("There is an open request for this profile already.") from None


def open_request(profile_id: int) -> Erasure | None:
    return Erasure.objects.filter(
        profile_id=profile_id, state__in=[State.COUNTING, State.COUNTED, State.RUNNING]
    ).first()


def confirm(erasure: Erasure, *, author: str, typed: str) -> None:
    """The second step. Raises ValidationError unless the word is typed, the request is counted, and it still is
    about the same profile."""
    if typed.strip() != CONFIRMATION:
        raise ValidationError(f"Type {CONFIRMATION} to confirm.")
    if profile_holding(erasure.profile_id) != erasure.profile_id:
        raise ValidationError("The profile has merged into another since it was counted. Ask again for that one.")
    waiting = Erasure.objects.filter(pk=erasure.pk, state=State.COUNTED)
    if _grown(erasure):
        waiting.update(state=State.COUNTING)
        raise ValidationError(
            "The profile has changed since it was counted. It is counted again: look at it once more."
        )
    with transaction.atomic():
        if not waiting.update(state=State.RUNNING, confirmed_by=author, confirmed_at=timezone.now()):
            raise ValidationError("The request no longer waits for confirmation.")
        noted(erasure, "erasure_confirmed", author=author)
    erasure.refresh_from_db()


def noted(erasure: Erasure, action: str, *, author: str) -> None:
    """In the audit log, in the caller's transaction: no erasure goes on that isn't there."""
    actor = f"api {author.removeprefix('API: ')}" if author.startswith("API: ") else author
    note(actor=actor, action=action, subject=f"erasure {erasure.pk}", detail={"others_too": erasure.others_too})


def _grown(erasure: Erasure) -> bool:
    found = erased_identifiers(erasure)
    leaving = sum(1 for one in found if not one.stays)
    return (leaving, len(found) - leaving) != (erasure.counts.get("identifiers"), erasure.counts.get("staying"))


@transaction.atomic
def cancel(erasure: Erasure, *, author: str) -> bool:
    """Take the request back; not once it is confirmed."""
    waiting = Erasure.objects.filter(pk=erasure.pk, state__in=[State.COUNTING, State.COUNTED])
    cancelled = bool(waiting.update(state=State.CANCELLED, finished_at=timezone.now()))
    if cancelled:
        noted(erasure, "erasure_cancelled", author=author)
    return cancelled


def erased_identifiers(erasure: Erasure) -> list[ErasedIdentifier]:
    return read("erased_identifiers", ErasedIdentifier, profile=erasure.profile_id, others_too=erasure.others_too)


def count(erasure: Erasure, *, on_record: Callable[[int], None] = lambda record: None) -> bool:
    """The dry run: what would be deleted. Reads only; says whether the request still waits for it."""
    said = dict(read_one("erasure_counts", profile=erasure.profile_id, others_too=erasure.others_too))
    hours: list[datetime] = said.pop("hours")
    said["rejected_records"] = _rejected(erasure, on_record)
    said["archive_objects"] = archive_objects(hours)
    waiting = Erasure.objects.filter(pk=erasure.pk, state=State.COUNTING)
    return bool(waiting.update(state=State.COUNTED, counts=said, counted_at=timezone.now(), hours=hour_names(hours)))


def wanted_in_records(erasure: Erasure) -> list[tuple[str, str]]:
    return [(one.kind, one.value) for one in erased_identifiers(erasure) if one.suppressed]


def hour_names(hours: list[datetime]) -> list[str]:
    return [f"{hour:%Y-%m-%dT%HZ}" for hour in hours]


def archive_objects(hours: list[datetime]) -> int | None:
    """How many objects the archive has of these hours; None where it can't be listed."""
    try:
        store = kept_store()
        root = PREFIXES[KeptReplay.What.ARCHIVE]
        # An object is named by the hour of its oldest record, which may be the one before.
        named = {hour - ago for hour in hours for ago in (timedelta(0), timedelta(hours=1))}
        return sum(1 for hour in named for _ in store.objects(prefix=f"{root}{hour:%Y/%m/%d/%H}/"))
    except Exception:  # what botocore raises has no common ground
        return None


def archive_objects_named(hours: list[str]) -> int | None:
    return archive_objects([datetime.strptime(hour, "%Y-%m-%dT%HZ").replace(tzinfo=UTC) for hour in hours])


def _rejected(erasure: Erasure, on_record: Callable[[int], None]) -> int:
    wanted, found, last = wanted_in_records(erasure), 0, 0
    while True:
        searched = search_rejected(wanted, after=last)
        found += len(searched.found)
        if searched.last is None:
            return found
        last = searched.last
        on_record(last)


def requests_page(*, before: int | None = None, limit: int = 50) -> list[Erasure]:
    found = Erasure.objects.order_by("-pk")
    return list((found.filter(pk__lt=before) if before else found)[:limit])


def certificate(erasure: Erasure) -> dict[str, Any]:
    """What was done, when and how much, without anything personal: to be handed on and kept."""
    return {
        "erasure_id": erasure.pk,
        "asked_at": erasure.asked_at,
        "confirmed_at": erasure.confirmed_at,
        "suppressed_at": erasure.suppressed_at,
        "finished_at": erasure.finished_at,
        "deleted": erasure.done,
        "remains": remains(erasure),
    }


def remains(erasure: Erasure) -> list[str]:
    """What is not gone with the erasure, and when it will be."""
    said = [
        "Keyed hashes of the identifiers, so that they stay out when they are sent again.",
        "Opaque numbers and times in the history of profiles.",
    ]
    if erasure.hours:
        said.append(
            f"Firehose's archive keeps what landed in those hours (hours: {len(erasure.hours)}, objects: "
            f"{erasure.done.get('archive_objects') or 0}) until its life cycle expires it. A replay of it "
            "does not bring the person back."
        )
    said.append("Backups of the database, as long as they are kept.")
    return said
