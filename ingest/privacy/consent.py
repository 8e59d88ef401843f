"""Takes an event as posted, gives what its person said of consent, in one form.

It is kept with the event's traits under a name of its own, so that it belongs to identifiers as traits do: it follows a
merge and an unmerge, outlives the raw event, and is computed again by a rebuild.
"""

from collections.abc import Mapping
from typing import Any

CONSENT = "$consent"
GENERAL = "general"  # a plain yes or no, without purposes
WORDS = {"granted": True, "denied": False, True: True, False: False}
ABOUT_ITSELF = {"granted", "explicit"}
MOST_PURPOSES = 50
LONGEST_PURPOSE = 100


def stated_consent(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """{"granted": [...], "denied": [...], "whole": bool}, None where nothing was said.

    `whole`: what is not named is denied. A list of purposes is whole; an object says yes or no for each
    that it names. Nobody's decision (`explicit: false`) says nothing.
    """
    context = event.get("context")
    said = context.get("consent") if isinstance(context, dict) else None
    if not isinstance(said, dict) or said.get("explicit") is False:
        return None
    if _word(said.get("granted")) is False:
        return _statement({GENERAL: False}, whole=True)
    purposes, whole = _purposes(said)
    if _word(said.get("granted")) and not purposes:
        purposes = {GENERAL: True}
    return _statement(purposes, whole=whole) if purposes or whole else None


def _purposes(said: Mapping[str, Any]) -> tuple[dict[str, bool], bool]:
    listed = said.get("purposes")
    if isinstance(listed, list):
        return {name: True for name in listed if isinstance(name, str)}, True
    told: dict[str, bool] = {}
    for holder in (said, said.get("categoryPreferences"), listed):
        if isinstance(holder, dict):
            told |= {name: word for name, one in holder.items() if (word := _word(one)) is not None}
    return {name: word for name, word in told.items() if name not in ABOUT_ITSELF}, False


def _word(said: Any) -> bool | None:
    return WORDS.get(said) if isinstance(said, bool | str) else None


def _statement(purposes: Mapping[str, bool], *, whole: bool) -> dict[str, Any]:
    named = {name[:LONGEST_PURPOSE]: word for name, word in list(purposes.items())[:MOST_PURPOSES]}
    return {
        "granted": sorted(name for name, word in named.items() if word),
        "denied": sorted(name for name, word in named.items() if not word),
        "whole": whole,
    }


def with_consent(traits: Any, event: Mapping[str, Any]) -> dict[str, Any]:
    """The traits of an event, with what it says of consent; a trait of that name is not for senders to set."""
    kept = {name: value for name, value in (traits or {}).items() if name != CONSENT}
    said = stated_consent(event)
    return kept if said is None else {**kept, CONSENT: said}


def without_consent(traits: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return {name: value for name, value in traits.items() if name != CONSENT} if traits else None
