"""The front door: proxy event in, an answer for the sender, and Firehose has what was accepted."""

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from lambdas.collect import handler as collect
from lambdas.collect import registry as registry_module
from lambdas.collect.stream import Stream
from tests.lambdas.stage import ROOT, Double, Portal, eventually, sha256, source

ADA = {"type": "identify", "messageId": "m-1", "userId": "ada"}


def event_v2(
    body: str, *, method: str = "POST", query: dict[str, str] | None = None, base64ed: bool = False, **headers: str
) -> dict[str, Any]:
    return {
        "version": "2.0",
        "routeKey": "POST /v1/events",
        "rawPath": "/v1/events",
        "headers": {"user-agent": "Browser/1.0", **{name.replace("_", "-"): value for name, value in headers.items()}},
        **({"queryStringParameters": query} if query else {}),
        "requestContext": {
            "http": {"method": method, "sourceIp": "203.0.113.77"},
            "requestId": "r-1",
            "timeEpoch": 1_795_391_450_123,
        },
        "body": body,
        "isBase64Encoded": base64ed,
    }


def event_v1(body: str, **headers: str) -> dict[str, Any]:
    return {
        "version": "1.0",
        "resource": "/v1/events",
        "path": "/v1/events",
        "httpMethod": "POST",
        "headers": {"User-Agent": "Browser/1.0", **headers},
        "multiValueHeaders": {},
        "queryStringParameters": None,
        "requestContext": {
            "identity": {"sourceIp": "203.0.113.77"},
            "requestId": "r-1",
            "requestTimeEpoch": 1_795_391_450_123,
        },
        "body": body,
        "isBase64Encoded": False,
    }


# One double and one client for all these tests: a client costs a tenth of a second. Each test finds them idle.


@pytest.fixture(scope="module")
def shared_portal() -> Iterator[Portal]:
    portal = Portal()
    yield portal
    portal.server.finish(seconds=1)


@pytest.fixture(scope="module")
def shared_double(shared_portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    double = Double(tmp_path_factory.mktemp("firehose"), shared_portal.url)
    yield double
    double.close()


@pytest.fixture(scope="module")
def stream(shared_double: Double) -> Stream:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_FIREHOSE", shared_double.url)
        return collect.make_stream(os.environ)


@pytest.fixture
def double(shared_double: Double) -> Double:
    shared_double.fault()
    eventually(shared_double.settled)
    return shared_double


@pytest.fixture
def portal(shared_portal: Portal, double: Double) -> Portal:
    shared_portal.forget()
    return shared_portal


@pytest.fixture
def collector(portal: Portal, stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    env = {"REGISTRY_URL": portal.registry_url, "REGISTRY_TOKEN": "registry-token"}
    monkeypatch.setattr(collect, "STREAM", replace(stream, seconds=1))
    monkeypatch.setattr(collect, "REGISTRY", collect.make_registry(env))


def post(body: Any, **how: Any) -> tuple[int, dict[str, Any]]:
    result = collect.handler(event_v2(body if isinstance(body, str) else json.dumps(body), **how))
    return result["statusCode"], json.loads(result["body"])


def refusal(body: Any, **how: Any) -> tuple[int, str]:
    status, told = post(body, **how)
    assert told["accepted"] == 0
    assert told["message"]
    return status, told["reason"]


pytestmark = pytest.mark.usefixtures("collector")


def test_the_customers_own_example_is_answered_200_and_delivered(portal: Portal) -> None:
    assert post('{"phone_number": "+1234567890"}') == (200, {"message": "1 event accepted", "accepted": 1})
    [envelope] = eventually(portal.envelopes)
    [event] = envelope["events"]
    assert event["identifiers"] == [["phone", "+1234567890"]]
    assert event["marks"] == ["impossible_phone"]


@pytest.mark.parametrize("event", [event_v2(json.dumps(ADA)), event_v1(json.dumps(ADA))], ids=["2.0", "1.0"])
def test_both_payload_formats_say_who_called_and_when(event: dict[str, Any], portal: Portal) -> None:
    assert collect.handler(event)["statusCode"] == 200
    [envelope] = eventually(portal.envelopes)
    assert envelope["client"] == {"ip": "203.0.113.0", "user_agent": "Browser/1.0"}
    assert envelope["request_id"] == "r-1"
    assert envelope["received_at"] == "2026-11-22T23:50:50.123000Z"
    assert envelope["source"] == {"id": 3, "region": "DE"}


def test_the_body_is_json_whatever_the_content_type_says_and_may_be_base64(portal: Portal) -> None:
    packed = base64.b64encode(json.dumps(ADA).encode()).decode()
    assert post(packed, base64ed=True, content_type="application/octet-stream")[0] == 200
    assert post(ADA, content_type="text/plain")[0] == 200
    assert refusal("%%%", base64ed=True) == (400, "not_json")


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ("", 400, "not_json"),
        ("{", 400, "not_json"),
        ('{"user_id": NaN}', 400, "not_json"),
        ("[1]", 400, "not_an_object"),
        ('"ada"', 400, "not_an_object"),
        ("[" * 100_000, 400, "too_deep"),
        ('{"user_id": "ada", "p": ' + '{"p": ' * 40 + "1" + "}" * 41, 400, "too_deep"),
        ({"batch": "x"}, 400, "not_a_batch"),
        ({"batch": []}, 400, "no_events"),
        ({"batch": [ADA] * 501}, 400, "too_many_events"),
        ({"batch": [{**ADA, "writeKey": "wk_web"}, {**ADA, "writeKey": "wk_b"}]}, 400, "mixed_write_keys"),
        ({"traits": {"name": "Ada"}}, 400, "no_identifiers"),
        ({"phone_number": "abc"}, 400, "unusable_identifier"),
        ({"identifiers": {"device_id": list(range(11))}}, 400, "too_many_identifiers"),
        ({"user_id": "ada", "note": "x" * 600_000}, 413, "too_large"),
        ({**ADA, "writeKey": "wk_unknown"}, 401, "unknown_write_key"),
    ],
)
def test_every_refusal_has_its_status_and_word(body: Any, status: int, reason: str, double: Double) -> None:
    before = double.counts()
    assert refusal(body) == (status, reason)
    assert double.counts() == before


def test_a_large_body_in_base64_is_too_large_as_well() -> None:
    packed = base64.b64encode(b'{"user_id": "ada", "note": "' + b"x" * 530_000 + b'"}').decode()
    assert refusal(packed, base64ed=True) == (413, "too_large")


def test_good_events_are_taken_and_bad_ones_named(portal: Portal) -> None:
    status, told = post({"batch": [ADA, {}, {**ADA, "messageId": "m-2"}, {"email": "nonsense"}]})
    assert (status, told["accepted"], told["message"]) == (200, 2, "2 events accepted")
    assert [(one["index"], one["reason"]) for one in told["rejected"]] == [
        (1, "no_identifiers"),
        (3, "unusable_identifier"),
    ]
    assert eventually(portal.message_ids) == ["m-1", "m-2"]


def test_a_batch_without_one_good_event_is_a_400() -> None:
    status, told = post({"batch": [{}, {"email": "nonsense"}]})
    assert (status, told["reason"], told["accepted"], len(told["rejected"])) == (400, "no_identifiers", 0, 2)


def test_one_body_is_one_record_and_a_large_one_as_few_as_hold_it(portal: Portal, double: Double) -> None:
    before = double.counts()["accepted"]
    post({"batch": [{**ADA, "messageId": f"m-{number}"} for number in range(500)]})
    assert double.counts()["accepted"] - before == 1
    # Numbers written short come back long: 400 kB of body become more than a record may hold.
    large = "[" + ",".join(["1e15"] * 3_000) + "]"
    body = ",".join(f'{{"user_id":"u{number}","messageId":"l-{number}","p":{large}}}' for number in range(30))
    assert post(f'{{"batch":[{body}]}}')[0] == 200
    assert 3 <= double.counts()["accepted"] - before < 10
    eventually(lambda: len(portal.message_ids()) == 530)


def test_sent_at_of_the_batch_corrects_the_clock_of_its_events(portal: Portal) -> None:
    post({"batch": [{**ADA, "timestamp": "2031-01-01T11:59:00Z"}], "sentAt": "2031-01-01T12:00:00Z"})
    [envelope] = eventually(portal.envelopes)
    assert envelope["events"][0]["time"] == "2026-11-22T23:49:50.123000Z"


@pytest.mark.parametrize(
    "how",
    [
        {"body": {**ADA, "writeKey": "wk_shop"}},
        {"body": {"batch": [ADA], "writeKey": "wk_shop"}},
        {"body": {"batch": [{**ADA, "writeKey": "wk_shop"}]}},
        {"body": ADA, "query": {"writeKey": "wk_shop"}},
        {"body": ADA, "query": {"w": "wk_shop"}},
        {"body": ADA, "authorization": "Basic " + base64.b64encode(b"wk_shop:").decode()},
    ],
)
def test_the_write_key_is_found_wherever_senders_put_it(how: dict[str, Any], portal: Portal) -> None:
    portal.sources = [source(), source(id=4, write_key_sha256=sha256("wk_shop"), secret_sha256=None, default=False)]
    assert post(**how)[0] == 200
    [envelope] = eventually(portal.envelopes)
    assert (envelope["source"]["id"], envelope["authenticated"]) == (4, False)


@pytest.mark.parametrize(
    "authorization", ["Bearer sk_web", "bearer  sk_web", "Basic " + base64.b64encode(b"wk_web:sk_web").decode()]
)
def test_a_server_proves_its_secret(authorization: str, portal: Portal) -> None:
    assert post(ADA, authorization=authorization)[0] == 200
    assert eventually(portal.envelopes)[0]["authenticated"] is True


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"authorization": "Bearer sk_wrong"}, "wrong_secret"),
        ({"authorization": "Bearer sk_other", "query": {"w": "wk_web"}}, "wrong_secret"),
        ({"authorization": "Basic " + base64.b64encode(b"wk_web:sk_wrong").decode()}, "wrong_secret"),
        ({"authorization": "Basic " + base64.b64encode(b"wk_wrong:sk_web").decode()}, "unknown_write_key"),
    ],
)
def test_who_proves_something_wrong_is_told_so(how: dict[str, Any], reason: str) -> None:
    assert refusal(ADA, **how) == (401, reason)


def test_a_staging_sites_own_log_in_is_not_taken_for_ours(portal: Portal) -> None:
    staging = "Basic " + base64.b64encode(b"staging:letmein").decode()
    assert post({**ADA, "writeKey": "wk_web"}, authorization=staging)[0] == 200
    assert eventually(portal.envelopes)[0]["authenticated"] is False


def test_without_a_default_source_a_write_key_is_needed(portal: Portal) -> None:
    portal.sources = [source(default=False)]
    assert refusal(ADA) == (401, "missing_write_key")


def test_a_source_takes_events_from_its_own_origins_only(portal: Portal) -> None:
    portal.sources = [source(origins=["https://shop.example"])]
    assert refusal(ADA, origin="https://evil.example") == (403, "foreign_origin")
    assert refusal(ADA, origin="null") == (403, "foreign_origin")
    assert post(ADA, origin="https://SHOP.example:443")[0] == 200
    assert post(ADA)[0] == 200
    assert post(ADA, origin="https://evil.example", authorization="Bearer sk_web")[0] == 200


def test_a_disabled_source_takes_nothing(portal: Portal) -> None:
    portal.sources = [source(enabled=False)]
    assert refusal(ADA) == (403, "disabled_source")
    assert refusal(ADA, authorization="Bearer sk_web") == (403, "disabled_source")


@pytest.mark.parametrize(("setting", "client"), [("full", {"ip": "203.0.113.77"}), ("none", {})])
def test_a_source_decides_how_much_of_the_address_is_kept(setting: str, client: dict[str, str], portal: Portal) -> None:
    portal.sources = [source(client_ip=setting)]
    post(ADA)
    assert eventually(portal.envelopes)[0]["client"] == {**client, "user_agent": "Browser/1.0"}


def test_the_registry_is_asked_with_the_token_and_answers_from_memory(portal: Portal) -> None:
    for _ in range(5):
        post(ADA)
    [asked] = portal.registry_requests
    assert asked.header("authorization") == "Bearer registry-token"


def test_a_source_made_a_moment_ago_is_known_at_once(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_module, "SECOND_LOOK", 0.0)
    post(ADA)
    portal.sources.append(source(id=9, write_key_sha256=sha256("wk_new"), default=False))
    assert post({**ADA, "writeKey": "wk_new"})[0] == 200
    assert refusal({**ADA, "writeKey": "wk_never"}) == (401, "unknown_write_key")
    assert portal.registry_requests[-1].header("if-none-match")


def test_what_was_known_serves_while_the_portal_is_down(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    post(ADA)
    portal.registry_status = 503
    monkeypatch.setattr(collect.REGISTRY, "_seconds", 0.0)
    assert post(ADA)[0] == 200
    assert len(portal.registry_requests) == 2


def test_before_the_portal_was_ever_reached_the_sender_is_told_to_come_again(portal: Portal) -> None:
    portal.registry_status = 503
    result = collect.handler(event_v2(json.dumps(ADA)))
    assert (result["statusCode"], result["headers"]["retry-after"]) == (503, "2")
    assert json.loads(result["body"])["reason"] == "no_registry"


def test_records_that_firehose_refused_are_sent_again_alone_until_it_has_them_all(
    portal: Portal, double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = double.counts()["accepted"]
    double.fault(put_partial=0.3)
    monkeypatch.setattr(collect, "STREAM", replace(collect.STREAM, seconds=20))
    large = [{**ADA, "messageId": f"m-{number}", "note": "x" * 16_000} for number in range(30)]
    for _ in range(4):
        assert post({"batch": large})[0] == 200
    assert double.counts()["accepted"] - before == 8  # two records a body, none of them twice
    eventually(lambda: len(portal.message_ids()) == 120)


@pytest.mark.parametrize("fault", ["put_throttle", "put_partial", "put_lose_answer"])
def test_when_firehose_does_not_take_it_in_time_the_sender_keeps_it(fault: str, double: Double) -> None:
    double.fault(**{fault: 1.0})
    started = time.monotonic()
    result = collect.handler(event_v2(json.dumps(ADA), origin="https://shop.example"))
    assert result["statusCode"] == 503
    assert int(result["headers"]["retry-after"]) > 0
    assert "retry-after" in result["headers"]["access-control-expose-headers"]
    assert 0.5 < time.monotonic() - started < 3


def test_a_lost_answer_or_a_slow_start_costs_no_event(
    portal: Portal, double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    double.fault(put_throttle=0.2, put_lose_answer=0.2)
    monkeypatch.setattr(collect, "STREAM", replace(collect.STREAM, seconds=20))
    for number in range(10):
        assert post({**ADA, "messageId": f"m-{number}"})[0] == 200
    eventually(lambda: {f"m-{number}" for number in range(10)} <= set(portal.message_ids()))


def test_no_firehose_at_all_is_a_503(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_FIREHOSE", "http://127.0.0.1:9")
    monkeypatch.setattr(collect, "STREAM", collect.make_stream({**os.environ, "PUT_SECONDS": "0.3"}))
    assert refusal(ADA) == (503, "firehose_EndpointConnectionError")


def test_an_unknown_stream_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "STREAM", replace(collect.STREAM, name="nowhere", seconds=30))
    assert refusal(ADA) == (503, "firehose_ResourceNotFoundException")


def test_a_preflight_that_reaches_the_function_is_answered() -> None:
    result = collect.handler(event_v2("", method="OPTIONS", origin="https://shop.example"))
    assert result["statusCode"] == 204
    assert result["headers"]["access-control-allow-origin"] == "https://shop.example"
    assert "POST" in result["headers"]["access-control-allow-methods"]
    assert refusal("", method="DELETE") == (405, "not_a_post")


def test_the_log_holds_ids_counts_and_reasons_but_no_personal_data(capsys: pytest.CaptureFixture[str]) -> None:
    post({"batch": [{"email": "ada@example.com", "messageId": "secret-id"}, {"email": "ada-at-example"}]})
    post({"email": "ada@example.com", "writeKey": "wk_ada"}, origin="https://ada.example")
    lines = [line for line in capsys.readouterr().out.splitlines() if '"collect"' in line]
    told = [json.loads(line) for line in lines]
    assert [(one["status"], one["request_id"]) for one in told] == [(200, "r-1"), (401, "r-1")]
    assert (told[0]["accepted"], told[0]["rejected"]) == (1, {"unusable_identifier": 1})
    assert told[1]["reason"] == "unknown_write_key"
    assert not any(word in "".join(lines) for word in ("ada", "secret", "203.0.113", "Browser"))


def test_a_bug_is_a_500_that_tells_no_personal_data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(**_known: Any) -> None:
        raise KeyError("ada@example.com")

    monkeypatch.setattr(collect, "make_envelope", broken)
    assert refusal(ADA) == (500, "internal")
    told = capsys.readouterr().out
    assert "KeyError" in told
    assert "ada@" not in told


def test_the_hot_path_imports_neither_boto3_nor_the_phone_book() -> None:
    code = (
        "import sys, lambdas.collect.handler;"
        "print([name for name in ('boto3', 'botocore', 's3transfer', 'phonenumbers', 'email_validator',"
        " 'crawlerdetect', 'django', 'asyncio', 'lambdas.transform', 'lambdas.local') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
