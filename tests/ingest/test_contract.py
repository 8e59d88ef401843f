"""The portal's side of the hops by example: `tests/contract/` is the contract, and the lambdas test the same files."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django.fixtures import Settings

from ingest.models import RawEvent, RejectedRecord, Source
from lambdas.local.delivery import judge

pytestmark = pytest.mark.django_db

CONTRACT = Path(__file__).parent.parent / "contract"
OF_THE_DELIVERY = ("event_id", "landed_at")


def example(name: str) -> Any:
    return json.loads((CONTRACT / f"{name}.json").read_text())


@pytest.fixture
def sources() -> list[Source]:
    """Those of the registry, as rows."""
    Source.objects.all().delete()
    return [
        Source.objects.create(
            id=entry["id"],
            name=entry["name"],
            write_key=f"wk_{entry['name']}",
            secret_sha256=entry["secret_sha256"] or "",
            origins=entry["origins"],
            client_ip=entry["client_ip"],
            region=entry["region"],
            is_default=entry["default"],
            enabled=entry["enabled"],
        )
        for entry in example("00_registry")["sources"]
    ]


@pytest.mark.usefixtures("sources")
def test_the_registry_is_what_collect_reads() -> None:
    token = {"Authorization": f"Bearer {django_settings.REGISTRY_TOKEN}"}
    said = Client().get("/ingest/v1/registry", headers=token).json()
    wanted = example("00_registry")
    for told, entry in zip(said["sources"], wanted["sources"], strict=True):
        assert list(told) == list(entry)
        assert len(told["write_key_sha256"]) == len(entry["write_key_sha256"])
        told["write_key_sha256"] = entry["write_key_sha256"]
    assert said == wanted


@pytest.mark.usefixtures("sources")
def test_the_delivery_lands_as_rows_and_the_answer_is_one_that_firehose_takes(settings: Settings) -> None:
    request = example("05_delivery")["request"]
    headers = dict(request["headers"])
    settings.FIREHOSE_ACCESS_KEYS = [headers["X-Amz-Firehose-Access-Key"]]
    settings.FIREHOSE_SOURCE_ARNS = [headers["X-Amz-Firehose-Source-Arn"]]
    content_type = headers.pop("Content-Type")
    response = Client().post(request["path"], json.dumps(request["body"]), content_type=content_type, headers=headers)
    request_id = request["body"]["requestId"]
    verdict = judge(
        status=response.status_code, headers=dict(response.items()), body=response.content, request_id=request_id
    )
    assert verdict.delivered, verdict
    assert set(response.json()) == set(example("05_delivery")["response"]["body"])
    assert landed() == example("06_landed")


def landed() -> dict[str, Any]:
    rows = RawEvent.objects.order_by("event_id").values()
    rejected = RejectedRecord.objects.order_by("id")
    return {
        "raw_events": [{key: plain(value) for key, value in row.items() if key not in OF_THE_DELIVERY} for row in rows],
        "rejected_records": [
            {"ordinal": one.ordinal, "reason": one.reason, "detail": one.detail, "data": json.loads(bytes(one.data))}
            for one in rejected
        ],
    }


def plain(value: Any) -> Any:
    return value if isinstance(value, dict | list | bool | int | None) else str(value)
