from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ingest.models import RawEvent
from profiles.deciding.pending import approve
from profiles.deciding.second_eyes import set_second_eyes
from profiles.models import Decision, PendingDecision
from tests.api.conftest import Caller, body
from tests.pages import crowd

ADA = {"kind": "email", "value": crowd.ADA}
BEN = {"kind": "email", "value": crowd.BEN}


@pytest.fixture
def writer(caller: Callable[..., Caller]) -> Caller:
    return caller("write")


def test_each_event_gets_its_answer_and_is_trusted(writer: Caller) -> None:
    one = {"type": "identify", "userId": "u-1", "traits": {"email": "eve@example.com"}}
    posted = [one, {"type": "track"}, one, "no event"]
    results = body(writer.post("events/", {"events": posted}))["results"]
    assert [result["status"] for result in results] == ["landed", "rejected", "duplicate", "rejected"]
    assert results[1]["reason"] == "no_identifiers"
    assert RawEvent.objects.get().trusted
    again = body(writer.post("events/", {"events": [one]}))["results"]
    assert [(r["status"], r["event_id"]) for r in again] == [("duplicate", results[0]["event_id"])]


def test_identify_gives_the_profile_within_the_request(writer: Caller) -> None:
    said = body(writer.post("identify/", {"type": "identify", "userId": "u-1", "traits": {"email": "eve@example.com"}}))
    assert (said["status"], said["pending"]) == ("landed", False)
    assert writer.ask("lookup/", kind="email", value="eve@example.com")["profile_id"] == said["profile_id"]
    answer = writer.post("identify/", {"type": "track"})
    assert (answer.status_code, body(answer)["reason"]) == (400, "no_identifiers")


def test_a_key_has_a_write_done_once(writer: Caller) -> None:
    crowd.ada()
    crowd.ben_and_the_kiosk()
    first = writer.post("decisions/assert/", {"a": ADA, "b": BEN}, key="k1")
    again = writer.post("decisions/assert/", {"a": ADA, "b": BEN}, key="k1")
    other = writer.post("decisions/assert/", {"a": ADA, "b": {"kind": "email", "value": "x@y.org"}}, key="k1")
    assert body(first) == body(again)
    assert again["Idempotency-Replayed"] == "true"
    assert (other.status_code, body(other)["reason"]) == (422, "key_reused")
    assert Decision.objects.count() == 1


def test_a_dry_run_tells_what_the_merge_then_does_and_unmerge_undoes_it(writer: Caller) -> None:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    asked = {"a": ada, "b": ben, "reason": "one person"}
    would = body(writer.post("decisions/merge/", {**asked, "dry_run": True}))
    assert (would["state"], len(would["effect"]["before"]), len(would["effect"]["after"])) == ("dry_run", 2, 1)
    assert writer.ask("lookup/", **BEN)["profile_id"] == ben
    done = body(writer.post("decisions/merge/", asked))
    assert done["profiles"] == would["profiles"] == [writer.ask("lookup/", **BEN)["profile_id"]]
    taken = writer.post(f"decisions/{done['decision_id']}/withdraw/", {"reason": "a mistake"})
    assert body(taken)["state"] == "decided"
    assert writer.ask("lookup/", **BEN)["profile_id"] == ben
    out = {"identifiers": [ADA], "reason": "not hers"}
    assert body(writer.post(f"profiles/{ada}/unmerge/", {**out, "dry_run": True}))["state"] == "dry_run"
    assert body(writer.post(f"profiles/{ada}/unmerge/", out))["state"] == "decided"
    assert writer.ask("lookup/", **ADA)["profile_id"] != ada


def test_a_dry_run_of_a_word_on_identifiers_decides_nothing(writer: Caller) -> None:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    would = body(writer.post("decisions/assert/", {"a": ADA, "b": BEN, "dry_run": True}))
    assert (would["state"], len(would["effect"]["before"])) == ("dry_run", 2)
    together = [one for one in would["effect"]["after"] if ADA in one["identifiers"]]
    assert BEN in together[0]["identifiers"]
    phone = {"kind": "phone", "value": "+44 20 7946 0958"}
    apart = body(writer.post("decisions/separate/", {"a": [ADA], "b": [phone], "dry_run": True}))
    assert [one["profile_id"] for one in apart["effect"]["before"]] == [ada]
    assert len(apart["effect"]["after"]) == 2
    assert Decision.objects.count() == 0
    assert writer.ask("lookup/", **BEN)["profile_id"] == ben
    assert writer.ask("lookup/", **phone)["profile_id"] == ada


def test_an_id_that_was_merged_away_leads_on_wherever_it_is_asked_for(writer: Caller) -> None:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    (kept,) = body(writer.post("decisions/merge/", {"a": ada, "b": ben}))["profiles"]
    (gone,) = {ada, ben} - {kept}
    for path in ("", "identifiers/", "events/", "traits/", "links/", "held-links/", "history/", "export/"):
        answer = writer.get(f"profiles/{gone}/{path}")
        assert (answer.status_code, answer["Link"]) == (200, f'</api/v1/profiles/{kept}/{path}>; rel="canonical"')
        said = body(answer)
        assert (said["profile_id"], said["merged"]) == (kept, True)
    for path in ("as-of/", "how-built/"):
        answer = writer.get(path, profile=gone, at="2030-01-01")
        assert (answer.status_code, answer["Link"]) == (200, f'</api/v1/profiles/{kept}/>; rel="canonical"')
        said = body(answer)
        assert (said["profile_id"], said["merged"]) == (kept, True)
    assert body(writer.get("as-of/", profile=kept, at="2030-01-01"))["merged"] is False


def test_what_cannot_be_decided_says_why(writer: Caller) -> None:
    ada = crowd.ada()
    same = writer.post("decisions/merge/", {"a": ada, "b": ada})
    assert (same.status_code, body(same)["reason"]) == (422, "same")
    assert writer.post("decisions/assert/", {"a": ADA, "b": ADA}).status_code == 422
    assert writer.post("decisions/999/withdraw/", {"reason": "x"}).status_code == 404
    assert writer.post("decisions/assert/", {"a": ADA}).status_code == 400


def test_writing_needs_its_scope(caller: Callable[..., Caller]) -> None:
    reader, sender, decider = caller("read"), caller("events"), caller("decide")
    event = {"type": "track", "userId": "u-1"}
    asked = {"a": ADA, "b": BEN}
    assert [one.post("identify/", event).status_code for one in (reader, sender, decider)] == [403, 200, 403]
    assert [one.post("decisions/assert/", asked).status_code for one in (reader, sender, decider)] == [403, 403, 200]


@pytest.mark.parametrize("action", ["assert", "separate"])
def test_what_changes_much_waits_for_a_second_person_however_it_is_asked_for(writer: Caller, action: str) -> None:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    if action == "separate":
        body(writer.post("decisions/merge/", {"a": ada, "b": ben, "reason": "one person"}))
    set_second_eyes(profiles=1, events=None, author="Ana")
    before = writer.ask("lookup/", **BEN)["profile_id"]
    sides = {"a": ADA, "b": BEN} if action == "assert" else {"a": [ADA], "b": [BEN]}
    said = body(writer.post(f"decisions/{action}/", {**sides, "reason": "called us"}))
    assert (said["state"], said["decision_id"]) == ("waits_for_second_person", None)
    assert writer.ask("lookup/", **BEN)["profile_id"] == before
    pending = PendingDecision.objects.get()
    approve(pending, author="Ben")
    assert writer.ask("lookup/", **BEN)["profile_id"] != before


def test_a_separation_of_many_identifiers_asks_the_database_no_more_often(writer: Caller) -> None:
    def asked(many: int) -> int:
        sides = {side: [{"kind": "email", "value": f"{side}{n}@{many}.example"} for n in range(many)] for side in "ab"}
        with CaptureQueriesContext(connection) as queries:
            assert body(writer.post("decisions/separate/", {**sides, "reason": "two teams"}))["state"] == "decided"
        # which kinds are hashed is asked again every few seconds, whatever is decided
        return sum('FROM "hashed_kinds"' not in query["sql"] for query in queries)

    asked(1)
    assert asked(50) == asked(2)
