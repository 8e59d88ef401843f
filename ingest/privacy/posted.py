"""Takes an event as posted, gives it with some of its identifiers changed or taken out, wherever they stand in it."""

from collections.abc import Callable, Mapping
from typing import Any

from lambdas.event import FIELDS, TRAITS, kind_name
from lambdas.transform.normalise import Unusable, normalise_identifier

# What becomes of a normalised value of a kind: another value, or None to take it out.
Change = Callable[[str, str], str | None]


def changed_event(posted: Any, change: Change) -> Any:
    if not isinstance(posted, dict):
        return posted
    event = _changed(posted, change, FIELDS)
    stated, traits = event.get("identifiers"), event.get("traits")
    if isinstance(stated, dict):
        event["identifiers"] = _changed(stated, change, tuple(stated))
    if isinstance(traits, dict):
        event["traits"] = _changed(traits, change, TRAITS)
    if "previousId" in event:
        previous = event.pop("previousId")
        kept = _value("user_id", _value("anonymous_id", previous, change), change)
        event |= {} if kept is None else {"previousId": kept}
    return event


def changed_envelope(envelope: Any, change: Change) -> Any:
    if not isinstance(envelope, dict) or not isinstance(envelope.get("events"), list):
        return envelope
    return {**envelope, "events": [changed_event(event, change) for event in envelope["events"]]}


def _changed(fields: Mapping[str, Any], change: Change, names: tuple[str, ...]) -> dict[str, Any]:
    changed = {name: _values(name, fields[name], change) for name in names if fields.get(name) is not None}
    return {**{k: v for k, v in fields.items() if changed.get(k, v) is not None}, **_there(changed)}


def _there(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _values(name: str, stated: Any, change: Change) -> Any:
    kind = kind_name(name)
    if not isinstance(stated, list):
        return _value(kind, stated, change)
    return [kept for one in stated if (kept := _value(kind, one, change)) is not None]


def _value(kind: str, stated: Any, change: Change) -> Any:
    """Unusable values are asked about as they stand: they may be a person's all the same."""
    if stated is None:
        return None
    try:
        value = normalise_identifier(kind, stated).value
    except Unusable:
        value = str(stated)
    kept = change(kind, value)
    return stated if kept == value else kept
