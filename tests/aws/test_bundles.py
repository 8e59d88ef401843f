"""Each function's zip, unpacked into an empty place, runs there on real events with nothing but Python beside it."""

import base64
import json
import re
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from lambdas import bundle
from tests.aws.templates import PIPELINE, ROOT, properties

CONTRACT = ROOT / "tests" / "contract"
LARGEST_ZIP = {"collect": 500_000, "transform": 4_000_000, "rotate": 50_000}
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("bundles")
    for function in bundle.FUNCTIONS:
        made = bundle.make_bundle(function, folder)
        assert made.zipped < LARGEST_ZIP[function], f"{function}: {made}"
        with ZipFile(made.path) as zipped:
            zipped.extractall(folder / function)
    return {function: folder / function for function in bundle.FUNCTIONS}


def contract(name: str) -> Any:
    return json.loads((CONTRACT / name).read_text())


class Neighbours:
    """The registry and Firehose, on one socket; keeps what Firehose was given."""

    def __init__(self) -> None:
        self.records: list[bytes] = []
        self.headers: dict[str, str] = {}
        neighbours = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._say(contract("00_registry.json"))

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                neighbours.headers = {name.lower(): value for name, value in self.headers.items()}
                neighbours.records += [base64.b64decode(one["Data"]) for one in body["Records"]]
                done = [{"RecordId": "r"}] * len(body["Records"])
                self._say({"FailedPutCount": 0, "RequestResponses": done})

            def _say(self, value: Any) -> None:
                data = json.dumps(value).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def neighbours() -> Iterator[Neighbours]:
    made = Neighbours()
    yield made
    made.server.shutdown()
    made.server.server_close()


def environment(url: str = "http://127.0.0.1:9") -> dict[str, str]:
    """As Lambda and the template give it."""
    wanted = properties(PIPELINE, "Collect")["Environment"]["Variables"]
    given = {
        "FIREHOSE_STREAM": "idportal-events",
        "PUT_SECONDS": wanted["PUT_SECONDS"],
        "REGISTRY_URL": f"{url}/ingest/v1/registry",
        "REGISTRY_TOKEN": "t",
        "REGISTRY_SECONDS": wanted["REGISTRY_SECONDS"],
    }
    assert set(given) == set(wanted)
    return {**given, **CREDENTIALS, "AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL_FIREHOSE": url}


def run(
    folder: Path, code: str, *, env: dict[str, str], flags: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Isolated: no site-packages, no PYTHONPATH, no user's own; the bundle alone."""
    command = [sys.executable, "-I", "-S", *flags, "-c", f"import sys; sys.path.insert(0, {str(folder)!r}); {code}"]
    done = subprocess.run(command, env=env, cwd="/", capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done


def called(folder: Path, handler: str, event: Any, *, env: dict[str, str]) -> Any:
    code = (
        "import json, importlib; "
        f"result = importlib.import_module({handler!r}).handler(json.loads({json.dumps(event)!r}), None); "
        "print('\\nRESULT', json.dumps(result))"
    )
    return json.loads(run(folder, code, env=env).stdout.rpartition("RESULT")[2])


def test_collect_takes_the_contracts_request_and_gives_its_record(
    unpacked: dict[str, Path], neighbours: Neighbours
) -> None:
    result = called(
        unpacked["collect"], "lambdas.collect.handler", contract("02_proxy_event.json"), env=environment(neighbours.url)
    )
    assert result["statusCode"] == 200
    [record] = map(json.loads, neighbours.records)
    assert record["events"] == contract("03_record.json")["events"]
    assert neighbours.headers["x-amz-security-token"] == "token"
    assert neighbours.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=id/")


def test_transform_takes_the_contracts_record_and_gives_it_normalised(unpacked: dict[str, Path]) -> None:
    data = base64.b64encode(json.dumps(contract("03_record.json")).encode() + b"\n").decode()
    event = {
        "invocationId": "i", "deliveryStreamArn": "arn", "region": "eu-central-1",
        "records": [{"recordId": "r-1", "approximateArrivalTimestamp": 1, "data": data}],
    }  # fmt: skip
    [answer] = called(unpacked["transform"], "lambdas.transform.handler", event, env={})["records"]
    assert (answer["recordId"], answer["result"]) == ("r-1", "Ok")
    assert json.loads(base64.b64decode(answer["data"])) == contract("04_transformed.json")


def test_a_bundle_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    one, two = (bundle.make_bundle("collect", tmp_path / name).path.read_bytes() for name in ("one", "two"))
    assert one == two


def test_a_bundle_holds_neither_the_local_stand_ins_nor_other_functions(unpacked: dict[str, Path]) -> None:
    for function, folder in unpacked.items():
        assert {path.name for path in (folder / "lambdas").iterdir() if path.is_dir()} - {"__pycache__"} == {function}
        assert not list(folder.rglob("*.so"))


def test_a_package_that_is_not_the_locked_one_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bundle, "needed", lambda _function: {"urllib3": "1.0"})
    with pytest.raises(bundle.CantBundle, match=r"requirements\.lock"):
        bundle.make_bundle("collect", tmp_path)


def import_ms(done: subprocess.CompletedProcess[str], module: str) -> float:
    """By `-X importtime`: with all that it imports."""
    found = re.findall(rf"^import time:\s+\d+ \|\s+(\d+) \|\s+{re.escape(module)}$", done.stderr, re.MULTILINE)
    return int(found[-1]) / 1000


def test_collect_starts_in_less_time_than_boto3_alone(unpacked: dict[str, Path]) -> None:
    def ours() -> float:
        code = "import lambdas.collect.handler"
        done = run(unpacked["collect"], code, env=environment(), flags=("-X", "importtime"))
        return import_ms(done, "lambdas.collect.handler")

    def theirs() -> float:
        command = [sys.executable, "-X", "importtime", "-c", "import boto3"]
        return import_ms(subprocess.run(command, capture_output=True, text=True, check=True), "boto3")

    for _ in range(1):
        ours(), theirs()  # bytecode is written once
    taken, boto3 = zip(*[(ours(), theirs()) for _ in range(5)], strict=True)
    print(f"\ncollect imports in {statistics.median(taken):.0f} ms, boto3 alone in {statistics.median(boto3):.0f} ms")
    assert statistics.median(taken) < 0.7 * statistics.median(boto3)
