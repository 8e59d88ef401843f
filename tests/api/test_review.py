"""Questions by API: what a program reads, answers and takes back is what a person would on the pages."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.core.exceptions import ValidationError

from profiles.deciding.pending import approve
from profiles.deciding.second_eyes import set_second_eyes
from profiles.models import Decision, PendingDecision, ProfileChange, ReviewQuestion
from profiles.review.answers import carry_out_answers
from profiles.review.queue import claim
from tests.api.conftest import Caller, body
from tests.pages import crowd, review_crowd


@pytest.fixture(autouse=True)
def no_samples(settings: LazySettings) -> None:
    settings.REVIEW_SAMPLE_PERCENT = 0


@pytest.fixture
def writer(caller: Callable[..., Caller]) -> Caller:
    return caller("write")


def holder(client: Caller, kind: str, value: str) -> object:
    return client.ask("lookup/", kind=kind, value=value)["profile_id"]


def refused(answer: object) -> tuple[int, str]:
    return answer.status_code, body(answer)["reason"]  # type: ignore[attr-defined]


def test_the_queue_comes_in_pages_that_hold_every_question_once(reader: Caller) -> None:
    asked = {question.pk for question in review_crowd.pairs(5)}
    for sort in ("urgent", "newest", "oldest"):
        found: list[int] = []
        query: dict[str, object] = {"limit": 2, "kind": "held", "sort": sort}
        while True:
            page = reader.ask("review/", **query)
            found += [one["question_id"] for one in page["results"]]
            if page["next"] is None:
                break
            query["after"] = page["next"]
        assert len(found) == 5
        assert set(found) == asked
    assert reader.ask("review/", kind="value")["results"] == []
    assert refused(reader.get("review/", kind="nonsense")) == (400, "bad_parameter")
    assert refused(reader.get("review/", source="Nobody's")) == (400, "bad_parameter")


def test_a_held_link_is_read_with_both_sides_and_the_event_that_shows_it(reader: Caller, writer: Caller) -> None:
    question = review_crowd.held()
    (line,) = reader.ask("review/", reason="limit user_id")["results"]
    said = reader.ask(f"review/{question.pk}/")
    assert {name: said[name] for name in line} == line
    assert {line["a"]["name"], line["b"]["name"]} == {"Ada Lovelace", "Ben Ng"}
    assert [side["profile_id"] for side in said["sides"]] == [said["a"]["profile_id"], said["b"]["profile_id"]]
    assert said["evidence"][0]["event_id"] == question.event_id
    over = next(field for field in said["compared"] if field["name"] == "user_id")
    assert (over["agreement"], over["note"]) == ("different", "together 2, where one person may have 1")
    effect = writer.ask(f"review/{question.pk}/effect/")["effect"]
    assert (len(effect["before"]), len(effect["after"])) == (2, 1)
    assert reader.get(f"review/{question.pk}/effect/").status_code == 403


@pytest.mark.parametrize("kind", ["probable", "shared", "parked", "sample", "reopened"])
def test_every_kind_of_question_is_told_whole(
    reader: Caller, writer: Caller, settings: LazySettings, kind: str
) -> None:
    settings.REVIEW_SAMPLE_PERCENT = 100
    question: ReviewQuestion = getattr(review_crowd, kind)()
    said = reader.ask(f"review/{question.pk}/")
    assert said["kind"] == question.kind
    assert said["why"]
    assert bool(said["match_parts"]) == (kind == "probable")
    assert bool(said["seen_with"]) == (kind == "shared")
    assert bool(said["sides"]) == (kind in ("probable", "sample", "reopened"))
    last = ProfileChange.objects.count()
    for reply in ("yes", "no"):
        answer = writer.post(f"review/{question.pk}/answer/", {"answer": reply, "reason": "seen", "dry_run": True})
        assert answer.status_code == (422 if (kind, reply) == ("parked", "no") else 200), answer.content
    assert ProfileChange.objects.count() == last
    assert ReviewQuestion.objects.get(pk=question.pk).state == "open"


def test_yes_merges_what_a_dry_run_promised_and_undo_parts_them(writer: Caller) -> None:
    question = review_crowd.held()
    before = holder(writer, "email", crowd.BEN)
    asked = {"answer": "yes", "reason": "one person", "seen": writer.ask(f"review/{question.pk}/")["fingerprint"]}
    would = body(writer.post(f"review/{question.pk}/answer/", {**asked, "dry_run": True}))
    done = body(writer.post(f"review/{question.pk}/answer/", asked, key="q1"))
    again = writer.post(f"review/{question.pk}/answer/", asked, key="q1")
    assert body(again) == done
    assert (done["state"], done["question"]["state"], done["question"]["carried_out_at"]) == (
        "answered",
        "decided",
        None,
    )
    carry_out_answers()
    assert would["effect"]["after"][0]["profile_id"] == holder(writer, "email", crowd.BEN)
    assert holder(writer, "email", crowd.ADA) == holder(writer, "email", crowd.BEN)
    said = writer.ask(f"review/{question.pk}/")
    decision = Decision.objects.get()
    assert (said["answer_decision_id"], decision.author) == (decision.pk, said["answered_by"])
    assert said["outcome"] == "Same person: merged"
    assert writer.ask("review/", show="decided")["results"][0]["question_id"] == question.pk
    undone = body(writer.post(f"review/{question.pk}/undo/"))
    assert (undone["state"], undone["question"]["state"]) == ("undone", "open")
    assert holder(writer, "email", crowd.BEN) == before
    assert refused(writer.post(f"review/{question.pk}/undo/")) == (409, "open")


def test_no_keeps_two_apart_and_skip_hides_it_from_this_client_alone(
    writer: Caller, caller: Callable[..., Caller]
) -> None:
    question = review_crowd.held()
    assert body(writer.post(f"review/{question.pk}/answer/", {"answer": "skip"}))["state"] == "skipped"
    assert writer.ask("review/")["results"] == []
    assert len(writer.ask("review/", show="skipped")["results"]) == 1
    assert len(caller("read", "decide").ask("review/")["results"]) == 1
    body(writer.post(f"review/{question.pk}/answer/", {"answer": "no", "reason": "two people"}))
    carry_out_answers()
    assert Decision.objects.get().action == "separate"


def test_what_is_answered_claimed_or_changed_is_not_answered(writer: Caller) -> None:
    question = review_crowd.held()
    address = f"review/{question.pk}/answer/"
    assert refused(writer.post(address, {"answer": "yes", "seen": "somebody else"})) == (409, "changed")
    assert refused(writer.post("review/999999/answer/", {"answer": "yes"})) == (404, "not_found")
    assert refused(writer.post(address, {"answer": "perhaps"})) == (400, "invalid")
    claim(question.pk, person="Ana")
    assert refused(writer.post(address, {"answer": "yes"})) == (409, "claimed")
    assert writer.ask(f"review/{question.pk}/")["claimed_by"] == "Ana"


def test_what_changes_much_waits_and_a_client_never_approves_its_own(writer: Caller) -> None:
    question = review_crowd.held()
    set_second_eyes(profiles=1, events=None, author="Ana")
    before = holder(writer, "email", crowd.BEN)
    would = body(writer.post(f"review/{question.pk}/answer/", {"answer": "yes", "dry_run": True}))
    assert would["effect"]["waits_for_second_person"] is True
    said = body(writer.post(f"review/{question.pk}/answer/", {"answer": "yes", "reason": "one person"}))
    carry_out_answers()
    pending = PendingDecision.objects.get()
    assert pending.author == said["question"]["answered_by"]
    assert writer.ask(f"review/{question.pk}/")["waits_for_second_person"] is True
    assert holder(writer, "email", crowd.BEN) == before
    with pytest.raises(ValidationError, match="somebody else must approve it"):
        approve(pending, author=pending.author)
    approve(pending, author="Ben")
    assert holder(writer, "email", crowd.BEN) == holder(writer, "email", crowd.ADA)


def test_answering_needs_its_scope(reader: Caller) -> None:
    question = review_crowd.held()
    assert reader.post(f"review/{question.pk}/answer/", {"answer": "yes"}).status_code == 403
    assert reader.post(f"review/{question.pk}/undo/").status_code == 403
