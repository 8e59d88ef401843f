"""Every page for every role: who may not see it gets no page, and who is not logged in is asked to."""

import re
import uuid
from collections.abc import Callable
from functools import partialmethod
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from idportal.accounts.models import OpenSession, User
from idportal.accounts.roles import ROLES
from idportal.webhooks.api_urls import urlpatterns as webhook_api_urls
from idportal.webhooks.models import WebhookAttempt
from ingest.models import AuditEntry, Delivery, RawEvent, RejectedRecord, Source
from profiles.api.clients import create_client
from profiles.api.urls import urlpatterns as api_urls
from profiles.models import Erasure
from profiles.rules.rules import apply_rules
from tests.pages import crowd, review_crowd

EVERYONE = {"nobody", *ROLES}
SEE_EVENTS = set(ROLES)
SEE_PROFILES = set(ROLES)
SEE_DELIVERIES = {"analyst", "steward", "administrator"}
SEE_RULES = {"analyst", "steward", "administrator"}
CHANGE_RULES = {"administrator"}
DECIDE = {"steward", "administrator"}
MANAGE_SOURCES = {"marketer", "administrator"}
IMPORT = {"steward", "administrator"}
MANAGE_WEBHOOKS = {"administrator"}
SEE_DECISIONS = {"analyst", "steward", "administrator"}
PRIVACY = {"steward", "administrator"}
MAY_SEE = {
    "people": CHANGE_RULES,
    "second_factor": EVERYONE,
    "sessions": EVERYONE,
    "password": EVERYONE,
    "audit": CHANGE_RULES,
    "audit_export": CHANGE_RULES,
    "privacy": PRIVACY,
    "retention": PRIVACY,
    "erasure": PRIVACY,
    "erasure_certificate": PRIVACY,
    "exports": PRIVACY,
    "api_reference": EVERYONE,
    "api_operation": EVERYONE,
    "api_clients": CHANGE_RULES,
    "api_client_create": CHANGE_RULES,
    "api_client": CHANGE_RULES,
    "export_file": PRIVACY,
    "overview": EVERYONE,
    "events": SEE_EVENTS,
    "event": SEE_EVENTS,
    "event_effect": SEE_PROFILES,
    "event_profile": SEE_PROFILES,
    "search": SEE_PROFILES,
    "profiles": SEE_PROFILES,
    "profile": SEE_PROFILES,
    "why_together": SEE_PROFILES,
    "why_not": SEE_PROFILES,
    "how_built": SEE_PROFILES,
    "profile_graph": SEE_PROFILES,
    "profile_history": SEE_PROFILES,
    "unmerge": DECIDE,
    "merge": DECIDE,
    "decisions": SEE_DECISIONS,
    "decisions_export": SEE_DECISIONS,
    "decision": SEE_DECISIONS,
    "decision_waiting": DECIDE,
    "second_eyes": CHANGE_RULES,
    "matching": SEE_RULES,
    "matching_progress": SEE_RULES,
    "matching_draft": CHANGE_RULES,
    "review": SEE_PROFILES,
    "review_question": SEE_PROFILES,
    "review_next": DECIDE,
    "review_effect": DECIDE,
    "rules": SEE_RULES,
    "rules_blocked": SEE_RULES,
    "rules_progress": SEE_RULES,
    "rules_history": SEE_RULES,
    "rule_change": SEE_RULES,
    "rule_kind_create": CHANGE_RULES,
    "rule_kind": CHANGE_RULES,
    "rules_draft": CHANGE_RULES,
    "rules_preview": CHANGE_RULES,
    "sources": MANAGE_SOURCES,
    "source_create": MANAGE_SOURCES,
    "source": MANAGE_SOURCES,
    "deliveries": SEE_DELIVERIES,
    "delivery": SEE_DELIVERIES,
    "imports": IMPORT,
    "import": IMPORT,
    "import_effect": IMPORT,
    "import_errors": IMPORT,
    "rejected": SEE_DELIVERIES,
    "kept": SEE_DELIVERIES,
    "rejected_record": SEE_DELIVERIES,
    "webhooks": SEE_DELIVERIES,
    "webhook": SEE_DELIVERIES,
    "webhook_delivery": SEE_DELIVERIES,
    "webhook_create": MANAGE_WEBHOOKS,
    "webhook_edit": MANAGE_WEBHOOKS,
}
MAY_POST = {
    "api_client_create": CHANGE_RULES,
    "api_client_rotate": CHANGE_RULES,
    "api_client_revoke": CHANGE_RULES,
    "people": CHANGE_RULES,
    "person_change": CHANGE_RULES,
    "second_factor_reset": CHANGE_RULES,
    "person_sessions_end": CHANGE_RULES,
    "sessions": EVERYONE,
    "password": EVERYONE,
    "single_sign_on_unlink": CHANGE_RULES,
    "invitation_change": CHANGE_RULES,
    "second_factor": EVERYONE,
    "second_factor_change": EVERYONE,
    "privacy": PRIVACY,
    "retention": CHANGE_RULES,
    "erasure_confirm": CHANGE_RULES,
    "erasure_cancel": PRIVACY,
    "review_bulk": DECIDE,
    "review_undo_batch": DECIDE,
    "review_answer": DECIDE,
    "review_undo": DECIDE,
    "review_claim": DECIDE,
    "review_keys": EVERYONE,
    "imports": IMPORT,
    "import": IMPORT,
    "import_do": IMPORT,
    "source_create": MANAGE_SOURCES,
    "source": MANAGE_SOURCES,
    "source_secret": MANAGE_SOURCES,
    "rejected_replay": {"steward", "administrator"},
    "unmerge": DECIDE,
    "merge": DECIDE,
    "decision": DECIDE,
    "decision_undo": DECIDE,
    "decision_waiting": DECIDE,
    "second_eyes": CHANGE_RULES,
    "kept_replay": {"steward", "administrator"},
    "matching_run": CHANGE_RULES,
    "matching_stop": CHANGE_RULES,
    "matching_thresholds": CHANGE_RULES,
    "matching_draft": CHANGE_RULES,
    "rule_kind_create": CHANGE_RULES,
    "rule_kind": CHANGE_RULES,
    "rules_blocked": CHANGE_RULES,
    "rules_draft": CHANGE_RULES,
    "rules_apply": CHANGE_RULES,
    "rule_change_undo": CHANGE_RULES,
    "webhook_create": MANAGE_WEBHOOKS,
    "webhook_edit": MANAGE_WEBHOOKS,
    "webhook_do": MANAGE_WEBHOOKS,
    "webhook_replay": MANAGE_WEBHOOKS,
}
OPEN = {
    "login",
    "log_in_code",
    "password_forgotten",
    "password_reset",
    "single_sign_on",
    "single_sign_on_done",
    "invited",
    "logout",
    "theme",
    "healthz",
    "readyz",
    "api_openapi",
    "api_unknown",
}
# Guarded by keys and tokens: being logged in opens none of them. What opens them is tested with what they do.
KEPT = {"deliver", "registry", *(str(one.name) for one in (*api_urls, *webhook_api_urls))} - OPEN
NOT_PAGES = OPEN | KEPT


ASKED = {"search": "?q=ada@example.com", "export_file": "?table=links&format=csv"}
NOBODY = 10**9


@pytest.fixture
def addresses(people: dict[str, User]) -> dict[str, str]:
    """Of every page and form, about something that is there."""
    usual, special = stand_for(), stand_for_in_particular()
    named = {name: re.findall(r"<(?:\w+:)?(\w+)>", route) for name, route in every_route().items()}
    return {
        name: reverse(name, kwargs={one: (usual | special.get(name, {}))[one] for one in ones}) + ASKED.get(name, "")
        for name, ones in named.items()
        if name not in NOT_PAGES
    }


def stand_for() -> dict[str, object]:
    """What each part of an address is, but for those below, which come after it."""
    question = review_crowd.held().pk
    public = crowd.profile_id(crowd.ADA)
    crowd.rejects()
    change = apply_rules({"kinds": {"email": {"limit": 4}}}, author="Ana")
    assert change
    decision, waiting = decided_and_waiting()
    return {
        "public": public, "question_id": question, "decision_id": decision, "pending_id": waiting,
        "change_id": change.pk, "name": "email", "run_id": 1, "batch": uuid.uuid4(),
        "event_id": RawEvent.objects.order_by("event_id").values_list("event_id", flat=True)[0],
        "record_id": RejectedRecord.objects.order_by("id")[0].pk,
        "delivery_id": Delivery.objects.order_by("pk")[0].pk,
        "source_id": crowd.shop().pk, "import_id": crowd.upload().pk, "webhook_id": crowd.told_webhook().webhook_id,
        "client_id": create_client(name="shop", scopes=["read"]).client.pk,
        "person_id": NOBODY, "invitation_id": NOBODY, "erasure_id": erasures(),
    }  # fmt: skip


def stand_for_in_particular() -> dict[str, dict[str, object]]:
    told: dict[str, object] = {"event_id": WebhookAttempt.objects.latest("pk").event.event_id}
    return {
        "api_operation": {"name": "merge_profiles"},
        "import_do": {"verb": "pause"}, "webhook_do": {"verb": "disable"},
        "webhook_delivery": told, "webhook_replay": told,
        "erasure_certificate": {"erasure_id": Erasure.objects.get(state="done").pk},
    }  # fmt: skip


def erasures() -> int:
    """One that waits for confirmation, which is given, and one that is done."""
    now = timezone.now()
    Erasure.objects.create(
        profile_id=NOBODY, author="Ana", state="done", confirmed_at=now, finished_at=now, done={"events": 1}
    )
    return Erasure.objects.create(profile_id=NOBODY, author="Ana", state="counted", counts={"identifiers": 0}).pk


def decided_and_waiting() -> tuple[int, int]:
    """A decision in force, and one that waits for a second person."""
    from profiles.deciding.decisions import reject_merge, unmerge
    from profiles.deciding.second_eyes import set_second_eyes
    from profiles.models import Identifier

    ada = crowd.profile_id_number(crowd.ADA)
    visitor = crowd.visitor()
    decision = reject_merge(a_profile_id=ada, b_profile_id=visitor, author="Ana").decision
    set_second_eyes(profiles=1, events=None, author="Root")
    picked = Identifier.objects.filter(profile_id=ada).order_by("-pk").values_list("pk", flat=True)[:1]
    pending = unmerge(profile_id=ada, identifier_ids=picked, author="Ana", reason="r").pending
    assert decision
    assert pending
    return decision.pk, pending.pk


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> dict[str, str]:
    """Every name to its route, a nameless one to itself; so that none is overlooked."""
    found: dict[str, str] = {}
    for pattern in patterns:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            found |= routes(pattern.url_patterns, route)
        else:
            found[pattern.name or route] = route
    return found


def every_route() -> dict[str, str]:
    return {name: route for name, route in routes(get_resolver().url_patterns).items() if not name.startswith("demo_")}


def everything_stored() -> dict[str, int]:
    """How many rows each table has, apart from who is logged in and what was noted of that."""
    apart = {Session, OpenSession, AuditEntry}
    models = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and m not in apart]
    return {m._meta.db_table: m._base_manager.count() for m in models}


def test_every_address_of_the_portal_is_in_these_tables() -> None:
    assert every_route().keys() - NOT_PAGES == MAY_SEE.keys() | MAY_POST.keys()


def test_the_demo_alone_is_apart() -> None:
    apart = {route for name, route in routes(get_resolver().url_patterns).items() if name.startswith("demo_")}
    assert all(route.startswith("demo/shop/") for route in apart)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_every_address_answers_each_role_only_what_it_may_have(
    role: str, method: str, people: dict[str, User], addresses: dict[str, str]
) -> None:
    """What no table allows is refused and changes nothing, also where an address takes no such method at all."""
    client = Client()
    client.force_login(people[role])
    allowed = MAY_SEE if method == "get" else MAY_POST
    may = {name for name, roles in allowed.items() if role in roles}
    form = {"name": f"of {role}", "client_ip": "none"}

    def answers(names: set[str]) -> dict[str, int]:
        send = client.get if method == "get" else client.post
        return {name: send(addresses[name], form if method == "post" else None).status_code for name in sorted(names)}

    before = everything_stored()
    for name, status in answers((every_route().keys() - NOT_PAGES) - may).items():
        # A page may be drawn for a POST as for a GET, for who may see it.
        drawn = {200, 302} if method == "post" and role in MAY_SEE.get(name, set()) else set()
        assert status in {403, 405} | drawn, name
    assert everything_stored() == before
    for name, status in answers(may).items():
        assert status in {200, 302} or (method == "post" and status in {400, 404, 409, 422}), name


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_being_logged_in_opens_nothing_that_is_guarded_by_keys_and_tokens(role: str, people: dict[str, User]) -> None:
    client = Client()
    client.force_login(people[role])
    for name in sorted(KEPT):
        for method in ("get", "post"):
            status = getattr(client, method)(f"/{every_route()[name]}").status_code
            assert status in {401, 403, 405}, (name, method, status)


def test_who_is_not_logged_in_is_asked_to(addresses: dict[str, str]) -> None:
    before = everything_stored()
    for name in MAY_SEE.keys() | MAY_POST.keys():
        for method in ("get", "post"):
            answer = getattr(Client(), method)(addresses[name])
            assert answer.status_code == 302, name
            assert answer["Location"].startswith("/login/?next="), name
    assert everything_stored() == before


def test_the_sidebar_shows_only_what_a_person_may_open(people: dict[str, User]) -> None:
    client = Client()
    client.force_login(people["marketer"])
    page = client.get("/").content.decode()
    assert 'href="/sources/"' in page
    assert 'href="/deliveries/"' not in page


def test_a_form_sent_without_its_token_changes_nothing(people: dict[str, User]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["administrator"])
    assert client.post("/sources/new/", {"name": "forged"}).status_code == 403
    assert not Source.objects.filter(name="forged").exists()


def test_no_copy_of_a_page_is_kept(people: dict[str, User], addresses: dict[str, str]) -> None:
    client = Client()
    client.force_login(people["analyst"])
    for name in ("overview", "profile", "event"):
        answer = client.get(addresses[name])
        assert "no-store" in answer["Cache-Control"]
        assert "HX-Request" in answer["Vary"]


def test_pages_allow_no_script_or_style_but_our_files(people: dict[str, User]) -> None:
    policy = Client().get("/login/")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy


ODD = ["\0", "a\0b\0c", "\ud7ff" * 3, "%" * 300, "9" * 18, "9" * 30, "-1", "\U0010ffff" * 4, "../..", "\r\nX: y"]
ODD_PAGES = ["profile", "why_together", "why_not", "how_built", "profile_graph", "profile_history"]
ODD_PAGES += ["decisions", "merge", "unmerge"]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names that pages look for in addresses."""
    names: set[str] = set()

    def noted(query: QueryDict, true: Callable[..., Any], name: str, *rest: Any) -> Any:
        names.add(name)
        return true(query, name, *rest)

    for method in ("__getitem__", "__contains__", "getlist"):
        monkeypatch.setattr(QueryDict, method, partialmethod(noted, getattr(QueryDict, method)))
    return names


@pytest.mark.parametrize("odd", ODD)
def test_nothing_that_stands_in_an_address_breaks_a_page(
    odd: str, people: dict[str, User], addresses: dict[str, str], read: set[str]
) -> None:
    client = Client()
    client.force_login(people["administrator"])
    pages = "/events/ /profiles/ /search/ /deliveries/ /review/ /rejected/ /rules/blocked/".split()
    for address in [*pages, *(addresses[name] for name in ODD_PAGES)]:
        read.clear()
        assert client.get(address).status_code in (200, 302), address
        tried: set[str] = set()
        while names := read - tried:
            for name in names:
                assert client.get(address, {name: odd}).status_code in (200, 302), (address, name)
            tried |= names
        assert tried or address == addresses["how_built"], address
    answer = client.post("/sources/new/", {"name": odd, "origins": odd, "region": odd, "client_ip": odd})
    assert answer.status_code in (302, 422)


def test_a_number_beyond_all_bounds_is_not_found(people: dict[str, User]) -> None:
    client = Client()
    client.force_login(people["administrator"])
    for noun in "events deliveries sources rejected rules/history decisions decisions/waiting webhooks".split():
        for number in ("0", "9" * 18, "9" * 19, "9" * 40):
            assert client.get(f"/{noun}/{number}/").status_code == 404, (noun, number)
    for page in ("effect", "profile"):
        assert client.get(f"/events/{'9' * 40}/{page}/").status_code == 404


def test_broken_and_forbidden_pages_need_nothing_to_be_shown() -> None:
    assert "Something broke on our side" in render_to_string("500.html")
    assert "Please try again" in render_to_string("403_csrf.html")


def test_a_page_that_never_was_says_so_to_anybody(people: dict[str, User]) -> None:
    client = Client()
    assert "There is no such page" in client.get("/nothing/").content.decode()
    client.force_login(people["nobody"])
    assert "There is no such page" in client.get("/nothing/").content.decode()
