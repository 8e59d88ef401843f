"""Our own signed call says what botocore's would, and reads every answer that a service gives."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import strategies as st

from lambdas.collect.firehose import Failed, Firehose, make_firehose
from lambdas.collect.signing import Credentials, signed
from lambdas.local.server import HttpResponse, Server

ENV = {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
visible = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


@given(key_id=visible, secret=visible, token=st.just("") | visible, body=st.binary(max_size=300))
def test_a_signature_is_botocores(key_id: str, secret: str, token: str, body: bytes) -> None:
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "Firehose_20150804.PutRecordBatch"}
    request = AWSRequest("POST", "https://firehose.eu-central-1.amazonaws.com/", headers=dict(headers), data=body)
    SigV4Auth(BotocoreCredentials(key_id, secret, token or None), "firehose", "eu-central-1").add_auth(request)
    ours = signed(
        headers=headers,
        body=body,
        host="firehose.eu-central-1.amazonaws.com",
        region="eu-central-1",
        service="firehose",
        credentials=Credentials(key_id=key_id, secret=secret, token=token),
        now=datetime.strptime(request.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC),
    )
    theirs = {name.lower(): value for name, value in request.headers.items()}
    assert ours == {name: theirs[name] for name in ours}
    assert set(theirs) - set(ours) <= {"x-amz-content-sha256"}


def test_the_secret_is_not_shown_by_mistake() -> None:
    assert "secret" not in repr(make_firehose(ENV).credentials)


@pytest.mark.parametrize(
    ("env", "url"),
    [
        ({}, "https://firehose.eu-central-1.amazonaws.com/"),
        ({"AWS_REGION": "cn-north-1"}, "https://firehose.cn-north-1.amazonaws.com.cn/"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, "http://127.0.0.1:4566/"),
        ({"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_FIREHOSE": "http://b:1/"}, "http://b:1/"),
    ],
)
def test_the_endpoint_is_the_regions_or_the_one_named(env: dict[str, str], url: str) -> None:
    assert make_firehose({**ENV, **env}).url == url


def test_without_credentials_it_fails_at_the_start() -> None:
    with pytest.raises(KeyError):
        make_firehose({"AWS_REGION": "eu-central-1"})


def asked(status: int, body: Any, **headers: str) -> list[str]:
    """What `put_record_batch` makes of one answer to two records."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = HttpResponse(
        status=status, headers={name.replace("_", "-"): text for name, text in headers.items()}, body=data
    )
    server = Server(host="127.0.0.1", port=0, respond=lambda _request: answer, max_body=1 << 20)
    server.serve_in_background()
    try:
        client: Firehose = make_firehose({**ENV, "AWS_ENDPOINT_URL_FIREHOSE": server.url})
        return client.put_record_batch(stream="idportal-events", records=[b"1", b"2"])
    finally:
        server.finish(seconds=1)


def test_each_record_has_its_own_answer() -> None:
    slow = {"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."}
    answer = {"FailedPutCount": 1, "RequestResponses": [{"RecordId": "r-1"}, slow]}
    assert asked(200, answer) == ["", "ServiceUnavailableException"]


@pytest.mark.parametrize(
    ("status", "body", "headers", "code"),
    [
        (400, {"__type": "com.amazonaws.firehose#ResourceNotFoundException"}, {}, "ResourceNotFoundException"),
        (400, {"__type": "ThrottlingException"}, {}, "ThrottlingException"),
        (503, {}, {"x_amzn_errortype": "ServiceUnavailableException:http://internal/"}, "ServiceUnavailableException"),
        (500, b"<html>", {}, "Status500"),
        (503, ["x"], {}, "Status503"),
        (302, b"", {"location": "http://127.0.0.1:9/"}, "Status302"),
        (200, b"<html>", {}, "InvalidAnswer"),
        (200, {"FailedPutCount": 0}, {}, "InvalidAnswer"),
        (200, {"FailedPutCount": 0, "RequestResponses": [{"RecordId": "r-1"}]}, {}, "InvalidAnswer"),
    ],
)
def test_what_is_no_success_has_a_code(status: int, body: Any, headers: dict[str, str], code: str) -> None:
    with pytest.raises(Failed, match=f"^{code}$"):
        asked(status, body, **headers)
