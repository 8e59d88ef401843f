"""Takes webhooks that have something to be told, tells them: each in order, one sender at a time, until it fails."""

import logging
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from cryptography.fernet import InvalidToken
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from idportal.webhooks.models import Webhook, WebhookAttempt, WebhookEvent
from idportal.webhooks.posting import Answer, Line
from idportal.webhooks.signing import decrypted, signatures

logger = logging.getLogger(__name__)

TURN_SECONDS = 20
AT_ONCE = 8  # webhooks, so that a slow one stops none of the others
BATCH = 200
FIRST, LONGEST = timedelta(seconds=5), timedelta(minutes=10)
LONGEST_ASKED = timedelta(hours=6)  # more than that nobody has us wait
GIVE_UP = timedelta(days=1)
LEAST_FAILURES = 5  # before it is given up: a day in which we did not try tells nothing
GONE = 410
EVERYBODY = 0  # in place of a webhook
_LOCK = 7401531


def due_webhooks() -> list[int]:
    waiting = WebhookEvent.objects.filter(sequence__gt=OuterRef("position"), only_for=None)
    due = Webhook.objects.filter(Exists(waiting), disabled_at=None, next_attempt_at__lte=timezone.now())
    return list(due.order_by("next_attempt_at").values_list("pk", flat=True))


def send_due(*, seconds: float = TURN_SECONDS) -> int:
    """Tell everyone who is due what there is, for at most so long; gives how many events were delivered."""
    due, until = due_webhooks(), time.monotonic() + seconds
    if not due:
        return 0
    with ThreadPoolExecutor(min(AT_ONCE, len(due)), thread_name_prefix="webhook") as threads:
        return sum(threads.map(lambda webhook_id: _in_thread(webhook_id, until), due))


def take_turn(webhook_id: int, *, until: float) -> int:
    """Send what is next, as long as it is taken and the time is not over; 0 where another sender is at it."""
    sent = 0
    with alone(webhook_id) as free:
        webhook = Webhook.objects.filter(pk=webhook_id).first() if free else None
        if webhook is None:
            return 0
        with closing(Line(webhook.url)) as line:
            for event in _events(webhook, until):
                if not _deliver(webhook, event, line):
                    break
                sent += 1
        _to_the_end_of_the_queue(webhook)
    return sent


@contextmanager
def alone(webhook_id: int, *, wait: float = 0) -> Iterator[bool]:
    """Whether this process is the one that sends there (or to EVERYBODY); ends with the connection at the latest."""
    free, until = _try_lock(webhook_id), time.monotonic() + wait
    while not free and time.monotonic() < until:
        time.sleep(0.1)
        free = _try_lock(webhook_id)
    try:
        yield free
    finally:
        if free:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK, webhook_id])


def post(webhook: Webhook, event: WebhookEvent, line: Line) -> Answer:
    event_id, timestamp, body = f"evt_{event.event_id.hex}", int(timezone.now().timestamp()), event.body.encode()
    try:
        signed = signatures(secrets=_secrets(webhook), event_id=event_id, timestamp=timestamp, body=body)
    except InvalidToken:
        return Answer(error="Its secret was encrypted with another SECRET_KEY: make a new secret.")
    headers = {
        "Content-Type": "application/json", "User-Agent": "idportal-webhooks/1", "webhook-id": event_id,
        "webhook-timestamp": str(timestamp), "webhook-signature": signed,
    }  # fmt: skip
    return line.post(body=body, headers=headers)


def attempt(webhook: Webhook, event: WebhookEvent, answer: Answer, *, why: str, number: int) -> WebhookAttempt:
    at = timezone.now() - timedelta(milliseconds=answer.milliseconds)
    return WebhookAttempt.objects.create(
        webhook=webhook, event=event, why=why, number=number, at=at, milliseconds=answer.milliseconds,
        status=answer.status, error=answer.error, answer=answer.body,
    )  # fmt: skip


def pause(failures: int, retry_after: str, *, now: datetime, jitter: Callable[[], float] = random.random) -> timedelta:
    """How long to wait after so many failures in a row: twice as long each time up to ten minutes, give or take a
    fifth, and never shorter than was asked for."""
    backoff: timedelta = min(FIRST * 2 ** min(failures - 1, 20), LONGEST) * (0.8 + 0.4 * jitter())
    asked = _asked(retry_after, now)
    return backoff if backoff > asked else asked


def _in_thread(webhook_id: int, until: float) -> int:
    try:
        return take_turn(webhook_id, until=until)
    except Exception:
        logger.exception("webhook %s: sending stopped", webhook_id)
        return 0
    finally:
        connection.close()  # it is this thread's own


def _events(webhook: Webhook, until: float) -> Iterator[WebhookEvent]:
    """What is next for it, again after each batch; whatever isn't for it is passed over."""
    while time.monotonic() < until and _is_due(webhook):
        waiting = WebhookEvent.objects.filter(sequence__gt=webhook.position, only_for=None).order_by("sequence")
        last = waiting.order_by("-sequence").values_list("sequence", flat=True).first()
        batch = list(waiting.filter(type__in=webhook.types, sequence__lte=last)[:BATCH]) if last else []
        for event in batch:
            if time.monotonic() >= until:
                return
            yield event
        if last is None:
            return
        if len(batch) < BATCH and not _advance(webhook, last):
            return


def _to_the_end_of_the_queue(webhook: Webhook) -> None:
    now = timezone.now()
    Webhook.objects.filter(pk=webhook.pk, next_attempt_at__lte=now).update(next_attempt_at=now)


def _is_due(webhook: Webhook) -> bool:
    """As it is now: a person may have changed it since."""
    url = webhook.url
    webhook.refresh_from_db()
    return webhook.url == url and webhook.disabled_at is None and webhook.next_attempt_at <= timezone.now()


def _advance(webhook: Webhook, position: int) -> bool:
    """False where a person has moved it meanwhile: they come first."""
    moved = Webhook.objects.filter(pk=webhook.pk, position=webhook.position).update(position=position)
    webhook.position = position
    return moved == 1


def _deliver(webhook: Webhook, event: WebhookEvent, line: Line) -> bool:
    answer = post(webhook, event, line)
    with transaction.atomic():
        done = attempt(webhook, event, answer, why=WebhookAttempt.Why.TURN, number=webhook.failures + 1)
        if not done.delivered:
            _failed(webhook, answer)
            return False
        standing = Webhook.objects.filter(pk=webhook.pk, position=webhook.position)
        taken = {"position": event.sequence, "failures": 0, "failing_since": None}
        on = standing.filter(disabled_at=None).update(**taken)
        if not on:
            standing.update(**taken)  # switched off meanwhile: it is told no more, but this it has been told
        webhook.position, webhook.failures, webhook.failing_since = event.sequence, 0, None
    return on == 1


def _failed(webhook: Webhook, answer: Answer) -> None:
    now = timezone.now()
    failures, since = webhook.failures + 1, webhook.failing_since or now
    changes: dict[str, object] = {
        "failures": failures, "failing_since": since,
        "next_attempt_at": now + pause(failures, answer.retry_after, now=now),
    }  # fmt: skip
    if answer.status == GONE:
        changes |= {"disabled_at": now, "disabled_why": Webhook.Disabled.GONE}
    elif now - since >= GIVE_UP and failures >= LEAST_FAILURES:
        changes |= {"disabled_at": now, "disabled_why": Webhook.Disabled.FAILING}
    Webhook.objects.filter(Q(pk=webhook.pk, position=webhook.position, disabled_at=None)).update(**changes)
    if "disabled_at" in changes:
        logger.warning("webhook %s is disabled: %s", webhook.pk, changes["disabled_why"])


def _secrets(webhook: Webhook) -> list[str]:
    found = [decrypted(webhook.secret_encrypted)]
    if webhook.old_secret_encrypted and webhook.old_secret_until and webhook.old_secret_until > timezone.now():
        found.append(decrypted(webhook.old_secret_encrypted))
    return found


def _asked(retry_after: str, now: datetime) -> timedelta:
    """Seconds or a date; what is neither asks for nothing."""
    if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 9:
        return min(timedelta(seconds=int(retry_after)), LONGEST_ASKED)
    try:
        at = parsedate_to_datetime(retry_after)
    except (ValueError, TypeError):
        return timedelta()
    return min(at - now, LONGEST_ASKED) if at.tzinfo else timedelta()


def _try_lock(webhook_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK, webhook_id])
        return bool(cursor.fetchone()[0])
