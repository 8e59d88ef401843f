"""Takes the state of the pipeline, gives what a person should look at, the most urgent first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from idportal.webhooks.listing import stopped_webhooks
from ingest.deliveries import last_delivery
from ingest.models import Delivery, RejectedRecord
from profiles.deciding.pending import waiting_decisions
from profiles.models import UndefinedKind
from profiles.parked import Parked, parked_deliveries
from profiles.review.questions import MANY, open_questions

SLOW = timedelta(minutes=1)
SILENT = timedelta(hours=1)


@dataclass(frozen=True)
class Matter:
    symbol: str
    level: str  # "bad" or "warn" or "info"
    title: str
    text: str
    url: str
    permission: str  # who may follow the link


def matters() -> list[Matter]:
    parked = parked_deliveries()
    return [
        *_silence(),
        *_waiting(parked),
        *_parked(parked),
        *_rejected(),
        *_webhooks(),
        *_undefined_kinds(),
        *_second_eyes(),
        *_questions(),
    ]


def _silence() -> Iterator[Matter]:
    last = last_delivery()
    if last and timezone.now() - last.received_at > SILENT:
        yield Matter(
            "hourglass", "warn", "Nothing has been delivered for a while",
            "If your sites have visitors just now, look whether the snippet is still on them.",
            reverse("sources"), "ingest.manage_sources",
        )  # fmt: skip


def _waiting(parked: Sequence[Parked]) -> Iterator[Matter]:
    waiting = Delivery.objects.filter(resolved_at=None, landed__gt=0, received_at__lt=timezone.now() - SLOW)
    late = waiting.exclude(pk__in=[one.delivery_id for one in parked])[:MANY].count()
    if late:
        yield Matter(
            "hourglass", "bad", f"{_counted(late, 'delivery', 'deliveries')} waiting to be resolved",
            "Events have landed, but profiles don't show them yet. Is the worker running?",
            reverse("deliveries") + "?state=waiting", "ingest.view_deliveries",
        )  # fmt: skip


def _parked(parked: Sequence[Parked]) -> Iterator[Matter]:
    if parked:
        yield Matter(
            "hourglass", "bad", f"{_counted(len(parked), 'delivery', 'deliveries')} parked",
            f"The latest: {parked[0].why_text}. Nothing is lost; a person decides.",
            reverse("review") + "?kind=parked", "profiles.view_profiles",
        )  # fmt: skip


def _rejected() -> Iterator[Matter]:
    rejected = RejectedRecord.objects.filter(replayed_at=None)[:MANY].count()
    if rejected:
        yield Matter(
            "file-alert", "warn", _counted(rejected, "rejected record", "rejected records"),
            "They could not land. Nothing is lost: see why, fix it, replay them.",
            reverse("rejected"), "ingest.view_deliveries",
        )  # fmt: skip


def _webhooks() -> Iterator[Matter]:
    for one in stopped_webhooks():
        yield Matter(
            "send", "bad", f"Webhook “{one.name}” is disabled: it {one.get_disabled_why_display()}",
            "Nobody is told there any more. What it missed is kept: see why, then enable it again.",
            reverse("webhook", args=[one.pk]), "webhooks.view_webhooks",
        )  # fmt: skip


def _undefined_kinds() -> Iterator[Matter]:
    for kind in sorted(set(UndefinedKind.objects.values_list("kind", flat=True)[:MANY]))[:3]:
        yield Matter(
            "tag", "warn", f"Identifiers of a kind nobody has defined: {kind}",
            "Events carry them. Until the rules name the kind, they join nobody.",
            reverse("events"), "ingest.view_events",
        )  # fmt: skip


def _second_eyes() -> Iterator[Matter]:
    if pending := len(waiting_decisions()):
        yield Matter(
            "users", "warn", f"{_counted(pending, 'decision', 'decisions')} waiting for a second person",
            "They change more than one person may decide alone. Nothing of them is applied before.",
            reverse("decisions"), "profiles.view_profiles",
        )  # fmt: skip


def _questions() -> Iterator[Matter]:
    waiting = open_questions()
    if waiting:
        yield Matter(
            "user-check", "info", f"{_counted(waiting, 'question', 'questions')} for people",
            "Held links, probable matches and values that the rules leave to a steward.",
            reverse("review"), "profiles.view_profiles",
        )  # fmt: skip


def _counted(number: int, one: str, many: str) -> str:
    counted = f"More than {MANY - 1}" if number >= MANY else f"{number:,}"
    return f"{counted} {one if number == 1 else many}"
