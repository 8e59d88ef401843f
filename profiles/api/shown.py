"""Takes what the readers give, gives it as the API says it."""

from collections.abc import Iterable, Mapping
from typing import Any

from ingest.models import Source
from ingest.privacy.consent import without_consent
from profiles.changes import FeedChange
from profiles.explaining.history import Change
from profiles.explaining.nodes import Node
from profiles.golden_record import GoldenTrait
from profiles.identities import ProfileSummary
from profiles.links import in_words
from profiles.models import Standing
from profiles.privacy.consent import Consent
from profiles.profile_pages import HeldOut, PagedLink, WholeEvent

STANDING = {
    Standing.IN: "in_play",
    Standing.SHARED_PUBLIC: "shared_public",
    Standing.SHARED: "shared",
    Standing.BLOCKED: "blocked",
}
Sources = Mapping[int, str]
Ids = Mapping[int, str]


def source_names() -> Sources:
    return dict(Source.objects.values_list("pk", "name"))


def identifier(one: Any) -> dict[str, Any]:
    return {"kind": one.kind, "value": one.value}


def known_identifier(one: Any) -> dict[str, Any]:
    return {**identifier(one), "vouched": one.vouched, "standing": STANDING[one.standing]}


def pair(text: str) -> dict[str, str]:
    kind, _, value = text.partition(":")
    return {"kind": kind, "value": value}


def trait(one: GoldenTrait, sources: Sources) -> dict[str, Any]:
    return {
        "name": one.name,
        "value": one.value,
        "rule": one.survivorship,
        "source": sources.get(one.source_id),
        "time": one.time,
        "values_said": one.values_said,
    }


def consent(one: Consent) -> dict[str, Any]:
    return {"purpose": one.purpose, "granted": one.granted, "said_at": one.said_at}


def summary(one: ProfileSummary) -> dict[str, Any]:
    return {
        "profile_id": one.public_id,
        "name": one.name,
        "first_seen": one.first_seen,
        "identifiers_total": one.size,
        "identifiers": [identifier(member) for member in one.members],
    }


def event(one: WholeEvent, sources: Sources) -> dict[str, Any]:
    posted = one.payload.get("posted", {}) if isinstance(one.payload, dict) else {}
    return {
        "event_id": one.event_id,
        "time": one.event_time,
        "source": sources.get(one.source_id),
        "trusted": one.trusted,
        "type": one.type,
        "name": one.name,
        "identifiers": [pair(text) for text in one.identifiers],
        "traits": without_consent(one.traits),
        "properties": posted.get("properties"),
    }


def link(one: PagedLink) -> dict[str, Any]:
    said = one.evidence
    return {
        "a": identifier(one.a),
        "b": identifier(one.b),
        "vouched": said.vouched,
        "held": said.held,
        "words": in_words(said.held),
        "first": {"event_id": said.first.event_id, "time": said.first.time},
        "last": said.last and {"event_id": said.last.event_id, "time": said.last.time},
    }


def held_link(one: HeldOut, ids: Ids) -> dict[str, Any]:
    return {
        "identifier": _node(one.own),
        "other": _node(one.other),
        "other_profile_id": ids[one.other_profile_id],
        "vouched": one.vouched,
        "held": one.held,
        "words": in_words(one.held),
        "first": {"event_id": one.event_id, "time": one.first_seen},
    }


def change(one: Change, ids: Ids) -> dict[str, Any]:
    return {
        "at": one.at,
        "change": one.change,
        "from_profile_id": ids[one.from_profile_id],
        "to_profile_id": ids[one.to_profile_id],
        "identifiers_total": one.moved,
        "identifiers": [pair(text) for text in one.identifiers],
        "cause": one.cause,
        "author": one.author,
        "reason": one.reason,
    }


def feed_change(one: FeedChange, named: Mapping[int, Node], ids: Ids) -> dict[str, Any]:
    return {
        "change": one.change,
        "at": one.at,
        "from_profile_id": ids[one.from_profile_id] if one.from_profile_id is not None else None,
        "to_profile_id": ids[one.to_profile_id],
        "identifiers": [identifier(named[i]) for i in one.identifier_ids if i in named],
        "cause": one.cause,
    }


def profiles_named(changes: Iterable[Change | FeedChange]) -> set[int]:
    both = {i for one in changes for i in (one.from_profile_id, one.to_profile_id)}
    return {i for i in both if i is not None}


def _node(one: Node | None) -> dict[str, Any] | None:
    return identifier(one) if one else None
