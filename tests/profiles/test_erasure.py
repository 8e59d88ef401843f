"""A person is erased: by any identifier, everywhere, and does not come back."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client

from ingest.audit.models import AuditEntry
from ingest.models import Delivery, RawEvent, RejectedRecord, Suppression
from profiles.deciding import decisions
from profiles.deciding.decisions import Named
from profiles.identities import profile_of
from profiles.ids import public_id
from profiles.models import Combination, Decision, Erasure, Identifier, Link, ProfileChange, ReviewQuestion, TraitValue
from profiles.privacy import carrying_out, erasure
from profiles.rebuild import check
from profiles.resolution import resolve_pending
from profiles.review.questions import refresh_review
from tests.api.conftest import Caller, caller  # noqa: F401 - a fixture
from tests.ingest.builders import delivered, event, record
from tests.pages import crowd
from tests.profiles.test_erasure_laws import erase

pytestmark = pytest.mark.django_db

ADA, BEN = "ada@example.com", "ben@example.com"


def visit(**changes: Any) -> bytes:
    return record(event(**{"traits": None, **changes}))


@pytest.fixture
def people() -> None:
    """Ada with two devices; Ben at Ada's tablet; a record of hers that was rejected."""
    delivered(visit(userId="ada", anonymousId="phone", traits={"email": ADA, "name": "Ada", "plan": "pro"}))
    delivered(visit(userId="ada", anonymousId="tablet"), visit(anonymousId="tablet"))
    delivered(visit(userId="ben", anonymousId="tablet", traits={"email": BEN}))
    delivered(
        visit(userId="ada", type="dance", traits={"email": " ADA@example.com"}),
        visit(userId="ben", type="dance", anonymousId=None),
    )
    resolve_pending()


def ada() -> int:
    found = profile_of(kind="email", value=ADA)
    assert found
    return found


def everything_stored() -> str:
    """Each row of each table, as text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
            " AND NOT relispartition"
        )
        text = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            text += [row for (row,) in cursor.fetchall()]
        cursor.execute("SELECT convert_from(data, 'UTF8') FROM rejected_records")
        return "\n".join([*text, *(row for (row,) in cursor.fetchall())])


@pytest.mark.usefixtures("people")
def test_nothing_of_the_person_is_left_in_any_table() -> None:
    decisions.decide(action="separate", a=[Named("email", ADA)], b=[Named("email", BEN)], author="Ana", reason="Ada!")
    refresh_review(everything=True)
    before = everything_stored()
    assert ADA in before
    assert "Ada!" in before
    erase(ada())
    after = everything_stored()
    for word in (ADA, '"Ada"', "Ada!", '"ada"', "user_id:ada", "(ada,", ",ada,", "anonymous_id:phone", '"phone"'):
        assert word not in after, word
    assert BEN in after


@pytest.mark.usefixtures("people")
def test_the_dry_run_counts_what_then_goes_and_deletes_nothing() -> None:
    asked = erasure.ask(profile_id=ada(), author="Ana")
    before = everything_stored().count("\n")
    carrying_out.run(asked.pk)
    asked.refresh_from_db()
    assert everything_stored().count("\n") == before
    wanted = {"events": 3, "deliveries": 2, "identifiers": 3, "staying": 1, "traits": 2, "rejected_records": 1}
    assert {name: asked.counts[name] for name in wanted} == wanted

    erasure.confirm(asked, author="Ben", typed="ERASE")
    carrying_out.run(asked.pk)
    asked.refresh_from_db()
    assert {name: asked.done[name] for name in wanted} == wanted
    assert RawEvent.objects.count() == 1
    assert sum(Delivery.objects.values_list("erased", flat=True)) == 3
    assert check().differences == []


@pytest.mark.usefixtures("people")
def test_the_word_is_typed_and_a_second_request_waits_for_the_first() -> None:
    asked = erasure.ask(profile_id=ada(), author="Ana")
    with pytest.raises(ValidationError, match="open request"):
        erasure.ask(profile_id=ada(), author="Ana")
    carrying_out.run(asked.pk)
    with pytest.raises(ValidationError, match="Type ERASE"):
        erasure.confirm(asked, author="Ben", typed="erase")
    assert erasure.cancel(asked, author="Ana")
    assert not carrying_out.run(asked.pk)
    assert ada()


@pytest.mark.usefixtures("people")
def test_a_profile_that_grew_since_it_was_counted_is_counted_again() -> None:
    asked = erasure.ask(profile_id=ada(), author="Ana")
    carrying_out.run(asked.pk)
    delivered(visit(userId="ada", anonymousId="laptop"))
    resolve_pending()
    asked.refresh_from_db()
    with pytest.raises(ValidationError, match="counted again"):
        erasure.confirm(asked, author="Ben", typed="ERASE")
    carrying_out.run(asked.pk)
    asked.refresh_from_db()
    erasure.confirm(asked, author="Ben", typed="ERASE")


@pytest.mark.usefixtures("people")
def test_who_was_erased_does_not_come_back_and_every_event_is_counted() -> None:
    erase(ada())
    landed = delivered(
        visit(userId="ada", anonymousId="new phone"),  # names her: dropped whole
        visit(anonymousId="phone"),  # her device alone: dropped
        visit(userId="cleo", anonymousId="phone"),  # her device, another person: without the device
        visit(anonymousId="tablet"),  # others use it, too
        visit(userId="x", type="dance", traits={"email": ADA}),  # would be rejected with its bytes
    )
    assert (landed.received, landed.landed, landed.rejected) == (5, 2, 3)
    assert landed.reasons == {"suppressed": 3}
    resolve_pending()
    assert profile_of(kind="email", value=ADA) is None
    assert profile_of(kind="anonymous_id", value="phone") is None
    assert profile_of(kind="anonymous_id", value="new phone") is None
    cleo = RawEvent.objects.get(identifiers=["user_id:cleo"])
    assert "anonymousId" not in cleo.payload["posted"]
    kept = RejectedRecord.objects.filter(reason="suppressed")
    assert [bytes(row.data) for row in kept] == [b""] * 3
    assert not kept.filter(replayed_at=None).exists()
    assert ADA not in everything_stored()
    assert check().differences == []


@pytest.mark.usefixtures("people")
def test_a_shared_device_stays_with_the_others_under_a_new_number() -> None:
    tablet = Identifier.objects.get(value="tablet").pk
    erase(ada())
    now = Identifier.objects.get(value="tablet")
    assert now.pk != tablet
    assert now.profile_id == profile_of(kind="email", value=BEN)


@pytest.mark.usefixtures("people")
def test_who_is_let_in_again_may_come_back() -> None:
    erase(ada())
    call_command("erase", f"email:{ADA}", "--admit", stdout=StringIO())
    delivered(visit(userId="somebody", traits={"email": ADA}))
    resolve_pending()
    assert profile_of(kind="email", value=ADA)


@pytest.mark.usefixtures("people")
def test_history_tells_it_by_opaque_ids_alone() -> None:
    profile_id = ada()
    members = set(Identifier.objects.filter(profile_id=profile_id).values_list("pk", flat=True))
    done = erase(profile_id)
    told = ProfileChange.objects.get(change="erased", from_profile_id=profile_id)
    assert (told.cause, told.cause_id, set(told.identifier_ids)) == ("erasure", done.pk, members)


@pytest.mark.usefixtures("people")
def test_an_event_of_others_that_names_the_person_goes_where_that_is_asked_for() -> None:
    delivered(visit(userId="mallory", anonymousId=None, traits={"email": ADA}))
    resolve_pending()
    asked = erasure.ask(profile_id=ada(), author="Ana")
    assert {one.value for one in erasure.erased_identifiers(asked) if one.stays} == {ADA, "tablet"}
    erasure.cancel(asked, author="Ana")

    erase(ada(), others_too=True)
    assert profile_of(kind="email", value=ADA) is None
    assert profile_of(kind="user_id", value="mallory") is None
    assert check().differences == []


@pytest.mark.usefixtures("people")
def test_each_step_stands_in_the_audit_log_with_the_deed_or_neither_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = erase(ada())
    noted = AuditEntry.objects.filter(subject=f"erasure {asked.pk}").order_by("pk")
    assert list(noted.values_list("actor", "action")) == [
        ("Ana", "erasure_asked"),
        ("Ben", "erasure_confirmed"),
        ("system", "profile_erased"),
        ("system", "erasure_done"),
    ]
    monkeypatch.setattr(erasure, "note", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        erasure.ask(profile_id=profile_of(kind="email", value=BEN) or 0, author="Ana")
    assert Erasure.objects.count() == 1


@pytest.mark.usefixtures("people")
def test_killed_between_any_two_steps_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = erasure.ask(profile_id=ada(), author="Ana")
    carrying_out.run(asked.pk)
    asked.refresh_from_db()
    erasure.confirm(asked, author="Ben", typed="ERASE")
    monkeypatch.setattr(carrying_out, "EVENTS_AT_ONCE", 1)
    turns = 0
    while carrying_out.run(asked.pk, seconds=-1):
        turns += 1
        if Erasure.objects.get(pk=asked.pk).step == "events" and RawEvent.objects.count() == 3:
            with pytest.raises(ValidationError, match="erasure"):
                check()
    asked.refresh_from_db()
    assert (asked.state, asked.done["events"]) == ("done", 3)
    assert turns > 6


@pytest.mark.usefixtures("people")
def test_programs_are_told_that_it_is_gone(caller: Callable[..., Caller]) -> None:  # noqa: F811
    client, profile_id = caller("admin"), ada()
    public = public_id(profile_id)
    assert client.ask("lookup/", kind="email", value=ADA)["found"]
    assert client.ask("lookup/", kind="email", value=ADA)["found"]  # remembered
    asked = client.post("erasures/", {"kind": "email", "value": ADA}, key="once")
    assert asked.status_code == 202
    again = client.post("erasures/", {"kind": "email", "value": ADA}, key="once")
    assert json.loads(again.content) == json.loads(asked.content)
    erasure_id = json.loads(asked.content)["erasure_id"]
    assert client.post("erasures/", {"kind": "email", "value": ADA}).status_code == 409
    assert client.post(f"erasures/{erasure_id}/confirm/", {"confirm": "ERASE"}).status_code == 422
    carrying_out.run(erasure_id)
    assert client.ask(f"erasures/{erasure_id}/")["counts"]["events"] == 3
    assert caller("erase").post(f"erasures/{erasure_id}/confirm/", {"confirm": "ERASE"}).status_code == 403
    assert client.post(f"erasures/{erasure_id}/confirm/", {"confirm": "ERASE"}).status_code == 202
    carrying_out.run(erasure_id)

    said = client.ask(f"erasures/{erasure_id}/")
    assert said["certificate"]["deleted"]["events"] == 3
    assert ADA not in json.dumps(said)
    parts = ("", "events/", "identifiers/", "traits/", "links/", "held-links/", "history/", "export/")
    answers = [client.get(f"profiles/{public}/{part}") for part in parts]
    ben = public_id(profile_of(kind="email", value=BEN) or 0)
    answers += [
        client.get("as-of/", profile=public, at="2026-01-31"),
        client.get("how-built/", profile=public),
        client.get("why-not/", a=ben, b=public),
        client.post("decisions/merge/", {"a": ben, "b": public}),
        client.post(f"profiles/{public}/unmerge/", {"identifiers": [{"kind": "email", "value": ADA}], "reason": "x"}),
    ]
    for answer in answers:
        assert (answer.status_code, json.loads(answer.content)["reason"]) == (410, "erased"), answer.request
    assert not client.ask("lookup/", kind="email", value=ADA)["found"]


@pytest.mark.usefixtures("people")
def test_every_page_of_the_profile_says_that_it_is_gone(client: Client) -> None:
    client.force_login(crowd.people()["steward"])
    public = public_id(ada())
    erase(ada())
    for page in ("", "why/", "why-not/", "how-built/", "graph/", "history/", "unmerge/", "merge/"):
        answer = client.get(f"/profiles/{public}/{page}")
        assert answer.status_code == 410, page
        assert "erased" in answer.content.decode()


@pytest.mark.usefixtures("people")
def test_the_command_counts_and_with_the_word_erases() -> None:
    said = StringIO()
    call_command("erase", f"email:{ADA}", stdout=said)
    assert json.loads(said.getvalue())["would_delete"]["events"] == 3
    assert ada()
    said = StringIO()
    call_command("erase", f"email:{ADA}", "--confirm", "ERASE", stdout=said)
    assert json.loads(said.getvalue())["deleted"]["events"] == 3
    assert Suppression.objects.count() == 3
    for model in (Combination, Link, TraitValue):
        assert model.objects.exists() == (model is not TraitValue)  # what is Ben's


@pytest.mark.usefixtures("people")
def test_decisions_and_questions_about_the_person_are_gone_and_others_keep_theirs() -> None:
    decisions.decide(action="separate", a=[Named("email", ADA)], b=[Named("email", BEN)], author="Ana", reason="?")
    both = decisions.decide(
        action="separate", a=[Named("user_id", "ben")], b=[Named("email", ADA), Named("user_id", "zoe")],
        author="Ana", reason="Ada and Zoe",
    )[0]  # fmt: skip
    refresh_review(everything=True)
    erase(ada())
    assert list(Decision.objects.all()) == [both]
    both.refresh_from_db()
    assert both.reason == ""
    assert both.sides() == {"a": [{"kind": "user_id", "value": "ben"}], "b": [{"kind": "user_id", "value": "zoe"}]}
    assert not ReviewQuestion.objects.filter(kind="held").exists()
