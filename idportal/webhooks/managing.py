"""Takes what a person wants of a webhook, does it: made, changed, its secret, on and off, told again, tested."""

import uuid
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from idportal.webhooks.addresses import Refused, place_of
from idportal.webhooks.composing import begin_to_compose, body_of
from idportal.webhooks.models import TEST, EventType, Webhook, WebhookAttempt, WebhookEvent
from idportal.webhooks.posting import Line
from idportal.webhooks.sending import alone, attempt, post
from idportal.webhooks.signing import encrypted, new_secret

OVERLAP = timedelta(days=1)  # both secrets sign for so long
WAIT_SECONDS = 3
AT_ONCE = 5_000


class Busy(Exception):
    """Something is being sent there just now."""


@dataclass(frozen=True)
class Made:
    """`secret` is shown once: only its cipher is kept."""

    webhook: Webhook
    secret: str


@transaction.atomic
def create_webhook(*, name: str, url: str, types: Sequence[str]) -> Made:
    """It is told what happens from now on. Raises ValidationError."""
    secret = new_secret()
    if not Webhook.objects.exists():
        begin_to_compose()
    position = WebhookEvent.objects.filter(only_for=None).aggregate(last=Max("sequence"))["last"] or 0
    webhook = Webhook(name=name, url=url, types=_types(types), position=position, secret_encrypted=encrypted(secret))
    _check(webhook)
    webhook.save()
    return Made(webhook, secret)


def update_webhook(webhook: Webhook, *, name: str, url: str, types: Sequence[str]) -> None:
    """Raises ValidationError."""
    webhook.name, webhook.url, webhook.types = name, url, _types(types)
    _check(webhook)
    webhook.save(update_fields=["name", "url", "types"])


def rotate_secret(webhook: Webhook) -> str:
    """The new secret; the old one signs beside it for a day, so that the receiver can change over."""
    secret = new_secret()
    webhook.old_secret_encrypted, webhook.old_secret_until = webhook.secret_encrypted, timezone.now() + OVERLAP
    webhook.secret_encrypted = encrypted(secret)
    webhook.save(update_fields=["secret_encrypted", "old_secret_encrypted", "old_secret_until"])
    return secret


def disable(webhook: Webhook) -> None:
    standing = Webhook.objects.filter(pk=webhook.pk, disabled_at=None)
    standing.update(disabled_at=timezone.now(), disabled_why=Webhook.Disabled.PERSON)


def enable(webhook: Webhook) -> None:
    """It goes on with the event where it stood, at once."""
    _start_anew(webhook)


def replay_from(webhook: Webhook, since: datetime) -> int:
    """Everything since then that is still kept is told again, in order; gives how many events that are."""
    again = WebhookEvent.objects.filter(only_for=None, occurred_at__gte=since).order_by("sequence")
    first = again.values_list("sequence", flat=True).first()
    if first is None or first > webhook.position:
        return 0
    _start_anew(webhook, position=first - 1)
    return again.filter(type__in=webhook.types, sequence__lte=webhook.position).count()


def skip(webhook: Webhook) -> None:
    """The event that it does not take is left out, and the next one is sent."""
    waiting = WebhookEvent.objects.filter(only_for=None, sequence__gt=webhook.position, type__in=webhook.types)
    following = waiting.order_by("sequence").values_list("sequence", flat=True).first()
    if following is not None:
        _start_anew(webhook, position=following)


def replay(webhook: Webhook, event: WebhookEvent) -> WebhookAttempt:
    """Told again now, with the id it always had, out of the order. Raises Busy."""
    return _send_now(webhook, event, why=WebhookAttempt.Why.REPLAY)


def send_test(webhook: Webhook) -> WebhookAttempt:
    """Raises Busy."""
    event_id, at = uuid.uuid4(), timezone.now()
    body = body_of(event_id, type=TEST, at=at, data={"profile_id": None, "from_profile_id": None, "cause": "test"})
    event = WebhookEvent(event_id=event_id, type=TEST, occurred_at=at, body=body, only_for=webhook)
    return _send_now(webhook, event, why=WebhookAttempt.Why.TEST)


def forget_old_events(*, now: datetime | None = None) -> int:
    """Events and what was answered to them, past retention. What an enabled webhook has not been told yet stays."""
    cutoff = (now or timezone.now()) - timedelta(days=settings.WEBHOOKS_KEEP_DAYS)
    old = WebhookEvent.objects.filter(occurred_at__lt=cutoff)
    behind = Webhook.objects.filter(disabled_at=None).order_by("position").values_list("position", flat=True).first()
    if behind is not None:
        old = old.filter(sequence__lte=behind)
    forgotten = 0
    while some := list(old.order_by("sequence").values_list("sequence", flat=True)[:AT_ONCE]):
        WebhookAttempt.objects.filter(event__in=some).delete()
        WebhookEvent.objects.filter(pk__in=some).delete()
        forgotten += len(some)
    return forgotten


def _send_now(webhook: Webhook, event: WebhookEvent, *, why: str) -> WebhookAttempt:
    with alone(webhook.pk, wait=WAIT_SECONDS) as free, closing(Line(webhook.url)) as line:
        if not free:
            raise Busy
        answer = post(webhook, event, line)
        if event._state.adding:
            event.save()
        number = WebhookAttempt.objects.filter(webhook=webhook, event=event).count() + 1
        return attempt(webhook, event, answer, why=why, number=number)


def _start_anew(webhook: Webhook, **changes: object) -> None:
    anew = {"disabled_at": None, "disabled_why": "", "failing_since": None, "failures": 0}
    Webhook.objects.filter(pk=webhook.pk).update(**anew, next_attempt_at=timezone.now(), **changes)


def _types(types: Sequence[str]) -> list[str]:
    return [one for one in EventType.values if one in types]


def _check(webhook: Webhook) -> None:
    errors: dict[str, list[str]] = {}
    try:
        webhook.full_clean(exclude={field.name for field in Webhook._meta.fields} - {"name", "url"})
    except ValidationError as error:
        errors = error.message_dict
    if not webhook.types:
        errors["types"] = ["Choose at least one."]
    if webhook.url:
        try:
            place_of(webhook.url)
        except Refused as refused:
            errors["url"] = [str(refused)]
    if errors:
        raise ValidationError(errors)
