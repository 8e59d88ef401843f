"""/healthz says that the process lives, /readyz what keeps it from its work."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from ingest.models import Delivery


def delivery_of(*, minutes_ago: int) -> None:
    Delivery.objects.create(
        request_id=f"{minutes_ago} minutes ago",
        origin=Delivery.Origin.FIREHOSE,
        received_at=timezone.now() - timedelta(minutes=minutes_ago),
        bytes=1, records=1, received=1, landed=1, duplicate=0, rejected=0,
    )  # fmt: skip


def test_the_process_is_healthy_without_a_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_ready_with_the_lag_told(client: Client) -> None:
    delivery_of(minutes_ago=1)

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
    assert answer.json()["unresolved_deliveries"] == 1
    assert 60 <= answer.json()["oldest_seconds"] < 120


@pytest.mark.django_db
def test_not_ready_when_resolution_is_far_behind(client: Client) -> None:
    delivery_of(minutes_ago=60)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert "has waited 3600 s" in answer.json()["problems"][0]


@pytest.mark.django_db
def test_not_ready_without_a_broker(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["problems"] == ["the broker can't be reached"]
