"""The stand-in for API Gateway: real HTTP in, the proxy event that AWS would make, CORS as AWS answers it."""

import base64
import http.client
import json
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from lambdas.local.gateway import MAX_BODY, REQUESTS_PER_SECOND, gateway
from lambdas.local.server import Server
from lambdas.local.throttle import Throttle
from tests.lambdas.stage import ROOT, Double, Portal, Start, eventually, free_port
from tests.lambdas.test_local_firehose import refusal


class Gateway:
    """The stand-in with a function that keeps what it was called with."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.result: Any = {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": '{"ok":1}'}
        self.server = Server(host="127.0.0.1", port=0, respond=gateway(self._function), max_body=MAX_BODY)
        self.server.serve_in_background()
        self.connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=5)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, path, body, named, encode_chunked="Transfer-Encoding" in named)
        response = self.connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()

    def _function(self, event: dict[str, Any], _context: object) -> Any:
        self.events.append(event)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@pytest.fixture
def front() -> Iterator[Gateway]:
    front = Gateway()
    yield front
    front.connection.close()
    front.server.finish(seconds=1)


def test_the_proxy_event_is_that_of_format_2(front: Gateway) -> None:
    assert front.ask("POST", "/v1/events?w=wk_1&tag=a&tag=b%20c", "{}", Content_Type="text/plain")[0] == 200
    [event] = front.events
    assert json.loads(json.dumps(event)) == event
    assert (event["version"], event["routeKey"], event["rawPath"]) == ("2.0", "POST /v1/events", "/v1/events")
    assert event["rawQueryString"] == "w=wk_1&tag=a&tag=b%20c"
    assert event["queryStringParameters"] == {"w": "wk_1", "tag": "a,b c"}
    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
    assert abs(event["requestContext"]["timeEpoch"] - time.time() * 1000) < 60_000
    assert all(name == name.lower() for name in event["headers"])


def test_repeated_headers_are_joined_and_cookies_apart(front: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", front.server.server_port), timeout=5) as raw:
        raw.sendall(
            b"POST /v1/events HTTP/1.1\r\nHost: x\r\nX-One: a\r\nX-ONE: b\r\nCookie: c=1; d=2\r\n"
            b"Content-Length: 2\r\nConnection: close\r\n\r\n{}"
        )
        assert raw.makefile("rb").read().startswith(b"HTTP/1.1 200")
    assert front.events[0]["headers"]["x-one"] == "a,b"
    assert front.events[0]["cookies"] == ["c=1", "d=2"]
    assert "cookie" not in front.events[0]["headers"]


@pytest.mark.parametrize(
    ("content_type", "is_base64"),
    [
        ("application/json", False),
        ("application/json; charset=utf-8", False),
        ("text/plain;charset=UTF-8", False),
        ("application/x-www-form-urlencoded", True),
        ("application/octet-stream", True),
    ],
)
def test_the_content_type_decides_whether_the_body_is_base64(
    content_type: str, is_base64: bool, front: Gateway
) -> None:
    front.ask("POST", "/v1/events", "ä".encode(), Content_Type=content_type)
    [event] = front.events
    assert event["isBase64Encoded"] is is_base64
    assert event["body"] == (base64.b64encode("ä".encode()).decode() if is_base64 else "ä")


def test_a_chunked_body_arrives_whole(front: Gateway) -> None:
    chunks = iter([b'{"user_id":', b'"ada"}'])
    front.ask("POST", "/v1/events", chunks, Content_Type="text/plain", Transfer_Encoding="chunked")
    assert front.events[0]["body"] == '{"user_id":"ada"}'


def test_preflights_are_answered_without_the_function(front: Gateway) -> None:
    asked = {"Origin": "https://shop.example", "Access_Control_Request_Method": "POST"}
    status, headers, body = front.ask("OPTIONS", "/v1/events", **asked)
    assert (status, body, front.events) == (204, b"", [])
    assert headers["access-control-allow-origin"] == "*"
    assert "POST" in headers["access-control-allow-methods"]
    assert "content-type" in headers["access-control-allow-headers"]


def test_cors_headers_are_the_gateways_and_only_for_a_page(front: Gateway) -> None:
    front.result["headers"]["Access-Control-Allow-Origin"] = "https://from-the-function.example"
    assert front.ask("POST", "/v1/events", "{}", Origin="https://a.example")[1]["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in front.ask("POST", "/v1/events", "{}")[1]


def test_an_answer_may_be_bare_or_base64(front: Gateway) -> None:
    front.result = {"fine": True}
    status, headers, body = front.ask("POST", "/v1/events", "{}")
    assert (status, headers["content-type"], json.loads(body)) == (200, "application/json", {"fine": True})
    front.result = {"statusCode": 418, "body": base64.b64encode(b"\xff").decode(), "isBase64Encoded": True}
    assert front.ask("POST", "/v1/events", "{}")[::2] == (418, b"\xff")


def test_everything_else_is_not_found_and_a_broken_function_is_a_500(front: Gateway) -> None:
    assert front.ask("GET", "/v1/events")[0] == 404
    assert front.ask("POST", "/elsewhere", "{}")[0] == 404
    assert front.ask("GET", "/healthz")[0] == 200
    front.result = RuntimeError("broken")
    assert front.ask("POST", "/v1/events", "{}")[0] == 500


def test_more_than_ten_megabytes_never_reach_the_function(front: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", front.server.server_port), timeout=5) as raw:
        raw.sendall(b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 10485761\r\n\r\n")
        assert raw.makefile("rb").readline().startswith(b"HTTP/1.1 413")
    assert front.events == []


def test_half_a_body_is_nobodys_event(front: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", front.server.server_port), timeout=5) as raw:
        raw.sendall(b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{}")
        raw.shutdown(socket.SHUT_WR)
        assert raw.makefile("rb").read() == b""
    assert front.events == []


def test_more_than_the_burst_gets_a_429_that_says_no_time_and_never_reaches_the_function(front: Gateway) -> None:
    now = [0.0]
    throttle = Throttle(rate=2, burst=3, clock=lambda: now[0])
    front.server.respond = gateway(front._function, admits=throttle.admits)
    assert [front.ask("POST", "/v1/events", "{}")[0] for _ in range(4)] == [200, 200, 200, 429]
    status, headers, body = front.ask("POST", "/v1/events", "{}", Origin="https://shop.example")
    assert (status, body) == (429, b'{"message":"Too Many Requests"}')
    assert not {"retry-after", "access-control-allow-origin"} & set(headers)
    assert front.ask("OPTIONS", "/v1/events")[0] == 204
    now[0] = 0.5  # one more in the bucket
    assert [front.ask("POST", "/v1/events", "{}")[0] for _ in range(2)] == [200, 429]
    now[0] = 3600.0  # never more than the burst
    assert [front.ask("POST", "/v1/events", "{}")[0] for _ in range(4)] == [200, 200, 200, 429]
    assert len(front.events) == 7


def test_it_throttles_as_the_template_does() -> None:
    template = (ROOT / "lambdas" / "template.yaml").read_text()
    default = re.findall(r"^  CollectRequestsPerSecond:\n    Type: Number\n    Default: (\d+)$", template, re.MULTILINE)
    assert default == [str(REQUESTS_PER_SECOND)]
    assert template.count("Limit: !Ref CollectRequestsPerSecond") == 2


def test_many_visitors_at_once_are_all_answered(front: Gateway) -> None:
    statuses: list[int] = []

    def visit() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", front.server.server_port, timeout=10)
        for _ in range(10):
            connection.request("POST", "/v1/events", "{}")
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
        connection.close()

    visitors = [threading.Thread(target=visit) for _ in range(40)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert statuses == [200] * 400


@pytest.fixture
def env(portal: Portal, double: Double) -> dict[str, str]:
    return {
        "COLLECT_PORT": str(free_port()),
        "AWS_ENDPOINT_URL_FIREHOSE": double.url,
        "REGISTRY_URL": portal.registry_url,
        "REGISTRY_TOKEN": "registry-token",
    }


def started(start_process: Start, env: dict[str, str]) -> "subprocess.Popen[str]":
    process = start_process("lambdas.local.gateway", **env)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("collect API on http://127.0.0.1:")
    return process


def post(env: dict[str, str], body: str) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", int(env["COLLECT_PORT"]), timeout=10)
    connection.request("POST", "/v1/events", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    told = json.loads(response.read())
    connection.close()
    return response.status, told


def test_a_visit_goes_through_every_hop_within_about_a_second(
    start_process: Start, env: dict[str, str], portal: Portal
) -> None:
    process = started(start_process, env)
    assert post(env, '{"phone_number": "+1234567890"}') == (200, {"message": "1 event accepted", "accepted": 1})
    [envelope] = eventually(portal.envelopes, within=2)
    assert envelope["events"][0]["identifiers"] == [["phone", "+1234567890"]]
    process.terminate()
    assert process.wait(timeout=8) == 0


def test_a_wrong_setting_or_a_taken_port_is_one_clear_sentence(start_process: Start, env: dict[str, str]) -> None:
    started(start_process, env)
    assert "(COLLECT_PORT): Address already in use." in refusal(start_process, "lambdas.local.gateway", env)
    unset = {**env, "REGISTRY_URL": ""}
    assert refusal(start_process, "lambdas.local.gateway", unset).startswith("REGISTRY_URL is not set: it is where")


def test_a_blank_answer_function(front: Gateway) -> None:
    """A function's 204 has no body and no length."""
    front.result = {"statusCode": 204}
    assert front.ask("POST", "/v1/events", "{}")[0] == 204
    assert front.ask("GET", "/healthz")[0] == 200
