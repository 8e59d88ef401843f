"""Takes nothing, gives the examples that stand in the API's description."""

from typing import Any

ADA = "6f1d9c0e-2b7a-4c55-9d0e-3a1f5b8c7d21"
BEN = "b04c1c9e-8f7e-4a31-a1fb-0d6a4be7f3aa"
EMAIL = {"kind": "email", "value": "ada@example.com"}
PHONE = {"kind": "phone", "value": "+442079460958"}
DEVICE = {"kind": "anonymous_id", "value": "ada-phone-6f1c2d"}
AT = "2026-01-31T12:00:00Z"
KNOWN = [{**one, "vouched": True, "standing": "in_play"} for one in (EMAIL, PHONE)]
OF_ADA = {"profile_id": ADA, "merged": False}
SEEN = {"event_id": 1048576, "time": AT}

TRAIT: dict[str, Any] = {
    "name": "city",
    "value": "London",
    "rule": "most_recent",
    "source": "Web shop",
    "time": AT,
    "values_said": 1,
}
FOUND = {**EMAIL, "found": True, "profile_id": ADA}
BATCH = {
    "identifiers": [{"kind": "email", "value": " Ada@Example.com"}, {"kind": "phone", "value": "+44 20 7946 0000"}]
}
BATCH_FOUND = {
    "results": [
        {**FOUND, "reason": None},
        {"kind": "phone", "value": "+442079460000", "found": False, "profile_id": None, "reason": None},
    ]
}
IDENTITY = {**EMAIL, "profile_id": ADA, "identifiers": [EMAIL, PHONE, DEVICE]}
PROFILE = {
    **OF_ADA,
    "name": "Ada Lovelace",
    "first_seen": AT,
    "identifiers_total": 2,
    "identifiers": KNOWN,
    "traits": [TRAIT],
    "consent": [{"purpose": "analytics", "granted": True, "said_at": AT}],
}
SUMMARY = {
    "profile_id": ADA,
    "name": "Ada Lovelace",
    "first_seen": AT,
    "identifiers_total": 2,
    "identifiers": [EMAIL, PHONE],
}
PROFILE_PAGE = {"results": [SUMMARY], "next": "WzQyXQ"}
IDENTIFIER_PAGE = {**OF_ADA, "results": KNOWN, "next": None}
EVENT: dict[str, Any] = {
    "event_id": 1048576,
    "time": AT,
    "source": "Web shop",
    "trusted": True,
    "type": "track",
    "name": "Order completed",
    "identifiers": [EMAIL],
    "traits": None,
    "properties": {"total": 42.5},
}
EVENT_PAGE = {**OF_ADA, "results": [EVENT], "next": None}
TRAITS = {**OF_ADA, "results": [TRAIT]}
LINK: dict[str, Any] = {
    "a": EMAIL, "b": PHONE, "vouched": True, "held": None, "words": "", "first": SEEN, "last": SEEN,
}  # fmt: skip
LINK_PAGE = {**OF_ADA, "results": [LINK], "next": None}
HELD = {
    "identifier": DEVICE,
    "other": {"kind": "user_id", "value": "user-2201"},
    "other_profile_id": BEN,
    "vouched": False,
    "held": "limit user_id",
    "words": "together they would have more values of user id than one person may have",
    "first": SEEN,
}
HELD_PAGE = {**OF_ADA, "results": [HELD], "next": None}
CHANGE: dict[str, Any] = {
    "at": AT,
    "change": "merge",
    "from_profile_id": BEN,
    "to_profile_id": ADA,
    "identifiers_total": 1,
    "identifiers": [PHONE],
    "cause": "event",
    "author": None,
    "reason": None,
}
HISTORY_PAGE = {**OF_ADA, "results": [CHANGE], "next": None}
FEED = {
    "results": [
        {
            "change": "merge", "at": AT, "from_profile_id": BEN, "to_profile_id": ADA, "identifiers": [PHONE],
            "cause": "event",
        },
    ],
    "next": "WzEsMl0",
    "more": False,
}  # fmt: skip


def _tried(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> dict[str, Any]:
    effect = {"before": before, "after": after, "waits_for_second_person": False}
    profiles = [one["profile_id"] for one in after]
    return {"decision_id": None, "state": "dry_run", "profiles": profiles, "effect": effect}


def _side(profile_id: str, fate: str, *identifiers: dict[str, str]) -> dict[str, Any]:
    known = list(identifiers)
    return {"profile_id": profile_id, "fate": fate, "identifiers_total": len(known), "identifiers": known}


MERGE_TRIED = _tried([_side(ADA, "changes", EMAIL), _side(BEN, "goes", PHONE)], [_side(ADA, "changes", EMAIL, PHONE)])
UNMERGE_TRIED = _tried(
    [_side(ADA, "changes", EMAIL, PHONE)],
    [_side(ADA, "changes", EMAIL), _side(BEN, "new", PHONE)],
)
