"""Every event that the demo sends is accounted for, whatever the front door answers."""

import json
import threading
from collections.abc import Iterator

import pytest

from idportal.demo import front_door
from idportal.demo.front_door import FrontDoor, Outcome
from idportal.demo.visits import Batch
from lambdas.local.server import HangUp, HttpRequest, HttpResponse, Server


class Door:
    """A collect API that answers as told; the last answer goes on for ever."""

    def __init__(self) -> None:
        self.answers: list[HttpResponse | None] = []
        self.bodies: list[dict[str, object]] = []
        self.lock = threading.Lock()
        self.server = Server(host="127.0.0.1", port=0, respond=self.respond, max_body=1_000_000)
        self.server.serve_in_background()

    def respond(self, request: HttpRequest) -> HttpResponse:
        with self.lock:
            self.bodies.append(json.loads(request.body))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            raise HangUp
        return answer


def answer(status: int, **body: object) -> HttpResponse:
    return HttpResponse(status=status, headers={"content-type": "application/json"}, body=json.dumps(body).encode())


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    monkeypatch.setattr(front_door, "FIRST_PAUSE", 0.01)
    door = Door()
    yield door
    door.server.finish(seconds=1)


def send(door: Door, *batches: Batch, seconds: float | None = None) -> tuple[dict[str, int], list[Outcome]]:
    settled: list[Outcome] = []
    front = FrontDoor(url=f"{door.server.url}/v1/events", write_key="wk_demo", settled=settled.append)
    for batch in batches:
        front.put(batch)
    front.close(seconds=seconds)
    return front.counts(), sorted(settled, key=lambda outcome: outcome.message_id)


def batch(*names: str, sent_twice: bool = False) -> Batch:
    return Batch(events=[{"messageId": name} for name in names], user_agent="Ada's browser", sent_twice=sent_twice)


def test_it_is_tried_again_until_it_is_answered(door: Door) -> None:
    door.answers = [None, answer(503, reason="firehose_down"), answer(429), answer(200, accepted=2)]

    counts, settled = send(door, batch("a", "b"))

    assert counts == {"sent": 2, "accepted": 2, "refused": 0, "unanswered": 0, "retried": 3, "repeated": 0}
    assert [(one.message_id, one.outcome) for one in settled] == [("a", "accepted"), ("b", "accepted")]
    assert all(body["batch"] == [{"messageId": "a"}, {"messageId": "b"}] for body in door.bodies)
    assert all(body["writeKey"] == "wk_demo" and body["sentAt"] for body in door.bodies)


def test_what_is_refused_is_not_tried_again_and_has_its_reason(door: Door) -> None:
    door.answers = [
        answer(200, accepted=1, rejected=[{"index": 1, "reason": "no_identifier", "detail": "none"}]),
        answer(401, reason="unknown_write_key"),
    ]

    counts, settled = send(door, batch("a", "b"))
    assert [(one.outcome, one.reason) for one in settled] == [("accepted", ""), ("refused", "no_identifier")]
    counts, settled = send(door, batch("c"))
    assert [(one.outcome, one.reason) for one in settled] == [("refused", "unknown_write_key")]
    assert counts["retried"] == 0


def test_what_is_sent_twice_is_counted_once(door: Door) -> None:
    door.answers = [answer(200, accepted=1)]

    counts, settled = send(door, batch("a", sent_twice=True))

    assert len(door.bodies) == 2
    assert (counts["sent"], counts["accepted"], counts["repeated"]) == (1, 1, 1)
    assert len(settled) == 1


def test_what_has_no_answer_in_the_end_is_told(door: Door) -> None:
    door.answers = [answer(503)]

    counts, settled = send(door, batch("a"), seconds=0.3)

    assert counts["unanswered"] == 1
    assert [one.outcome for one in settled] == ["unanswered"]
    assert counts["retried"] > 1
