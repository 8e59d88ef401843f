"""Merging and unmerging from the pages, withdrawing, the second person, and who may do what."""

import json
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from idportal.accounts.models import User
from profiles.deciding import picking
from profiles.deciding.decisions import merge_profiles, reject_merge, unmerge
from profiles.deciding.second_eyes import set_second_eyes
from profiles.identities import profile_of
from profiles.models import Decision, Identifier, PendingDecision
from profiles.views import deciding as views_of_deciding
from profiles.views.profile import _whole
from tests.pages import crowd
from tests.profiles.exactly import differing, everything, exported

HTMX = {"HX-Request": "true"}


@pytest.fixture
def steward(people: dict[str, User], client: Client) -> Client:
    client.force_login(people["steward"])
    return client


@pytest.fixture
def other_steward(people: dict[str, User]) -> Client:
    client = Client()
    client.force_login(people["administrator"])
    return client


def number(kind: str, value: str) -> int:
    return Identifier.objects.get(kind__name=kind, value=value).pk


def profile_number(email: str) -> int:
    found = profile_of(kind="email", value=email)
    assert found
    return found


def phone_of_ada() -> int:
    return number("anonymous_id", "ada-phone-6f1c2d")


def fingerprint(page: str) -> str:
    found = re.search(r'name="expected"[^>]*value="([0-9a-f]+)"', page)
    assert found, page
    return found[1]


def take_out(client: Client, public: str, *picked: int, reason: str = "her sister's phone") -> Decision:
    address, form = f"/profiles/{public}/unmerge/", {"identifier": list(picked)}
    looked_at = client.post(address, form | {"action": "preview"}).content.decode()
    done = client.post(address, form | {"action": "decide", "reason": reason, "expected": fingerprint(looked_at)})
    assert done.status_code == 302, done.content.decode()
    return Decision.objects.latest("pk")


def profile_data(email: str) -> str:
    """What the profile's page shows, apart from its history, which only grows."""
    from ingest.masking import Mask

    data = _whole(profile_number(email), Mask(on=False))
    return repr({key: data[key] for key in data if key not in {"history", "decisions"}})


def test_an_unmerge_and_its_withdrawal_through_the_pages_leave_everything_as_it_was(steward: Client) -> None:
    ada = crowd.ada()
    crowd.ben_and_the_kiosk()
    before = everything() | {"page": profile_data(crowd.ADA)}
    decision = take_out(steward, ada, phone_of_ada())
    assert "page" in differing(before, everything() | {"page": profile_data(crowd.ADA)})
    page = steward.get(f"/decisions/{decision.pk}/").content.decode()
    answer = steward.post(f"/decisions/{decision.pk}/", {"reason": "I erred", "expected": fingerprint(page)})
    assert answer.status_code == 302
    assert differing(before, everything() | {"page": profile_data(crowd.ADA)}) == []


def test_a_merge_through_the_pages_and_its_undo_leave_everything_as_it_was(steward: Client) -> None:
    ada = crowd.ada()
    ben = crowd.ben_and_the_kiosk()
    before = everything() | {"page": profile_data(crowd.ADA)}
    address = f"/profiles/{ada}/merge/"
    page = steward.get(address, {"with": ben}).content.decode()
    assert "Your decision passes that limit" in page
    answer = steward.post(
        address, {"with": ben, "action": "decide", "reason": "twins", "expected": fingerprint(page)}, follow=True
    )
    said = answer.content.decode()
    assert profile_number(crowd.ADA) == profile_number(crowd.BEN)
    undo = re.search(r'action="(/decisions/\d+/undo/)"', said)
    assert undo
    back = steward.post(undo[1], {"next": f"/profiles/{ada}/"})
    assert back["Location"] == f"/profiles/{ada}/"
    assert differing(before, everything() | {"page": profile_data(crowd.ADA)}) == []
    assert steward.post(undo[1], {"next": "https://elsewhere.example/"}, follow=True).status_code == 200


def test_the_preview_of_an_unmerge_names_both_sides_and_is_a_part_for_htmx(steward: Client) -> None:
    ada = crowd.ada()
    form = {"identifier": [phone_of_ada()], "action": "preview"}
    part = steward.post(f"/profiles/{ada}/unmerge/", form, headers=HTMX).content.decode()
    assert part.lstrip().startswith('<div id="effect"')
    for text in ("new profile", "What would join them again", "Say why", "ada-phone-6f1c2d"):
        assert text in part, text
    whole = steward.post(f"/profiles/{ada}/unmerge/", form).content.decode()
    assert f'value="{phone_of_ada()}"' in whole
    assert re.search(rf'id="pick-{phone_of_ada()}"[^>]*checked', whole)


def test_nothing_is_decided_that_was_not_looked_at(steward: Client) -> None:
    ada = crowd.ada()
    form = {"identifier": [phone_of_ada()], "action": "decide", "reason": "why"}
    assert "What it will do" in steward.post(f"/profiles/{ada}/unmerge/", form).content.decode()
    stale = steward.post(f"/profiles/{ada}/unmerge/", form | {"expected": "0123456789abcdef"})
    assert stale.status_code == 409
    assert "changed while you looked" in stale.content.decode()
    page = steward.post(f"/profiles/{ada}/unmerge/", form | {"action": "preview"}).content.decode()
    bare = steward.post(f"/profiles/{ada}/unmerge/", form | {"reason": " ", "expected": fingerprint(page)})
    assert "Say why" in bare.content.decode()
    assert Decision.objects.count() == 0


def test_what_came_with_a_merge_can_be_picked_at_once(steward: Client) -> None:
    ada = crowd.ada()
    page = steward.get(f"/profiles/{ada}/unmerge/")
    merge = page.context["merges"][0]
    picked = steward.get(f"/profiles/{ada}/unmerge/", {"change": merge.change_id}).context["picked"]
    assert len(picked) == merge.here > 0
    assert steward.get(f"/profiles/{ada}/unmerge/", {"change": "9" * 18}).context["picked"] == set()


def test_another_profile_is_found_by_anything_or_stands_there_already(steward: Client) -> None:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    address = f"/profiles/{ada}/merge/"
    assert [row.profile.public_id for row in steward.get(address).context["likely"]] == [ben]
    assert [row.public_id for row in steward.get(address, {"q": "Ben"}).context["rows"]] == [ben]
    assert steward.get(address, {"q": "Ada"}).context["rows"] == []  # with itself it is merged
    assert "Find the other profile" in steward.get(address, {"with": ada}).content.decode()
    assert "Find the other profile" in steward.get(address, {"with": "email:"}).content.decode()
    assert steward.get(address, {"with": f"email:{crowd.BEN}"}).context["other"].public_id == ben


def test_two_that_are_not_one_can_be_kept_apart_and_then_a_merge_is_refused(steward: Client) -> None:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    address = f"/profiles/{ada}/merge/"
    steward.post(address, {"with": ben, "action": "reject", "reason": "colleagues"})
    decision = Decision.objects.get()
    assert (decision.action, decision.author, decision.reason) == ("separate", "steward", "colleagues")
    page = steward.get(address, {"with": ben}).content.decode()
    assert "A person keeps these two apart (steward" in page
    assert f'href="/decisions/{decision.pk}/"' in page
    assert 'value="decide"' not in page


def test_a_profile_says_what_was_decided_of_it(steward: Client) -> None:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    take_out(steward, ada, phone_of_ada())
    for public in (ada, ben):
        assert ("her sister&#x27;s phone" in steward.get(f"/profiles/{public}/").content.decode()) == (public == ada)


def decide_much(steward: Client) -> list[Decision]:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    first = take_out(steward, ada, phone_of_ada())
    a, b = profile_number(crowd.ADA), profile_number(crowd.BEN)
    second = merge_profiles(a_profile_id=a, b_profile_id=b, author="Eva", reason="twins").decision
    assert second
    assert ben
    steward.post(f"/decisions/{first.pk}/undo/")
    return [first, second]


def test_the_list_of_decisions_tells_who_what_why_and_whether_it_is_in_force(steward: Client) -> None:
    first, second = decide_much(steward)
    page = steward.get("/decisions/").content.decode()
    for text in ("her sister&#x27;s phone", "“twins”", "undone right after", "in force", "withdrawn", "Eva"):
        assert text in page, text

    def found(**filters: str) -> list[int]:
        return [row.decision.decision_id for row in steward.get("/decisions/", filters).context["rows"]]

    assert found() == [second.pk, first.pk]
    assert found(action="separate") == [first.pk]
    assert found(state="in force") == [second.pk]
    assert found(state="withdrawn") == [first.pk]
    assert found(state="held") == []
    assert found(author="Eva") == [second.pk]
    assert found(q="Ada-Phone-6f1c2d") == []
    assert found(q="anonymous_id:ada-phone-6f1c2d") == [first.pk]
    assert found(before=str(second.pk)) == [first.pk]
    assert "No such decision" in steward.get("/decisions/", {"author": "nobody"}).content.decode()


def test_an_assertion_that_a_separation_holds_is_shown_as_such(steward: Client) -> None:
    crowd.ada()
    crowd.ben_and_the_kiosk()
    a, b = profile_number(crowd.ADA), profile_number(crowd.BEN)
    ids = set(Identifier.objects.filter(profile_id=b).values_list("pk", flat=True))
    made = merge_profiles(a_profile_id=a, b_profile_id=b, author="Eva").decision
    assert made
    unmerge(profile_id=profile_number(crowd.ADA), identifier_ids=ids, author="Ana", reason="no")
    page = steward.get("/decisions/", {"state": "held"})
    assert [row.decision.decision_id for row in page.context["rows"]] == [made.pk]
    assert "held by a separation" in page.content.decode()
    assert "it joins nothing" in steward.get(f"/decisions/{made.pk}/").content.decode()


def test_the_export_is_what_the_command_prints(steward: Client) -> None:
    decide_much(steward)
    answer = steward.get("/decisions/export/")
    assert b"".join(answer.streaming_content).decode() == exported("export_decisions")  # type: ignore[attr-defined]
    assert [json.loads(line)["action"] for line in exported("export_decisions").splitlines()] == [
        "separate", "assert", "withdraw"
    ]  # fmt: skip


def test_a_page_of_decisions_costs_the_same_however_many_there_are(
    steward: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    crowd.passers_by(40)
    ids = list(Identifier.objects.order_by("pk").values_list("pk", flat=True))
    for a, b in zip(ids[::2], ids[1::2], strict=True):
        reject_merge(a_profile_id=a, b_profile_id=b, author="Eva")
    with django_assert_max_num_queries(14):
        page = steward.get("/decisions/")
    assert len(page.context["rows"]) == len(ids) // 2
    with django_assert_max_num_queries(64):  # the preview's savepoints and time limits are most of them
        steward.get(f"/decisions/{Decision.objects.latest('pk').pk}/")


def test_a_large_decision_waits_for_another_person_who_sees_what_it_does_now(
    steward: Client, other_steward: Client
) -> None:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    set_second_eyes(profiles=1, events=None, author="Root")
    before = everything()
    page = steward.get(f"/profiles/{ada}/merge/", {"with": ben}).content.decode()
    assert "it will wait for a second person" in page
    form = {"with": ben, "action": "decide", "reason": "twins", "expected": fingerprint(page)}
    told = steward.post(f"/profiles/{ada}/merge/", form, follow=True).content.decode()
    assert "it waits for a second person to approve it" in told
    assert "somebody else must approve it" in told
    assert differing(before, everything()) == []
    pending = PendingDecision.objects.get()
    address = f"/decisions/waiting/{pending.pk}/"
    own = steward.post(address, {"action": "approve", "expected": "0"})
    assert own.status_code == 409
    assert "1 waits for a second person" in other_steward.get("/decisions/").content.decode()
    page = other_steward.get(address).content.decode()
    assert "What it would do now" in page
    assert other_steward.post(address, {"action": "refuse", "reason": ""}).status_code == 409
    done = other_steward.post(address, {"action": "approve", "expected": fingerprint(page)}, follow=True)
    assert "Approved, and in force" in done.content.decode()
    assert "approved by administrator" in done.content.decode()
    assert profile_number(crowd.ADA) == profile_number(crowd.BEN)
    assert other_steward.post(address, {"action": "refuse", "reason": "late"}).status_code == 409
    assert "approved by administrator" in other_steward.get(address).content.decode()


def test_what_waits_can_be_taken_back_by_its_author_and_refused_by_others(steward: Client) -> None:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    set_second_eyes(profiles=1, events=None, author="Root")
    page = steward.get(f"/profiles/{ada}/merge/", {"with": ben}).content.decode()
    form = {"with": ben, "action": "decide", "reason": "twins", "expected": fingerprint(page)}
    steward.post(f"/profiles/{ada}/merge/", form)
    pending = PendingDecision.objects.get()
    steward.post(f"/decisions/waiting/{pending.pk}/", {"action": "refuse", "reason": "my mistake"})
    pending.refresh_from_db()
    assert (pending.state, pending.seen_by, pending.seen_because) == ("refused", "steward", "my mistake")
    assert Decision.objects.count() == 0


def test_an_administrator_sets_when_a_decision_waits(admin: Client) -> None:
    address = "/decisions/second-eyes/"
    assert "Nobody yet" in admin.get(address).content.decode()
    assert admin.post(address, {"profiles": "20", "events": "10000"}).status_code == 302
    assert "More than 20 profiles or 10,000 events" in admin.get(address).content.decode()
    for wrong in ("0", "-1", "many", "9" * 18):
        answer = admin.post(address, {"profiles": wrong})
        assert answer.status_code == 422, wrong
        assert "A whole number from 1" in answer.content.decode()
    admin.post(address, {})
    assert "Nothing waits" in admin.get(address).content.decode()


def test_who_may_not_decide_is_shown_no_way_to(analyst: Client, people: dict[str, User]) -> None:
    ada = crowd.ada()
    decision = unmerge(
        profile_id=profile_number(crowd.ADA), identifier_ids=[phone_of_ada()], author="Ana", reason="r"
    ).decision
    assert decision
    assert "Unmerge" not in analyst.get(f"/profiles/{ada}/").content.decode()
    page = analyst.get(f"/decisions/{decision.pk}/")
    assert "Withdraw it" not in page.content.decode()
    assert analyst.post(f"/decisions/{decision.pk}/", {"reason": "r", "expected": "0"}).status_code == 403
    decision.refresh_from_db()
    assert decision.withdrawn_at is None


def test_what_is_too_much_to_look_at_can_be_decided_all_the_same(
    steward: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = crowd.ada()
    form = {"identifier": [phone_of_ada()], "action": "preview", "reason": "her sister's phone"}
    monkeypatch.setattr("profiles.deciding.preview.PREVIEW_SECONDS", 0)
    page = steward.post(f"/profiles/{ada}/unmerge/", form).content.decode()
    assert "more than can be looked at in a moment" in page
    assert 'value="unseen"' in page
    assert re.search(r"</a>: \d+ identifiers, \d+ events?", page)
    blind = form | {"action": "decide", "expected": "unseen"}
    refused = steward.post(f"/profiles/{ada}/unmerge/", blind)
    assert refused.status_code == 409
    assert "Tick that you decide it" in refused.content.decode()
    assert not Decision.objects.exists()
    done = steward.post(f"/profiles/{ada}/unmerge/", blind | {"unseen": "yes"})
    assert done.status_code == 302
    decision = Decision.objects.get()
    address = f"/decisions/{decision.pk}/"
    assert steward.post(address, {"reason": "I erred"}).status_code == 409  # nothing was looked at
    assert steward.post(address, {"reason": "I erred", "expected": "unseen"}).status_code == 409
    assert steward.post(address, {"reason": "I erred", "expected": "unseen", "unseen": "yes"}).status_code == 302


def test_the_overview_says_that_decisions_wait(steward: Client) -> None:
    ada, ben = crowd.ada(), crowd.ben_and_the_kiosk()
    set_second_eyes(profiles=1, events=None, author="Root")
    page = steward.get(f"/profiles/{ada}/merge/", {"with": ben}).content.decode()
    form = {"with": ben, "action": "decide", "reason": "twins", "expected": fingerprint(page)}
    steward.post(f"/profiles/{ada}/merge/", form)
    assert "1 decision waiting for a second person" in steward.get("/").content.decode()


def test_what_came_with_a_large_merge_is_taken_out_without_being_listed(
    steward: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = crowd.ada()
    merge = steward.get(f"/profiles/{ada}/unmerge/").context["merges"][0]
    members = {row.identifier_id for row in picking.to_pick(profile_number(crowd.ADA))}
    picked = picking.picked_with(profile_number(crowd.ADA), merge.change_id)
    monkeypatch.setattr(views_of_deciding, "MOST", 0)
    page = steward.get(f"/profiles/{ada}/unmerge/", {"change": merge.change_id}).content.decode()
    assert f"All {merge.here} identifiers that came with this merge are picked" in page
    assert f'name="change" value="{merge.change_id}"' in page
    form = {"change": merge.change_id, "action": "decide", "reason": "her sister's", "expected": fingerprint(page)}
    done = steward.post(f"/profiles/{ada}/unmerge/", form)
    assert done.status_code == 302
    out, left = Identifier.objects.filter(pk__in=picked), Identifier.objects.filter(pk__in=members - picked)
    assert {i.profile_id for i in out}.isdisjoint({i.profile_id for i in left})


def test_those_picked_are_listed_before_the_strongest(steward: Client) -> None:
    crowd.ada()
    profile_id = profile_number(crowd.ADA)
    strongest = picking.to_pick(profile_id)
    last = strongest[-1].identifier_id
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(picking, "MOST", 2)
        assert [row.identifier_id for row in picking.to_pick(profile_id, [last])] == [strongest[0].identifier_id, last]
