"""Takes nothing or a webhook, gives what its pages show."""

from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery

from idportal.webhooks.models import Webhook, WebhookAttempt, WebhookEvent

MANY = 1_000


@dataclass(frozen=True)
class Waiting:
    """What it has not been told yet: how many events (at most MANY), and the next."""

    count: int
    next: WebhookEvent | None

    @property
    def many(self) -> bool:
        return self.count >= MANY


def all_webhooks() -> QuerySet[Webhook]:
    newest = WebhookAttempt.objects.filter(webhook=OuterRef("pk")).order_by("-id")[:1]
    return Webhook.objects.annotate(
        last_at=Subquery(newest.values("at")), last_status=Subquery(newest.values("status"))
    ).order_by("name")


def stopped_webhooks() -> list[Webhook]:
    """Those that stopped by themselves."""
    why = [Webhook.Disabled.FAILING, Webhook.Disabled.GONE]
    return list(Webhook.objects.filter(disabled_why__in=why).order_by("name")[:3])


def waiting_for(webhook: Webhook) -> Waiting:
    waiting = WebhookEvent.objects.filter(sequence__gt=webhook.position, only_for=None, type__in=webhook.types)
    return Waiting(waiting[:MANY].count(), waiting.order_by("sequence").first())


def attempts_page(webhook: Webhook, *, before: int | None, failed: bool, limit: int) -> list[WebhookAttempt]:
    """Newest first, those before an attempt given by its id."""
    found = WebhookAttempt.objects.filter(webhook=webhook).select_related("event").order_by("-id")
    if before is not None:
        found = found.filter(pk__lt=before)
    if failed:
        found = found.exclude(status__range=(200, 299))
    return list(found[:limit])


def attempts_of(webhook: Webhook, event: WebhookEvent) -> list[WebhookAttempt]:
    return list(WebhookAttempt.objects.filter(webhook=webhook, event=event).order_by("-id")[:100])
