"""Takes profiles that were told traits, gives those whose golden record is another than the last time."""

from collections.abc import Iterable

from idportal.webhooks.models import ToldRecord
from profiles.changes import FeedChange, RecordFingerprint, ToldPage, record_fingerprints


def news_of(told: ToldPage) -> list[int]:
    """Told for the first time since we look, a profile counts as changed where a value is new or had to be chosen."""
    found = record_fingerprints(told.profile_ids)
    known, brought = _known(one.profile_id for one in found), set(told.brought)
    _keep(found)
    return [one.profile_id for one in found if _is_news(one, known, brought)]


def follow(changes: Iterable[FeedChange]) -> None:
    """What merges, splits and erasures make of the records is told as such, and is no news after it."""
    ids = {i for one in changes if one.at for i in (one.from_profile_id, one.to_profile_id) if i is not None}
    known = _known(ids)
    found = record_fingerprints(known)
    _keep(found)
    ToldRecord.objects.filter(pk__in=known.keys() - {one.profile_id for one in found}).delete()


def forget() -> None:
    """Where nobody wants to be told, nothing is kept of anybody."""
    if ToldRecord.objects.exists():
        ToldRecord.objects.all().delete()


def _is_news(one: RecordFingerprint, known: dict[int, int], brought: set[int]) -> bool:
    if one.profile_id in known:
        return known[one.profile_id] != one.fingerprint
    return one.several or one.profile_id in brought


def _known(profile_ids: Iterable[int]) -> dict[int, int]:
    return dict(ToldRecord.objects.filter(pk__in=list(profile_ids)).values_list("pk", "fingerprint"))


def _keep(found: list[RecordFingerprint]) -> None:
    ToldRecord.objects.bulk_create(
        [ToldRecord(profile_id=one.profile_id, fingerprint=one.fingerprint) for one in found],
        update_conflicts=True, unique_fields=["profile_id"], update_fields=["fingerprint"], batch_size=5_000,
    )  # fmt: skip
