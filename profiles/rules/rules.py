"""Takes rules as code, gives rules in force: what they touch is queued and resolved again in the background."""

import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, connection, transaction

from ingest.models import HashedKind
from ingest.privacy.hashed import forget_hashed_kinds
from profiles.models import KIND_NAME, BlockedValue, Identifier, Kind, Reconsideration, RuleChange, UndefinedKind

FIELDS = ("rank", "known", "limit", "shared_after")
HASHED = "hashed"


def current_rules() -> dict[str, Any]:
    """`{"kinds": {name: {rank, known, limit, shared_after}}, "blocked": [[kind, value] or [kind, {"pattern": …}]]}`."""
    kinds = Kind.objects.order_by("rank", "name")
    blocked = BlockedValue.objects.select_related("kind").order_by("kind__name", "value", "pattern")
    return {
        "kinds": {kind.name: _fields(kind) for kind in kinds},
        "blocked": [[b.kind.name, b.value or {"pattern": b.pattern}] for b in blocked],
    }


def _fields(kind: Kind) -> dict[str, Any]:
    """`hashed` stands there only where it is true."""
    return {field: getattr(kind, field) for field in FIELDS} | ({HASHED: True} if kind.hashed else {})


def checked_rules(rules: object) -> dict[str, Any]:
    """The rules in force with these laid over them, whole.

    Kinds and fields left out stay as they are; a list of blocked values replaces the one there is. Raises
    ValidationError with everything that is wrong.
    """
    current = current_rules()
    if not isinstance(rules, dict) or not set(rules) <= {"kinds", "blocked"}:
        raise ValidationError('rules are an object with "kinds" and "blocked"')
    errors: list[str] = []
    kinds = dict(current["kinds"])
    for name, fields in (rules.get("kinds") or {}).items():
        kinds[name] = _checked_kind(name, fields, kinds.get(name), errors)
    blocked = current["blocked"]
    if "blocked" in rules:
        blocked = [_checked_blocked(entry, kinds, errors) for entry in rules["blocked"]]
    if errors:
        raise ValidationError(errors)
    return {"kinds": kinds, "blocked": blocked}


def _checked_kind(name: str, fields: object, current: dict[str, Any] | None, errors: list[str]) -> dict[str, Any]:
    if not re.fullmatch(KIND_NAME.regex, name):
        errors.append(f"{name!r}: {KIND_NAME.message}")
    if not isinstance(fields, dict) or not set(fields) <= {*FIELDS, HASHED}:
        errors.append(f"{name}: fields are {', '.join(FIELDS)}, {HASHED}")
        return {}
    kind = {"limit": None, "shared_after": None} | (current or {}) | fields
    if missing := [field for field in ("rank", "known") if field not in kind]:
        errors.append(f"{name}: a new kind needs {' and '.join(missing)}")
        return kind
    if kind.get(HASHED) not in (None, True, False):
        errors.append(f"{name}: hashed is true or false")
    elif bool(kind.get(HASHED)) != bool((current or {}).get(HASHED)) and _has_values(name):
        errors.append(f"{name}: hashed can't be changed any more, values of it have landed")
    if not kind.get(HASHED):
        kind.pop(HASHED, None)
    if not _is_count(kind["rank"]) or kind["rank"] > 1000:
        errors.append(f"{name}: rank is a whole number from 1 to 1000")
    if not isinstance(kind["known"], bool):
        errors.append(f"{name}: known is true or false")
    errors += [
        f"{name}: {field} is a whole number from 1, or null"
        for field in ("limit", "shared_after")
        if kind[field] is not None and not _is_count(kind[field])
    ]
    return kind


def _has_values(name: str) -> bool:
    return Identifier.objects.filter(kind__name=name).exists() or UndefinedKind.objects.filter(kind=name).exists()


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value < 2**31


def _checked_blocked(entry: object, kinds: dict[str, Any], errors: list[str]) -> list[Any]:
    if not (isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str)):
        errors.append(f'blocked: {entry!r} is not ["kind", "value"] or ["kind", {{"pattern": "…"}}]')
        return ["", ""]
    kind, value = entry
    if kind not in kinds:
        errors.append(f"blocked: no kind is called {kind!r}")
    pattern = value.get("pattern") if isinstance(value, dict) and set(value) == {"pattern"} else None
    if pattern is None and not (isinstance(value, str) and value):
        errors.append(f"blocked: {value!r} is neither a value nor a pattern")
    if pattern is not None and not _is_pattern(pattern):
        errors.append(f"blocked: {pattern!r} is not a regular expression that PostgreSQL understands")
    return entry


def _is_pattern(pattern: object) -> bool:
    if not isinstance(pattern, str) or not pattern:
        return False
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # By itself too: "a)|(b" is none, but would close the brackets it is put in and match anywhere.
            cursor.execute("SELECT '' ~* %s, '' ~* %s", [pattern, f"^(?:{pattern})$"])
    except DataError:
        return False
    return True


@transaction.atomic
def apply_rules(rules: object, *, author: str) -> RuleChange | None:
    """Put the rules in force and queue what they touch; None: they are in force already. Raises ValidationError.

    Whoever resolves next (`resolve_pending`) takes up the queue.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT engine_lock()")
    before, after = current_rules(), checked_rules(rules)
    if _comparable(before) == _comparable(after):
        return None
    for name, fields in after["kinds"].items():
        Kind.objects.update_or_create(name=name, defaults={HASHED: False, **fields})
    _tell_landing(name for name, fields in after["kinds"].items() if fields.get(HASHED))
    if _comparable(before)[1] != _comparable(after)[1]:
        _replace_blocked(after["blocked"])
    change = RuleChange.objects.create(author=author, before=before, after=after)
    with connection.cursor() as cursor:
        cursor.execute("SELECT queue_reconsiderations(%s)", [change.pk])
    return change


def _tell_landing(hashed: Iterable[str]) -> None:
    HashedKind.objects.all().delete()
    HashedKind.objects.bulk_create([HashedKind(kind=name) for name in hashed])
    forget_hashed_kinds()


def _comparable(rules: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    return rules["kinds"], {repr(entry) for entry in rules["blocked"]}


def _replace_blocked(blocked: list[list[Any]]) -> None:
    kinds = {kind.name: kind for kind in Kind.objects.all()}
    BlockedValue.objects.all().delete()
    BlockedValue.objects.bulk_create(
        [
            BlockedValue(
                kind=kinds[kind],
                value=value if isinstance(value, str) else "",
                pattern="" if isinstance(value, str) else value["pattern"],
            )
            for kind, value in blocked
        ],
        ignore_conflicts=True,
    )


def waiting_reconsiderations() -> int:
    """How many identifiers rule changes have touched that have not been taken up yet."""
    return Reconsideration.objects.count()
