import time
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ingest.audit.models import AuditEntry
from profiles.api.clients import create_client, revoke_client, rotate_token
from profiles.api.described import description
from profiles.api.usage import BULK, note_bulk_reads, store_usage
from profiles.api.used import used
from profiles.memory import memory
from profiles.models import ApiCall, ApiClient, ApiUsage
from tests.api.conftest import Caller, body
from tests.pages import crowd


def test_one_identifier_leads_to_its_profile_and_an_unknown_one_is_an_answer(reader: Caller) -> None:
    ada = crowd.ada()
    for _ in range(3):  # the first from the database, then from memory
        answer = reader.get("lookup/", kind="email", value=" ADA@Example.com")
        assert body(answer) == {"kind": "email", "value": "ada@example.com", "found": True, "profile_id": ada}
        assert answer["Content-Type"] == "application/json"
        assert int(answer["RateLimit-Remaining"]) < int(answer["RateLimit-Limit"]) == 6000
        assert reader.ask("lookup/", kind="email", value="nobody@example.com")["found"] is False


def test_a_thousand_are_answered_in_order_and_one_more_is_too_many(reader: Caller) -> None:
    ada = crowd.ada()
    asked = [{"kind": "email", "value": f"nobody{n}@example.com"} for n in range(997)]
    asked += [{"kind": "phone", "value": "+44 20 7946 0958"}, {"kind": "email", "value": "none"}, asked[0]]
    results = body(reader.post("lookup/batch/", {"identifiers": asked}))["results"]
    assert [one["found"] for one in results] == [False] * 997 + [True, False, False]
    assert results[997]["profile_id"] == ada
    assert results[998]["reason"] == "not_an_email"
    assert reader.post("lookup/batch/", {"identifiers": [*asked, asked[0]]}).status_code == 400


def test_a_request_without_end_is_not_read_to_its_end(reader: Caller) -> None:
    answer = reader.post("lookup/batch/", {"identifiers": ["x" * 1000] * 9000})
    assert (answer.status_code, body(answer)["reason"]) == (413, "too_large")


def test_a_profile_tells_who_it_is_with_the_source_of_each_trait(reader: Caller) -> None:
    ada = crowd.ada()
    said = reader.ask(f"profiles/{ada}/")
    assert (said["profile_id"], said["merged"], said["name"], said["identifiers_total"]) == (
        ada,
        False,
        "Ada Lovelace",
        5,
    )
    plan = next(trait for trait in said["traits"] if trait["name"] == "plan")
    assert (plan["value"], plan["source"], plan["rule"]) == ("pro", "Web shop", "most_recent")
    assert reader.ask(f"profiles/{ada}/traits/")["results"] == said["traits"]


def test_parts_of_a_profile_come_in_pages_that_hold_everything_once(reader: Caller) -> None:
    ada = crowd.ada()
    whole = reader.ask(f"profiles/{ada}/export/")
    for part in ("identifiers", "events", "links", "held-links", "history"):
        found: list[object] = []
        query: dict[str, object] = {"limit": 2}
        while True:
            page = reader.ask(f"profiles/{ada}/{part}/", **query)
            found += page["results"]
            if page["next"] is None:
                break
            query["after"] = page["next"]
        assert found == whole[part.replace("-", "_")], part
    assert len(whole["events"]) == 9
    assert len(whole["identifiers"]) == 5


def test_events_of_a_span_of_time(reader: Caller) -> None:
    ada = crowd.ada()
    since = (timezone.now() - timedelta(minutes=30)).isoformat()
    late = reader.ask(f"profiles/{ada}/events/", since=since)["results"]
    early = reader.ask(f"profiles/{ada}/events/", until=since)["results"]
    assert (len(late), len(early)) == (2, 7)
    assert reader.get(f"profiles/{ada}/events/", since="yesterday").status_code == 400


def test_an_id_that_was_merged_away_answers_with_the_profile_that_holds_it(reader: Caller) -> None:
    crowd.bring(crowd.record(crowd.event(anonymousId="tablet"), source=crowd.shop()))
    crowd.bring(crowd.record(crowd.event(email=crowd.ADA), source=crowd.shop()))
    crowd.resolve()
    old, first = crowd.profile_id(crowd.ADA), reader.ask("lookup/", kind="anonymous_id", value="tablet")["profile_id"]
    crowd.bring(crowd.record(crowd.event(email=crowd.ADA, anonymousId="tablet"), source=crowd.shop()))
    crowd.resolve()
    answer = reader.get(f"profiles/{old}/")
    assert (body(answer)["profile_id"], body(answer)["merged"]) == (first, True)
    assert answer["Link"] == f'</api/v1/profiles/{first}/>; rel="canonical"'
    assert reader.get(f"profiles/{old}/identifiers/")["Link"].endswith('identifiers/>; rel="canonical"')
    assert "Link" not in reader.get(f"profiles/{first}/")


def test_lists_are_filtered_searched_and_paged(reader: Caller) -> None:
    ada = crowd.ada()
    crowd.passers_by(7)
    assert [one["profile_id"] for one in reader.ask("profiles/", who="known")["results"]] == [ada]
    assert reader.ask("profiles/", q="Ada Lovel")["results"] == []
    assert reader.ask("profiles/", q=crowd.ADA)["results"][0]["name"] == "Ada Lovelace"
    first = reader.ask("profiles/", limit=5)
    second = reader.ask("profiles/", limit=5, after=first["next"])
    assert (len(first["results"]), len(second["results"])) == (5, 3)


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("profiles/no-id/", 404, "not_found"),
        ("profiles/?limit=0", 400, "bad_parameter"),
        ("profiles/?who=all", 400, "bad_parameter"),
        ("changes/?after=nonsense", 400, "bad_parameter"),
        ("nowhere/", 404, "not_found"),
        ("lookup/?kind=email", 400, "incomplete"),
        ("lookup/batch/", 405, "method_not_allowed"),
    ],
)
def test_every_error_is_a_problem(reader: Caller, path: str, status: int, reason: str) -> None:
    answer = reader.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert (body(answer)["status"], body(answer)["reason"]) == (status, reason)


def test_what_breaks_is_a_problem_without_personal_data(reader: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*args: object) -> None:
        raise RuntimeError(crowd.ADA)

    monkeypatch.setattr("profiles.api.changes.changes_after", breaks)
    answer = reader.get("changes/")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert crowd.ADA not in answer.content.decode()


def test_an_address_without_its_slash_leads_to_the_one_with_it(reader: Caller) -> None:
    answer = reader.get("changes", limit=5)
    assert (answer.status_code, answer["Location"]) == (308, "/api/v1/changes/?limit=5")


def test_a_client_reads_only_with_the_scope_to_read(caller: Callable[..., Caller]) -> None:
    assert caller("events").get("changes/").status_code == 403
    assert caller("events", rate_limit=5).get("lookup/", kind="email", value=crowd.ADA).status_code == 403
    for scope in ("read", "write", "admin"):
        assert caller(scope).get("changes/").status_code == 200


def test_a_token_ends_when_it_expires_is_revoked_or_replaced(db: None) -> None:
    made = create_client(name="crm", scopes=["read"], expires_at=timezone.now() + timedelta(hours=1))
    assert Caller(made.token).get("changes/").status_code == 200
    new = rotate_token(made.client, overlap=timedelta(hours=1))
    assert [Caller(token).get("changes/").status_code for token in (made.token, new)] == [200, 200]
    newest = rotate_token(made.client)
    assert [Caller(token).get("changes/").status_code for token in (made.token, new, newest)] == [401, 401, 200]
    ApiClient.objects.update(expires_at=timezone.now())
    assert Caller(newest).get("changes/").status_code == 401
    ApiClient.objects.update(expires_at=None)
    revoke_client(ApiClient.objects.get())
    assert Caller(newest).get("changes/").status_code == 401


def test_who_asks_too_much_is_told_when_to_ask_again_and_usage_is_counted(caller: Callable[..., Caller]) -> None:
    store_usage()
    busy = caller("read", rate_limit=3)
    answers = [busy.get("lookup/", kind="email", value=crowd.ADA) for _ in range(5)]
    limited = answers[-1]
    assert (limited.status_code, limited["Content-Type"]) == (429, "application/problem+json")
    assert 0 < int(limited["Retry-After"]) <= 60
    assert (limited["RateLimit-Remaining"], limited["RateLimit-Policy"]) == ("0", "3;w=60")
    store_usage()
    assert ApiUsage.objects.get().requests == 3


# What programs were promised, by the names that their code generators make of it.
PROMISED = {
    "look_up", "look_up_batch", "list_profiles", "read_profile", "list_identifiers", "list_events", "list_traits",
    "list_links", "list_held_links", "list_history", "as_of", "why_together", "why_not", "how_built", "export_profile",
    "send_events", "identify", "assert_same", "separate", "withdraw_decision", "merge_profiles", "unmerge_profile",
    "list_questions", "read_question", "preview_question", "answer_question", "undo_answer", "list_changes",
    "export_table", "export_person", "ask_erasure", "read_erasure", "confirm_erasure", "list_webhooks",
    "create_webhook", "read_webhook", "list_deliveries", "test_webhook", "replay_delivery", "replay_webhook",
    "disable_webhook", "enable_webhook",
}  # fmt: skip
DRY_RUNS = {"assert_same", "separate", "withdraw_decision", "merge_profiles", "unmerge_profile", "answer_question"}


def test_every_endpoint_that_was_promised_is_there_and_decisions_have_dry_runs(db: None) -> None:
    document = description()
    found = {one["operationId"]: one for path in document["paths"].values() for one in path.values()}
    assert found.keys() >= PROMISED
    shapes = document["components"]["schemas"]
    for name in DRY_RUNS:
        said = found[name]["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        assert "dry_run" in shapes[said]["properties"], name


def test_the_description_is_open_and_names_every_endpoint(db: None) -> None:
    document = body(Client().get("/api/v1/openapi.json"))
    assert document["openapi"].startswith("3.1")
    assert {"/api/v1/lookup/", "/api/v1/changes/", "/api/v1/why-not/", "/api/v1/profiles/{public}/"} <= set(
        document["paths"]
    )


def test_usage_is_told_by_endpoint_and_status_and_holds_nothing_of_what_was_asked(reader: Caller) -> None:
    store_usage()
    ada = crowd.ada()
    for _ in range(3):
        reader.ask("lookup/", kind="email", value=crowd.ADA)
    reader.ask(f"profiles/{ada}/")
    assert reader.get(f"profiles/{uuid.uuid4()}/").status_code == 404
    assert reader.post("decisions/assert/", {}).status_code == 403
    assert store_usage() == 4
    found = {(one.endpoint, one.status): one.requests for one in ApiCall.objects.all()}
    assert found == {
        ("lookup/", 200): 3, ("profiles/{public}/", 200): 1, ("profiles/{public}/", 404): 1,
        ("decisions/assert/", 403): 1,
    }  # fmt: skip
    client = ApiClient.objects.get()
    assert client.last_used_at
    seen = used(client, days=7)
    assert (len(seen.days), seen.requests, seen.limited) == (7, 6, 0)
    assert seen.endpoints[0].statuses == [(200, 3)]


def test_a_client_that_reads_many_people_stands_in_the_audit_log_once_an_hour(
    reader: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = crowd.ada()
    memory().delete(BULK)
    monkeypatch.setattr("profiles.api.usage.BULK_ROWS", 3)
    asked = {"identifiers": [{"kind": "email", "value": crowd.ADA}] * 2 + [{"kind": "email", "value": "no@no.org"}]}
    reader.ask(f"profiles/{ada}/events/")  # of one person, however many
    body(reader.post("lookup/batch/", asked))
    assert not AuditEntry.objects.filter(action__startswith="bulk")
    for _ in range(3):
        body(reader.post("lookup/batch/", asked))
    began = AuditEntry.objects.get(action="bulk_read_begun")
    assert (began.actor, began.subject) == (f"api {ApiClient.objects.get().name}", "lookup/batch/")
    assert note_bulk_reads() == 0  # the hour goes on
    now = time.time()
    monkeypatch.setattr("profiles.api.usage.time.time", lambda: now + 3600)
    assert (note_bulk_reads(), note_bulk_reads()) == (1, 0)
    assert AuditEntry.objects.get(action="bulk_read").detail["rows"] == 8
