"""Takes one of the four steps of a rotation, gives Firehose's access key its next value.

The portal takes the pending, the current and the previous value at any time (ingest/access_keys.py), so there is no
moment at which a delivery carries a key that it doesn't know, whenever Firehose reads the secret again.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import boto3  # the runtime's own: this runs once in a quarter, its start may take a second

from lambdas.log import log

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"


def handler(event: Mapping[str, Any], _context: object = None) -> None:
    secret, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    client = boto3.client("secretsmanager")
    described = client.describe_secret(SecretId=secret)
    stages = described["VersionIdsToStages"].get(token, [])
    if not described.get("RotationEnabled") or not stages:
        raise ValueError("this version is not to be rotated")
    if CURRENT in stages:
        return  # done before
    STEPS[step](client, secret, token, described["VersionIdsToStages"])
    log(hop="rotate", step=step)


def _create(client: Any, secret: str, token: str, _stages: Mapping[str, list[str]]) -> None:
    try:
        client.get_secret_value(SecretId=secret, VersionId=token, VersionStage=PENDING)
    except client.exceptions.ResourceNotFoundException:
        value = json.dumps({"api_key": secrets.token_urlsafe(48)})
        client.put_secret_value(SecretId=secret, ClientRequestToken=token, SecretString=value, VersionStages=[PENDING])


def _set(client: Any, secret: str, token: str, _stages: Mapping[str, list[str]]) -> None:
    """Nothing: the portal looks for itself."""


def _test(client: Any, secret: str, token: str, _stages: Mapping[str, list[str]]) -> None:
    value = client.get_secret_value(SecretId=secret, VersionId=token, VersionStage=PENDING)["SecretString"]
    if len(json.loads(value)["api_key"]) < 32:
        raise ValueError("the new key is too short")


def _finish(client: Any, secret: str, token: str, stages: Mapping[str, list[str]]) -> None:
    current = next(version for version, names in stages.items() if CURRENT in names)
    client.update_secret_version_stage(
        SecretId=secret, VersionStage=CURRENT, MoveToVersionId=token, RemoveFromVersionId=current
    )


STEPS: Mapping[str, Callable[[Any, str, str, Mapping[str, list[str]]], None]] = {
    "createSecret": _create,
    "setSecret": _set,
    "testSecret": _test,
    "finishSecret": _finish,
}
