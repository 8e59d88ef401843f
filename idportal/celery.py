"""Takes tasks from the broker, gives them to the apps' tasks modules."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idportal.settings")

app = Celery("idportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["idportal"], related_name="figures")
app.autodiscover_tasks(["idportal.accounts.passwords"], related_name="letter")
app.set_default()  # the current app is a thread's own otherwise: requests are answered in other threads
