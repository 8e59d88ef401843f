"""The double as a service: Firehose's protocol for botocore, and a spool that survives everything."""

import json
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.lambdas.stage import ARN, Double, Portal, Start, answer, eventually, fine, free_port


def client_of(url: str) -> Any:
    return botocore.session.get_session().create_client(
        "firehose", region_name="eu-central-1", endpoint_url=url, config=Config(retries={"total_max_attempts": 1})
    )


def envelope(message_id: str, *, padding: int = 0) -> bytes:
    event = {"messageId": message_id, "user_id": "ada", "note": "x" * padding}
    known = {"v": 1, "received_at": "2026-11-22T23:50:50Z", "source": {"id": 3, "region": ""}}
    return json.dumps({**known, "events": [event]}).encode() + b"\n"


def put(client: Any, *data: bytes) -> dict[str, Any]:
    return dict(client.put_record_batch(DeliveryStreamName="idportal-events", Records=[{"Data": one} for one in data]))


@pytest.fixture
def client(double: Double) -> Any:
    return client_of(double.url)


def test_botocore_puts_records_and_batches(client: Any, portal: Portal) -> None:
    one = client.put_record(DeliveryStreamName="idportal-events", Record={"Data": envelope("m-1")})
    assert one["RecordId"]
    many = put(client, envelope("m-2"), envelope("m-3"))
    assert many["FailedPutCount"] == 0
    assert len({result["RecordId"] for result in many["RequestResponses"]}) == 2
    eventually(lambda: sorted(portal.message_ids()) == ["m-1", "m-2", "m-3"])


def test_the_stream_describes_itself(client: Any, portal: Portal) -> None:
    told = client.describe_delivery_stream(DeliveryStreamName="idportal-events")["DeliveryStreamDescription"]
    assert (told["DeliveryStreamARN"], told["DeliveryStreamStatus"]) == (ARN, "ACTIVE")
    destination = told["Destinations"][0]["HttpEndpointDestinationDescription"]
    assert destination["EndpointConfiguration"]["Url"] == portal.url


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([b"x"] * 501, "ValidationException"),
        ([b"x" * (1000 * 1024 + 1)], "ValidationException"),
        ([b"x" * 1000 * 1024] * 5, "InvalidArgumentException"),
    ],
)
def test_a_call_beyond_firehoses_limits_is_refused_whole(
    records: list[bytes], code: str, client: Any, double: Double
) -> None:
    with pytest.raises(ClientError) as refused:
        put(client, *records)
    assert refused.value.response["Error"]["Code"] == code
    assert "accepted" not in double.counts()


def test_an_unknown_stream_is_refused(client: Any) -> None:
    with pytest.raises(ClientError) as refused:
        client.put_record(DeliveryStreamName="nowhere", Record={"Data": b"x"})
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_partial_failure_is_a_200_that_names_the_failed_ones(client: Any, double: Double) -> None:
    double.fault(put_partial=0.5)
    answer = put(client, *(envelope(f"m-{number}") for number in range(40)))
    failed = [result for result in answer["RequestResponses"] if "ErrorCode" in result]
    assert 5 < len(failed) < 35
    assert answer["FailedPutCount"] == len(failed)
    assert all("RecordId" not in result for result in failed)
    assert double.counts()["accepted"] == 40 - len(failed)


def test_throttling_is_a_503(client: Any, double: Double) -> None:
    double.fault(put_throttle=1.0)
    with pytest.raises(ClientError) as refused:
        put(client, envelope("m-1"))
    assert refused.value.response["Error"]["Code"] == "ServiceUnavailableException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503


def test_faults_are_set_and_the_state_is_seen_over_http(double: Double) -> None:
    def control(path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        data = json.dumps(body).encode() if body is not None else None
        with urllib.request.urlopen(  # noqa: S310 - the double's own address
            double.url + path, data=data, timeout=5
        ) as response:
            return dict(json.load(response))

    assert control("/_control/faults", {"put_delay": 0.01})["put_delay"] == 0.01
    assert control("/_control/state")["faults"]["put_delay"] == 0.01
    assert control("/_control/faults", {})["put_delay"] == 0
    for wrong in ({"nonsense": 1}, {"put_partial": 2}, {"put_partial": "often"}):
        with pytest.raises(urllib.error.HTTPError) as refused:
            control("/_control/faults", wrong)
        assert refused.value.code == 400
        refused.value.close()


# The double as a process.


@pytest.fixture
def env(portal: Portal, tmp_path: Path) -> dict[str, str]:
    return {
        "VAR_DIR": str(tmp_path),
        "FIREHOSE_PORT": str(free_port()),
        "FIREHOSE_ENDPOINT_URL": portal.url,
        "FIREHOSE_ACCESS_KEY": "key",
        "FIREHOSE_BUFFER_SECONDS": "0.1",
        "FIREHOSE_RETRY_CAP_SECONDS": "0.1",
    }


def started(start_process: Start, env: dict[str, str]) -> "subprocess.Popen[str]":
    process = start_process("lambdas.local.firehose", **env)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Firehose on http://127.0.0.1:")
    threading.Thread(target=process.stdout.read, daemon=True).start()
    return process


def test_what_was_accepted_survives_kill_9(start_process: Start, env: dict[str, str], portal: Portal) -> None:
    client = client_of(f"http://127.0.0.1:{env['FIREHOSE_PORT']}")
    process = started(start_process, env)
    accepted: list[str] = []
    stop = threading.Event()

    def visit() -> None:
        while not stop.is_set():
            message_id = f"m-{len(accepted)}"
            try:
                put(client, envelope(message_id, padding=2_000))
            except Exception:
                return
            accepted.append(message_id)

    visitor = threading.Thread(target=visit)
    visitor.start()
    eventually(lambda: len(accepted) > 60)
    process.kill()
    stop.set()
    visitor.join()
    process.wait()
    started(start_process, env)
    eventually(lambda: set(accepted) <= set(portal.message_ids()), within=20)


def test_an_endpoint_that_is_down_loses_nothing_and_keeps_the_request_id_over_a_restart(
    start_process: Start, env: dict[str, str], portal: Portal
) -> None:
    portal.answers = [lambda _id: answer({}, status=503)] * 100_000
    process = started(start_process, env)
    put(client_of(f"http://127.0.0.1:{env['FIREHOSE_PORT']}"), envelope("m-1"))
    eventually(lambda: len(portal.deliveries) > 2)
    process.terminate()
    assert process.wait(timeout=8) == 0
    before = set(portal.request_ids())
    portal.answers = []
    portal.deliveries = []
    started(start_process, env)
    assert eventually(portal.message_ids) == ["m-1"]
    assert set(portal.request_ids()) == before


def test_sigterm_ends_it_within_seconds_while_the_endpoint_hangs(
    start_process: Start, env: dict[str, str], portal: Portal
) -> None:
    let_go = threading.Event()
    portal.answers = [lambda request_id: (let_go.wait(20), fine(request_id))[1]]
    process = started(start_process, env)
    put(client_of(f"http://127.0.0.1:{env['FIREHOSE_PORT']}"), envelope("m-1"))
    eventually(lambda: portal.deliveries)
    since = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=8) == 0
    assert time.monotonic() - since < 6
    let_go.set()


def refusal(start_process: Start, module: str, env: dict[str, str]) -> str:
    process = start_process(module, **env)
    _out, err = process.communicate(timeout=20)
    assert process.returncode == 2
    assert err.count("\n") == 1
    return err


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"FIREHOSE_ENDPOINT_URL": ""}, "FIREHOSE_ENDPOINT_URL is not set: it is the address"),
        ({"FIREHOSE_BUFFER_MB": "much"}, "FIREHOSE_BUFFER_MB is 'much', but must be a number from 1 to 64."),
        ({"FIREHOSE_COMMON_ATTRIBUTES": "[]"}, "FIREHOSE_COMMON_ATTRIBUTES is '[]', but must be a JSON object."),
        ({"FIREHOSE_FAULTS": '{"fire": 1}'}, "FIREHOSE_FAULTS: faults are deliver_again"),
    ],
)
def test_a_wrong_setting_is_one_clear_sentence(
    change: dict[str, str], sentence: str, start_process: Start, env: dict[str, str]
) -> None:
    assert refusal(start_process, "lambdas.local.firehose", {**env, **change}).startswith(sentence)


def test_a_taken_port_or_spool_is_one_clear_sentence(start_process: Start, env: dict[str, str], tmp_path: Path) -> None:
    started(start_process, env)
    assert "Another Firehose double uses" in refusal(start_process, "lambdas.local.firehose", env)
    elsewhere = {**env, "VAR_DIR": str(tmp_path / "elsewhere")}
    assert "(FIREHOSE_PORT): Address already in use." in refusal(start_process, "lambdas.local.firehose", elsewhere)


def test_help_tells_the_settings(start_process: Start) -> None:
    for module, setting in (
        ("lambdas.local.firehose", "FIREHOSE_BUFFER_MB"),
        ("lambdas.local.gateway", "COLLECT_PORT"),
    ):
        process = start_process(module, "--help")
        out, _err = process.communicate(timeout=20)
        assert process.returncode == os.EX_OK
        assert setting in out
