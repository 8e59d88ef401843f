"""A real S3 API, empty for each test."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import urllib3
from moto.server import ThreadedMotoServer

from ingest import s3 as our_s3

REGION = "eu-central-1"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    running = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def s3_api(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of it; ours finds it by the environment."""
    for name, value in {
        "AWS_ENDPOINT_URL_S3": server, "AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "s",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    our_s3.client.cache_clear()
    client = boto3.client("s3", region_name=REGION)
    yield client
    urllib3.request("POST", f"{server}/moto-api/reset")
    client.close()
    our_s3.client().close()
    our_s3.client.cache_clear()
