"""Gives rules to measure with: those of a new portal, or none, so that profiles are plain connected components."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@transaction.atomic
def use_first_rules() -> None:
    """Also after a run that was killed while it had others."""
    from profiles.models import BlockedValue, Kind
    from profiles.rules import first_rules

    for row in first_rules.KINDS:
        Kind.objects.update_or_create(name=row["name"], defaults=row)
    kinds = {kind.name: kind for kind in Kind.objects.all()}
    BlockedValue.objects.all().delete()
    for field, blocked in (("value", first_rules.BLOCKED_VALUES), ("pattern", first_rules.BLOCKED_PATTERNS)):
        for kind, texts in blocked.items():
            BlockedValue.objects.bulk_create(BlockedValue(kind=kinds[kind], **{field: text}) for text in texts)


@contextmanager
def no_rules() -> Iterator[None]:
    from profiles.models import BlockedValue, Kind

    try:
        Kind.objects.update(limit=None, shared_after=None, known=False)
        BlockedValue.objects.all().delete()
        yield
    finally:
        use_first_rules()
