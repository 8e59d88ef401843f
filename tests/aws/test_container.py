"""The image's text, its words, and that the templates' environment is one that the settings know."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from django.conf import settings as django_settings
from moto import mock_aws

from idportal import container
from idportal.given import database_url, redis_url
from ingest import access_keys
from lambdas.rotate.handler import handler as rotate
from tests.aws.templates import PORTAL, ROOT, resources

DOCKERFILE = (ROOT / "Dockerfile").read_text()
SETTINGS = (ROOT / "idportal" / "settings.py").read_text() + (ROOT / "idportal" / "given.py").read_text()
# Read by others than the settings.
ELSEWHERE = {"AWS_REGION", "ADMIN_PASSWORD", "DATABASE_HOST", "DATABASE_USER", "DATABASE_PASSWORD", "DATABASE_NAME",
             "BROKER_HOST", "BROKER_PASSWORD", "CACHE_HOST"}  # fmt: skip


def containers() -> list[dict[str, Any]]:
    tasks = resources(PORTAL, "AWS::ECS::TaskDefinition").values()
    return [one for task in tasks for one in task["Properties"]["ContainerDefinitions"]]


def test_the_image_runs_as_nobody_in_particular_and_says_how_it_is() -> None:
    stages = DOCKERFILE.split("FROM ")
    assert re.findall(r"^USER (\S+)", stages[-1], re.MULTILINE) == ["10001:10001"]
    assert "HEALTHCHECK" in stages[-1]
    assert 'ENTRYPOINT ["idportal"]' in stages[-1]
    assert stages[-1].index("USER") > stages[-1].rindex("RUN ")


def test_the_image_is_built_from_the_lock_file_and_pinned_bases() -> None:
    assert "--require-hashes" in DOCKERFILE
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(set(bases)) == 1
    assert ":latest" not in DOCKERFILE
    assert not re.search(r"^ADD |curl|wget|apt-get|sudo", DOCKERFILE, re.MULTILINE)


def test_what_the_image_copies_is_there_and_let_through() -> None:
    copied = re.findall(r"^COPY (?!--from)(\S+) ", DOCKERFILE, re.MULTILINE)
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(copied) == allowed
    for name in copied:
        assert (ROOT / name).exists()


def test_each_containers_word_is_one_of_the_entry_point() -> None:
    for one in containers():
        assert one["Command"][0] in container.COMMANDS
        check = one.get("HealthCheck", {"Command": ["CMD", "idportal", "healthy", one["Name"]]})["Command"]
        assert check == ["CMD", "idportal", "healthy", one["Name"]]


def test_each_variable_of_the_template_is_known() -> None:
    for one in containers():
        names = {each["Name"] for each in [*one["Environment"], *one["Secrets"]]}
        assert not {name for name in names if f'"{name}"' not in SETTINGS} - ELSEWHERE


def test_addresses_are_made_of_their_parts() -> None:
    environ = {"DATABASE_HOST": "db", "DATABASE_USER": "u", "DATABASE_PASSWORD": "p/w@", "BROKER_HOST": "b",
               "BROKER_PASSWORD": "s", "CACHE_HOST": ""}  # fmt: skip
    assert database_url(environ) == "postgres://u:p%2Fw%40@db:5432/idportal?sslmode=require"
    assert redis_url(environ, "BROKER") == "rediss://:s@b:6379/0?ssl_cert_reqs=required"
    assert set(container.addresses(environ)) == {"DATABASE_URL", "REDIS_URL"}
    assert container.addresses({**environ, "DATABASE_URL": "postgres://mine"}).keys() == {"REDIS_URL"}


def test_celery_understands_the_brokers_address() -> None:
    from kombu import Connection

    with Connection(redis_url({"BROKER_HOST": "b", "BROKER_PASSWORD": "s"}, "BROKER")) as broker:
        assert broker.transport_cls == "rediss"
        assert broker.hostname == "b"


def test_the_tasks_own_address_is_let_in_for_health_checks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(container, "own_addresses", lambda _url: ["10.20.10.7"])
    assert container.allowed_hosts({"ALLOWED_HOSTS": "portal.example"}) == ["portal.example", "127.0.0.1", "10.20.10.7"]


def test_a_rotation_leaves_no_moment_without_a_valid_key(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The four steps on Secrets Manager (moto), and after each what a delivery may carry."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    with mock_aws():
        client = boto3.client("secretsmanager")
        secret = client.create_secret(Name="key", SecretString=json.dumps({"api_key": "first"}))["ARN"]
        settings.FIREHOSE_ACCESS_KEY_SECRET, settings.FIREHOSE_ACCESS_KEYS = secret, []
        monkeypatch.setattr(access_keys, "_SECRET", access_keys._Secret())
        monkeypatch.setattr(access_keys, "SECOND_LOOK", 0.0)
        assert access_keys.is_access_key(b"first")
        assert not access_keys.is_access_key(b"second")
        assert not access_keys.is_access_key(b"")

        token = "0" * 32
        event = {"SecretId": secret, "ClientRequestToken": token}
        current = next(iter(client.describe_secret(SecretId=secret)["VersionIdsToStages"]))
        stages = {token: ["AWSPENDING"], current: ["AWSCURRENT"]}
        monkeypatch.setattr(boto3, "client", lambda *_a, **_k: client)
        monkeypatch.setattr(
            client, "describe_secret", lambda **_k: {"RotationEnabled": True, "VersionIdsToStages": stages}
        )
        for step in ("createSecret", "setSecret", "testSecret"):
            rotate({**event, "Step": step})
        pending = json.loads(client.get_secret_value(SecretId=secret, VersionStage="AWSPENDING")["SecretString"])[
            "api_key"
        ]
        assert access_keys.is_access_key(pending.encode())
        rotate({**event, "Step": "finishSecret"})
        now = json.loads(client.get_secret_value(SecretId=secret, VersionStage="AWSCURRENT")["SecretString"])["api_key"]
        assert now == pending
        assert access_keys.is_access_key(pending.encode())
        assert access_keys.is_access_key(b"first")


def test_a_value_that_can_not_be_read_now_is_still_good(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where all reads fail, nor where one of them does, is a key forgotten that was known."""
    values = {"AWSCURRENT": "current", "AWSPREVIOUS": "previous"}
    asked = []

    class Missing(Exception):
        pass

    class Client:
        exceptions = SimpleNamespace(ResourceNotFoundException=Missing)

        def get_secret_value(self, **wanted: str) -> dict[str, str]:
            stage = wanted["VersionStage"]
            if stage == "AWSPENDING":
                raise Missing
            if stage not in values:
                raise EndpointConnectionError(endpoint_url="https://secretsmanager")
            return {"SecretString": json.dumps({"api_key": values[stage]})}

    def client(*_args: object, config: Config, **_known: object) -> Client:
        asked.append(config)
        return Client()

    monkeypatch.setattr(boto3, "client", client)
    settings.FIREHOSE_ACCESS_KEY_SECRET, settings.FIREHOSE_ACCESS_KEYS = "key", []
    monkeypatch.setattr(access_keys, "_SECRET", access_keys._Secret())
    monkeypatch.setattr(access_keys, "KEPT_SECONDS", 0.0)
    assert access_keys.is_access_key(b"current")
    for lost in ("AWSCURRENT", "AWSPREVIOUS"):
        del values[lost]
        assert access_keys.is_access_key(b"current")
        assert access_keys.is_access_key(b"previous")
    values.update(AWSCURRENT="next", AWSPREVIOUS="current")
    assert access_keys.is_access_key(b"next")
    assert access_keys.is_access_key(b"current")
    assert not access_keys.is_access_key(b"previous")
    # A delivery waits meanwhile.
    assert {(one.connect_timeout, one.read_timeout, one.retries["total_max_attempts"]) for one in asked} == {(1, 2, 1)}


def test_a_version_that_is_not_pending_is_not_rotated(monkeypatch: pytest.MonkeyPatch) -> None:
    class Client:
        def describe_secret(self, **_known: Any) -> dict[str, Any]:
            return {"RotationEnabled": True, "VersionIdsToStages": {}}

    monkeypatch.setattr(boto3, "client", lambda *_a, **_k: Client())
    with pytest.raises(ValueError, match="not to be rotated"):
        rotate({"SecretId": "s", "ClientRequestToken": "t", "Step": "createSecret"})


def test_on_a_laptop_there_is_no_secret_to_ask() -> None:
    assert django_settings.FIREHOSE_ACCESS_KEY_SECRET == ""
    assert not access_keys.is_access_key(b"guess")
