"""The shapes of the answers, from the OpenAPI document by write_answers.py: change nothing here by hand."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class ApartAnswer(TypedDict):
    a: str
    b: str
    together: bool
    verdict: str
    reasons: list[dict[str, Any]]
    decisions: list[dict[str, Any]]
    held_links: list[dict[str, Any]]
    limits: list[dict[str, Any]]
    shared: list[dict[str, Any]]
    likeness: Any
    complete: bool


class AsOfAnswer(TypedDict):
    profile_id: str
    merged: bool
    at: str
    resolved_until: Any
    profile_then: Any
    others_then: list[dict[str, Any]]
    arrived_later: int
    golden_record: dict[str, Any]
    complete: bool


class BatchEntry(TypedDict):
    kind: str | None
    value: str | None
    found: bool
    profile_id: str | None
    reason: str | None


class BatchFound(TypedDict):
    results: list[BatchEntry]


class BuiltAnswer(TypedDict):
    profile_id: str
    merged: bool
    summary: str
    identifiers: int
    joined: int
    joined_by: dict[str, Any]
    confirming: int
    steps: list[dict[str, Any]]
    next: Any
    complete: bool


class ChangeAnswer(TypedDict):
    change: Literal["new", "merge", "split", "move", "erased"]
    at: str | None
    from_profile_id: str | None
    to_profile_id: str
    identifiers: list[Identifier]
    cause: Literal["event", "decision", "rule", "erasure"] | None


class ChangePage(TypedDict):
    results: list[ChangeAnswer]
    next: str
    more: bool


class ComparedField(TypedDict):
    name: str
    identifier: bool
    agreement: Literal["same", "nearly", "different", "several", "a", "b"]
    a: list[str]
    b: list[str]
    note: str


class ConsentAnswer(TypedDict):
    purpose: str
    granted: bool
    said_at: str


class DecisionAnswer(TypedDict):
    decision_id: int | None
    state: Literal["decided", "waits_for_second_person", "dry_run"]
    profiles: list[str]
    effect: Any


class DeliveryAnswer(TypedDict):
    delivery_id: int
    event_id: str
    type: str
    why: Literal["turn", "replay", "test"]
    number: int
    at: str
    milliseconds: int
    status: int
    error: str
    delivered: bool


class DeliveryPage(TypedDict):
    results: list[DeliveryAnswer]
    next: str | None


class ErasureAnswer(TypedDict):
    erasure_id: int
    profile_id: str
    state: Literal["counting", "counted", "running", "done", "cancelled"]
    step: Literal["suppress", "settle", "rejected", "profile", "events", "archive"] | Literal[""]
    counts: Any
    certificate: Any


class Event(TypedDict):
    event_id: int
    time: str
    source: str | None
    trusted: bool
    type: str
    name: str
    identifiers: list[Identifier]
    traits: Any
    properties: Any


class EventFate(TypedDict):
    status: Literal["landed", "duplicate", "rejected"]
    message_id: str | None
    event_id: int | None
    reason: str | None
    detail: str | None


class EventFates(TypedDict):
    results: list[EventFate]


class EventPage(TypedDict):
    profile_id: str
    merged: bool
    results: list[Event]
    next: str | None


class Evidence(TypedDict):
    event_id: int | None
    time: str


class FieldProblem(TypedDict):
    field: str
    detail: str


class Found(TypedDict):
    kind: str
    value: str
    found: bool
    profile_id: str | None
    reason: NotRequired[str]


class HeldLinkAnswer(TypedDict):
    identifier: Identifier
    other: Identifier
    other_profile_id: str
    vouched: bool
    held: str
    words: str
    first: Evidence


class HeldLinkPage(TypedDict):
    profile_id: str
    merged: bool
    results: list[HeldLinkAnswer]
    next: str | None


class HistoryEntry(TypedDict):
    at: str
    change: Literal["merge", "split", "move", "erased"]
    from_profile_id: str
    to_profile_id: str
    identifiers_total: int
    identifiers: list[Identifier]
    cause: Literal["event", "decision", "rule", "erasure"]
    author: str | None
    reason: str | None


class HistoryPage(TypedDict):
    profile_id: str
    merged: bool
    results: list[HistoryEntry]
    next: str | None


class Identifier(TypedDict):
    kind: str
    value: str


class IdentifierPage(TypedDict):
    profile_id: str
    merged: bool
    results: list[KnownIdentifier]
    next: str | None


class IdentityAnswer(TypedDict):
    kind: str
    value: str
    profile_id: str
    identifiers: list[Identifier]


class KnownIdentifier(TypedDict):
    kind: str
    value: str
    vouched: bool
    standing: Literal["in_play", "shared_public", "shared", "blocked"]


class LinkAnswer(TypedDict):
    a: Identifier
    b: Identifier
    vouched: bool
    held: str | None
    words: str
    first: Evidence
    last: Evidence | None


class LinkPage(TypedDict):
    profile_id: str
    merged: bool
    results: list[LinkAnswer]
    next: str | None


class ProblemDetails(TypedDict):
    type: NotRequired[str]
    title: str
    status: int
    reason: str
    detail: str
    errors: NotRequired[list[FieldProblem]]


class ProfileAnswer(TypedDict):
    profile_id: str
    merged: bool
    name: str
    first_seen: str | None
    identifiers_total: int
    identifiers: list[KnownIdentifier]
    traits: list[Trait]
    consent: list[ConsentAnswer]


class ProfileExport(TypedDict):
    profile_id: str
    merged: bool
    identifiers: list[KnownIdentifier]
    traits: list[Trait]
    links: list[LinkAnswer]
    held_links: list[HeldLinkAnswer]
    history: list[HistoryEntry]
    events: list[Event]


class ProfilePage(TypedDict):
    results: list[ProfileSummary]
    next: str | None


class ProfileSummary(TypedDict):
    profile_id: str
    name: str
    first_seen: str | None
    identifiers_total: int
    identifiers: list[Identifier]


class QuestionEffect(TypedDict):
    question_id: int
    effect: Any


class QuestionEvidence(TypedDict):
    a: Identifier
    b: Identifier
    event_id: int
    time: str
    vouched: bool
    held: str
    words: str


class QuestionPage(TypedDict):
    results: list[QuestionSummary]
    next: str | None


class QuestionSide(TypedDict):
    profile_id: str
    identifiers_total: int
    identifiers: list[KnownIdentifier]
    traits: dict[str, Any]


class QuestionSummary(TypedDict):
    question_id: int
    kind: Literal["held", "probable", "value", "parked", "sample", "reopened"]
    state: Literal["open", "decided", "closed"]
    why: str
    reasons: list[str]
    priority: float
    probability: float | None
    asked_at: str
    a: ProfileSummary | None
    b: ProfileSummary | None
    value: Identifier | None
    delivery_id: int | None
    decision_id: int | None
    claimed_by: str
    answer: Literal["yes", "no"] | Literal[""]
    answered_by: str
    answered_at: str | None
    carried_out_at: str | None
    answer_decision_id: int | None
    waits_for_second_person: bool
    outcome: str
    note: str


class Replayed(TypedDict):
    events: int


class Replied(TypedDict):
    state: Literal["answered", "skipped", "undone", "dry_run"]
    question: QuestionSummary
    effect: Any


class SeenBeside(TypedDict):
    identifier: Identifier
    profile_id: str
    event_id: int
    time: str
    vouched: bool
    held: str


class TogetherAnswer(TypedDict):
    profile_id: str
    a: Identifier
    b: Identifier
    summary: str
    steps: list[dict[str, Any]]
    weakest_step: Any
    closing: str
    complete: bool


class Trait(TypedDict):
    name: str
    value: Any
    rule: Literal["most_recent", "first", "most_frequent", "source_priority"]
    source: str | None
    time: str
    values_said: int


class TraitList(TypedDict):
    profile_id: str
    merged: bool
    results: list[Trait]


class WebhookAnswer(TypedDict):
    webhook_id: int
    name: str
    url: str
    types: list[str]
    state: Literal["active", "failing", "disabled"]
    disabled_why: str
    created_at: str
    failing_since: str | None


class WebhookList(TypedDict):
    results: list[WebhookAnswer]


class Identified(EventFate):
    profile_id: str | None
    pending: bool


class QuestionAnswer(QuestionSummary):
    fingerprint: str
    sides: list[QuestionSide]
    compared: list[ComparedField]
    evidence: list[QuestionEvidence]
    seen_with: list[SeenBeside]
    match_parts: Any


class WebhookMade(WebhookAnswer):
    secret: str


class WebhookWaiting(WebhookAnswer):
    waiting: int
