"""The rules: who may change them, what a draft would do, that applying does just that, and the way back."""

import re
from contextlib import AbstractContextManager
from itertools import chain, repeat
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from playwright.sync_api import Browser, expect

from idportal.accounts.models import User
from profiles import deadline
from profiles.ids import public_id
from profiles.models import BlockedValue, Identifier, Kind, Reconsideration, RuleChange
from profiles.resolution import resolve_pending
from profiles.rules import preview as rule_preview
from profiles.rules.drafts import Draft, RulesChanged, apply_draft, draft_of, rules_version
from profiles.rules.preview import effect_of_change, preview_rules
from profiles.rules.rules import apply_rules, current_rules
from tests.pages import crowd
from tests.pages.conftest import Portal
from tests.pages.test_in_browser import SIZES, faults


def partition() -> dict[int, int]:
    return dict(Identifier.objects.values_list("identifier_id", "profile_id"))


def family(name: str = "smith", people: int = 3) -> None:
    """One mailbox that several people give: one profile, until a rule tells them apart."""
    for number in range(people):
        carried = {"anonymousId": f"{name}-{number}", "identifiers": {"email": f"{name}@example.com"}}
        crowd.bring(crowd.record(crowd.event(type="identify", **carried), source=crowd.shop()))
    crowd.resolve()


def edit(client: Client, kind: str = "email", **fields: str) -> Any:
    page = client.get(f"/rules/kinds/{kind}/").content.decode()
    names = ("version", "rank", "limit", "shared_after")
    form = {name: re.search(rf'name="{name}"\s+value="(.*?)"', page)[1] for name in names}  # type: ignore[index]
    known = "yes" if Kind.objects.filter(name=kind, known=True).exists() else "no"
    return client.post(f"/rules/kinds/{kind}/", {**form, "known": known, **fields})


def block(client: Client, *texts: str, kind: str = "email", how: str = "values") -> Any:
    return client.post("/rules/blocked/", {"kind": kind, "how": how, "texts": "\n".join(texts)})


def fingerprint(client: Client) -> str:
    found = re.search(r'name="fingerprint"\s+value="(\w+)"', client.get("/rules/draft/").content.decode())
    assert found
    return found[1]


def apply(client: Client) -> Any:
    return client.post("/rules/apply/", {"fingerprint": fingerprint(client)})


def test_who_sees_people_sees_the_rules_in_plain_words_and_only_an_administrator_a_way_to_change_them(
    people: dict[str, User],
) -> None:
    for role, may in (("analyst", False), ("administrator", True)):
        client = Client()
        client.force_login(people[role])
        page = client.get("/rules/").content.decode()
        assert "At most <strong>1</strong> in one profile." in page
        assert ("/rules/kinds/email/" in page) == may
        assert ('name="texts"' in client.get("/rules/blocked/").content.decode()) == may
    client.force_login(people["analyst"])
    assert block(client, "junk@example.com").status_code == 403


def test_an_edit_is_a_draft_and_changes_nothing_until_it_is_applied(admin: Client) -> None:
    before = current_rules()
    assert edit(admin, limit="2")["Location"] == "/rules/draft/"
    block(admin, "Junk@Example.com ")
    assert current_rules() == before
    page = admin.get("/rules/draft/").content.decode()
    assert "at most 2 in one profile" in page
    assert "junk@example.com" in page

    answer = apply(admin)
    change = RuleChange.objects.get()
    assert answer["Location"] == f"/rules/history/{change.pk}/"
    assert change.author == "administrator"
    assert current_rules()["kinds"]["email"]["limit"] == 2
    assert ["email", "junk@example.com"] in current_rules()["blocked"]
    assert "There is no draft" in admin.get("/rules/draft/").content.decode()


def split_by_rule() -> dict[str, Any]:
    return {"kinds": {"email": {"shared_after": None}, "anonymous_id": {"limit": 1}}}


def blocked_mailbox() -> dict[str, Any]:
    return {"blocked": [*current_rules()["blocked"], ["email", "smith@example.com"]]}


def kind_that_joins() -> dict[str, Any]:
    return {"kinds": {"loyalty_id": {"rank": 2, "known": True, "limit": 1, "shared_after": None}}}


@pytest.mark.parametrize("rules", [split_by_rule, blocked_mailbox, kind_that_joins])
def test_a_preview_tells_what_applying_does_then_and_leaves_no_trace(rules: Any, people: dict[str, User]) -> None:
    family()
    family("jones", people=4)
    for device in ("tablet", "watch"):
        carried = {"anonymousId": device, "identifiers": {"loyalty_id": "L-7"}}
        crowd.bring(crowd.record(crowd.event(type="identify", **carried), source=crowd.shop()))
    crowd.resolve()
    before, rules_before = partition(), current_rules()

    preview = preview_rules(rules())
    assert (partition(), current_rules(), RuleChange.objects.count()) == (before, rules_before, 0)
    assert preview.outcome == "whole"
    assert preview.effect

    change = apply_rules(rules(), author="Ana")
    assert change
    resolve_pending()
    after = partition()
    went = {(before[i], after[i]) for i in before if before[i] != after[i]}
    gone = {old for old in before.values() if after[old] != old}
    assert preview.effect.splits == len({old for old, new in went if before[new] != new})
    assert preview.effect.split_off == len({new for _, new in went if before[new] != new})
    assert preview.effect.merges == len(gone & {old for old, new in went if before[new] == new})
    assert preview.effect == effect_of_change(change.pk, since=None)
    assert preview.taken_up == len(after) - len(before)


def test_the_preview_names_the_profiles_and_leads_to_them(admin: Client) -> None:
    family()
    profile = public_id(Identifier.objects.get(value="smith@example.com").profile_id)
    block(admin, "smith@example.com")
    part = admin.get("/rules/preview/", headers={"HX-Request": "true"}).content.decode()
    assert "Would split" in part
    assert f'href="/profiles/{profile}/"' in part
    whole = admin.get("/rules/preview/").content.decode()
    assert "<html" in whole
    assert f'href="/profiles/{profile}/"' in whole


def test_a_preview_that_runs_out_of_time_says_so_and_leaves_no_trace(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    family()
    family("jones")
    before = partition()
    assert preview_rules(split_by_rule(), seconds=0).outcome == "busy"
    edit(admin, kind="anonymous_id", limit="1")

    def leap(stages: int) -> None:
        times = chain([0.0] * stages, repeat(3600.0))
        clock = [0.0]

        def stage(until: float) -> AbstractContextManager[None]:
            clock[0] = next(times)
            return deadline.until(until)

        monkeypatch.setattr(rule_preview, "until", stage)
        for module in (rule_preview, deadline):
            monkeypatch.setattr(module, "monotonic", lambda: clock[0])

    # The clock leaps after as many stages: before anything is counted, before the first batch, after some.
    for stages, touched, evaluated in ((1, None, 0), (2, 2, 0), (4, 2, 1)):
        monkeypatch.setattr(rule_preview, "FIRST_BATCH", 1)
        leap(stages)
        preview = preview_rules({"kinds": {"anonymous_id": {"limit": 1}}})
        assert (preview.outcome, preview.touched, preview.evaluated) == ("part", touched, evaluated), stages
        leap(stages)
        page = admin.get("/rules/preview/").content.decode()
        assert "Too much to try out whole" in page
        assert "Apply without a whole preview" in page
    assert (partition(), RuleChange.objects.count(), Reconsideration.objects.count()) == (before, 0, 0)


def test_while_an_earlier_change_is_worked_through_its_progress_is_shown_and_no_preview(admin: Client) -> None:
    family()
    apply_rules(blocked_mailbox(), author="Ana")
    assert "brought in line" in admin.get("/rules/").content.decode()
    assert preview_rules(split_by_rule()).outcome == "waiting"
    resolve_pending()
    assert "brought in line" not in admin.get("/rules/").content.decode()
    polled = admin.get("/rules/progress/", headers={"HX-Request": "true"}).content.decode()
    assert "Done" in polled
    assert "hx-trigger" not in polled


def test_rolling_back_restores_rules_and_profiles_as_a_change_of_its_own(admin: Client) -> None:
    family()
    before, rules_before = partition(), current_rules()
    edit(admin, kind="anonymous_id", limit="1")
    block(admin, "smith@example.com")
    apply(admin)
    resolve_pending()
    assert partition() != before
    change = RuleChange.objects.get()
    page = admin.get(f"/rules/history/{change.pk}/").content.decode()
    assert "at most 1 in one profile" in page
    assert "smith@example.com" in page

    assert admin.post(f"/rules/history/{change.pk}/undo/")["Location"] == "/rules/draft/"
    assert current_rules() != rules_before
    assert "Would merge" in admin.get("/rules/preview/").content.decode()
    apply(admin)
    resolve_pending()
    assert (partition(), current_rules()) == (before, rules_before)
    assert RuleChange.objects.count() == 2


def test_rolling_back_keeps_a_kind_that_came_since_and_says_so(admin: Client) -> None:
    apply_rules(kind_that_joins(), author="Ana")
    change = RuleChange.objects.get()
    assert "loyalty_id will stay" in admin.get(f"/rules/history/{change.pk}/").content.decode()
    assert not draft_of(change.before)


def test_the_second_of_two_editors_is_told_and_nothing_of_either_is_lost(people: dict[str, User]) -> None:
    ana, ben = Client(), Client()
    ana.force_login(people["administrator"])
    ben.force_login(User.objects.create_superuser("ben", password=crowd.PASSWORD))
    edit(ana, limit="3")
    looked_at = fingerprint(ana)
    edit(ben, shared_after="20")
    apply(ben)

    refused = ana.post("/rules/apply/", {"fingerprint": looked_at})
    assert refused.status_code == 409
    page = refused.content.decode()
    assert "The rules changed meanwhile" in page
    assert "by ben" in page
    assert "at most 3 in one profile" in page
    assert "Apply" not in page
    assert current_rules()["kinds"]["email"]["limit"] == 5

    ana.post("/rules/draft/", {"action": "go_on", "seen": rules_version()})
    assert apply(ana).status_code == 302
    assert current_rules()["kinds"]["email"] == {"rank": 2, "known": True, "limit": 3, "shared_after": 20}


def test_a_form_that_was_open_while_the_rules_changed_takes_nothing_of_them_back(people: dict[str, User]) -> None:
    ana = Client()
    ana.force_login(people["administrator"])
    form = {"version": "0", "rank": "2", "known": "yes", "limit": "5", "shared_after": "50"}
    apply_rules({"kinds": {"email": {"limit": 2}}}, author="Ben")
    ana.post("/rules/kinds/email/", form)
    page = ana.get("/rules/draft/").content.decode()
    assert "The rules changed meanwhile" in page
    assert "at most" not in page.split("What differs")[1]
    assert "shared beyond 50" in page


def test_who_applies_without_having_seen_a_later_edit_is_asked_to_look(admin: Client) -> None:
    edit(admin, limit="3")
    looked_at = fingerprint(admin)
    block(admin, "junk@example.com")
    assert admin.post("/rules/apply/", {"fingerprint": looked_at})["Location"] == "/rules/draft/"
    assert not RuleChange.objects.exists()


def test_rules_that_changed_after_a_draft_are_never_overrun(people: dict[str, User]) -> None:
    draft = Draft(based_on=rules_version(), kinds={"email": {"limit": 3}})
    apply_rules({"kinds": {"phone": {"limit": 3}}}, author="Ben")
    with pytest.raises(RulesChanged):
        apply_draft(draft, author="Ana")
    with pytest.raises(ValidationError):
        apply_draft(Draft(based_on=rules_version(), kinds={"email": {"limit": 0}}), author="Ana")


def test_what_cannot_be_a_rule_is_refused_beside_its_field_with_all_that_was_typed(admin: Client) -> None:
    for fields, reason in (
        ({"rank": "first"}, "Rank is a whole number from 1 to 1000"),
        ({"limit": "0"}, "Limit is a whole number from 1, or empty"),
        ({"shared_after": "-3"}, "This is a whole number from 1, or empty"),
        ({"limit": "9" * 30}, "Limit is a whole number"),
    ):
        answer = edit(admin, **fields)
        (field, typed), page = next(iter(fields.items())), answer.content.decode()
        assert answer.status_code == 422, fields
        assert reason in page, fields
        assert f'name="{field}"\n' in page
        assert f'value="{typed}"' in page
    assert "rules_draft" not in admin.session
    new = {"rank": "2", "known": "yes", "limit": "", "shared_after": ""}
    for name, reason in (("Loyalty ID", "a kind is named by"), ("email", "there is a kind of this name")):
        answer = admin.post("/rules/new-kind/", {**new, "name": name})
        assert answer.status_code == 422
        assert reason.lower() in answer.content.decode().lower()
        assert f'value="{name}"' in answer.content.decode()


def test_a_new_kind_is_drafted_and_may_be_blocked_in_the_same_draft(admin: Client) -> None:
    new = {"name": "loyalty_id", "rank": "2", "known": "yes", "limit": "1", "shared_after": ""}
    assert admin.post("/rules/new-kind/", new)["Location"] == "/rules/draft/"
    assert "new in your draft" in admin.get("/rules/").content.decode()
    block(admin, "0+", kind="loyalty_id", how="patterns")
    apply(admin)
    assert current_rules()["kinds"]["loyalty_id"]["limit"] == 1
    assert BlockedValue.objects.get(kind__name="loyalty_id").pattern == "0+"


def test_blocked_values_are_found_by_text_and_by_what_a_pattern_would_block(admin: Client) -> None:
    assert "test@test.com" in admin.get("/rules/blocked/?q=TEST@").content.decode()
    page = admin.get("/rules/blocked/?q=00000000&kind=phone").content.decode()
    assert r"\+?0+" in page
    assert "test@test.com" not in page
    assert "no pattern blocks" in admin.get("/rules/blocked/?q=ada@example.com").content.decode()


def test_a_blocked_value_is_taken_off_the_list_and_what_is_none_is_refused(admin: Client) -> None:
    entry = {"of": "email", "value": "test@test.com"}
    admin.post("/rules/blocked/", entry)
    assert "leaves in your draft" in admin.get("/rules/blocked/?q=test@test").content.decode()
    apply(admin)
    assert not BlockedValue.objects.filter(value="test@test.com").exists()

    for how, text, reason in (
        ("values", "not-an-address", "is no email address"),
        ("patterns", "(", "regular expression"),
        ("values", "", "write at least one"),
    ):
        answer = block(admin, text, how=how)
        assert answer.status_code == 422, text
        assert reason in answer.content.decode()
        assert f">{text}</textarea>" in answer.content.decode()


def test_one_edit_is_left_out_and_the_whole_draft_discarded(admin: Client) -> None:
    edit(admin, limit="3")
    block(admin, "junk@example.com")
    admin.post("/rules/draft/", {"kind": "email"})
    page = admin.get("/rules/draft/").content.decode()
    assert "junk@example.com" in page
    assert "at most 3" not in page
    admin.post("/rules/draft/", {"action": "discard"})
    assert "There is no draft" in admin.get("/rules/draft/").content.decode()


def test_a_sources_trust_stands_in_the_history_and_is_no_rival_edit(admin: Client) -> None:
    from profiles.trust import grant_trust

    edit(admin, limit="3")
    grant_trust(crowd.shop(), author="Ben")
    page = admin.get("/rules/history/").content.decode()
    assert "Source Web shop is trusted" in page
    assert "Roll back" not in admin.get(f"/rules/history/{RuleChange.objects.get().pk}/").content.decode()
    assert apply(admin).status_code == 302
    assert current_rules()["kinds"]["email"]["limit"] == 3


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_of_the_rules_is_usable_by_everyone(portal: Portal, browser: Browser, theme: str, size: str) -> None:
    family()
    crowd.ada()
    before = apply_rules({"kinds": {"email": {"limit": 4}}}, author="Ana")
    assert before
    resolve_pending()
    context = browser.new_context(viewport=SIZES[size], color_scheme=theme)  # type: ignore[arg-type]
    portal.log_in(context, "administrator")
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    found: dict[str, list[str]] = {}

    def look(name: str, address: str = "") -> None:
        if address:
            page.goto(portal.url + address)
        found[name] = faults(page)

    look("kinds", "/rules/")
    look("no draft", "/rules/draft/")
    look("history", "/rules/history/")
    look("change", f"/rules/history/{before.pk}/")
    look("kind", "/rules/kinds/email/")
    page.goto(f"{portal.url}/rules/blocked/")
    page.get_by_label("Kind", exact=True).last.select_option("email")
    page.get_by_label("One a line").fill("smith@example.com")
    page.get_by_role("button", name="Add to the draft").click()
    expect(page.get_by_role("heading", name="Blocked in your draft")).to_be_visible()
    look("blocked")
    page.get_by_role("link", name="See what it would do").click()
    expect(page.get_by_role("heading", name="Would split")).to_be_visible()
    look("preview")
    apply_rules({"kinds": {"anonymous_id": {"limit": 1}}}, author="Ben")
    page.reload()
    expect(page.get_by_text("still being worked through")).to_be_visible()
    look("conflict and progress")
    resolve_pending()
    expect(page.get_by_role("heading", name="Would split")).to_be_visible()
    expect(page.get_by_text("Every profile is what the rules in force make of it")).to_be_visible()
    look("ended")
    page.goto(f"{portal.url}/rules/kinds/phone/")
    page.get_by_label("Rank").fill("first")
    page.get_by_role("button", name="See what it would do").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look("refused")
    context.close()
    assert {name: list_ for name, list_ in found.items() if list_} == {}
    assert [text for text in said if "422" not in text] == []


def test_without_script_one_edits_previews_applies_and_rolls_back(portal: Portal, browser: Browser) -> None:
    family()
    before, rules_before = partition(), current_rules()
    context = browser.new_context(java_script_enabled=False)
    portal.log_in(context, "administrator")
    page = context.new_page()
    page.goto(f"{portal.url}/rules/")
    page.get_by_role("link", name="Change anonymous_id").click()
    page.get_by_label("Most in one profile").fill("1")
    page.get_by_role("button", name="See what it would do").click()
    page.get_by_role("link", name="Show it").click()
    expect(page.get_by_role("heading", name="Would split")).to_be_visible()
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page.get_by_text("In force. Profiles follow")).to_be_visible()
    resolve_pending()
    assert partition() != before
    page.reload()
    page.get_by_role("button", name="Roll back").click()
    page.get_by_role("link", name="Show it").click()
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page.get_by_text("In force. Profiles follow")).to_be_visible()
    resolve_pending()
    assert (partition(), current_rules()) == (before, rules_before)
    context.close()
