"""Takes tasks from the broker, gives them to the apps' tasks modules.

A worker keeps its database session from task to task, as a web process does from request to request (CONN_MAX_AGE): the
engine's plans and work tables are a session's own, and making them costs ten times what resolving an event does.
"""

import os
import sys
from typing import Any

from celery import Celery, signals
from celery.states import SUCCESS
from django.db import close_old_connections, connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idportal.settings")

app = Celery("idportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize  # else Celery closes it around each task
app.autodiscover_tasks()
app.autodiscover_tasks(["idportal"], related_name="figures")
app.autodiscover_tasks(["idportal.accounts.passwords"], related_name="letter")
app.set_default()  # the current app is a thread's own otherwise: requests are answered in other threads


@signals.task_prerun.connect
def drop_old_sessions(sender: Any, **_: Any) -> None:
    """Also one whose server is gone, before the task needs it."""
    if not sender.request.is_eager:
        close_old_connections()


@signals.task_postrun.connect
def drop_sessions_of_failed(sender: Any, state: str | None = None, **_: Any) -> None:
    """What a failed task left in its session, a lock say, ends with it."""
    if state != SUCCESS and not sender.request.is_eager:
        connections.close_all()
