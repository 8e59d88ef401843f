"""Takes the state of the pipeline, gives one line of JSON a minute, of which CloudWatch makes the metrics that scale
the worker and raise alarms (lambdas/portal.yaml)."""

import json
import sys

import redis
from celery import shared_task
from django.conf import settings

from idportal.health import lag
from ingest.models import RejectedRecord

MANY = 100_000


@shared_task(name="idportal.log_figures")
def log_figures() -> None:
    # Not sys.stdout: Celery makes log lines of that.
    if sys.__stdout__:
        sys.__stdout__.write(json.dumps(figures()) + "\n")
        sys.__stdout__.flush()


def figures() -> dict[str, object]:
    waiting = lag()
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5) as broker:
        queue = broker.llen("celery")
    return {
        "hop": "figures",
        "oldest_seconds": round(waiting.oldest_seconds, 1) if waiting else 0,
        "unresolved": waiting.unresolved_deliveries if waiting else 0,
        "rejected": RejectedRecord.objects.filter(replayed_at=None)[:MANY].count(),
        "queue": queue,
    }
