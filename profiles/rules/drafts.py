"""Takes edits of the rules, gives a draft: what is to differ from the rules in force. Nothing of it is in force yet."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from ingest.announcement import announce_landing
from ingest.privacy.hashed import asked_identifier
from lambdas.transform.normalise import Unusable
from profiles.models import RuleChange
from profiles.rules.rules import FIELDS, apply_rules, checked_rules, current_rules

APPLY_SECONDS = 30
UNUSABLE = {
    "not_an_email": "is no email address",
    "not_a_phone": "is no phone number; write it with its country code",
    "too_long": "is longer than an identifier can be",
}
Entry = list[Any]  # [kind, value] or [kind, {"pattern": …}], as in the rules


class RulesChanged(Exception):
    """Somebody else changed the rules after the draft was begun."""


class TooLarge(Exception):
    """What the change touches can't be queued in the time that a page may take; a command has all it needs."""


@dataclass(frozen=True)
class Draft:
    """Edits, apart from the rules they are laid over: so they outlast somebody else's change of other rules."""

    based_on: int  # the version of the rules that its author saw
    kinds: dict[str, dict[str, Any]] = field(default_factory=dict)  # only the fields that are to differ
    block: list[Entry] = field(default_factory=list)
    unblock: list[Entry] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.kinds or self.block or self.unblock)

    @property
    def fingerprint(self) -> str:
        """Tells whether what is applied is what was looked at."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]

    def overlay(self) -> dict[str, Any]:
        """The rules to apply, as a file for `manage.py rules apply` has them."""
        if not (self.block or self.unblock):
            return {"kinds": self.kinds}
        gone = {repr(entry) for entry in self.unblock}
        standing = current_rules()["blocked"]
        blocked = {repr(entry): entry for entry in [*standing, *self.block] if repr(entry) not in gone}
        return {"kinds": self.kinds, "blocked": list(blocked.values())}


def rules_version() -> int:
    """The last change of kinds or blocked values. A source's trust stands in the same history and is none of them."""
    return RuleChange.objects.exclude(after__has_key="trust").order_by("-pk").values_list("pk", flat=True).first() or 0


def changes_since(version: int) -> list[RuleChange]:
    return list(RuleChange.objects.filter(pk__gt=version).exclude(after__has_key="trust").order_by("pk"))


def rules_at(version: int) -> dict[str, Any]:
    """The rules that were in force then."""
    later = changes_since(version)
    return dict(later[0].before) if later else current_rules()


def with_kind(draft: Draft, *, name: str, fields: dict[str, Any], version: int) -> Draft:
    """The kind's fields as somebody wants them who saw that version of the rules. Raises ValidationError.

    Only what differs from what they saw is theirs: a field that somebody else changed meanwhile stays as it is.
    """
    seen = rules_at(version)["kinds"].get(name)
    wanted = fields if seen is None else {f: fields[f] for f in FIELDS if fields[f] != seen[f]}
    kinds = {other: of_other for other, of_other in draft.kinds.items() if other != name}
    based_on = min(draft.based_on, version)
    return _checked(replace(draft, based_on=based_on, kinds=kinds | ({name: wanted} if wanted else {})))


def new_kind(draft: Draft, *, name: str, fields: dict[str, Any]) -> Draft:
    if name in current_rules()["kinds"] or name in draft.kinds:
        raise ValidationError(f"{name!r}: there is a kind of this name already")
    return with_kind(draft, name=name, fields=fields, version=rules_version())


def with_blocked(draft: Draft, *, kind: str, texts: Iterable[str], patterns: bool) -> Draft:
    """Block these too. Values are normalised: nothing else ever equals an identifier. Raises ValidationError."""
    errors: list[str] = []
    entries = [[kind, {"pattern": text}] if patterns else [kind, _value(kind, text, errors)] for text in texts]
    if errors or not entries:
        raise ValidationError(errors or ["write at least one, each on its own line"])
    kept = {repr(entry) for entry in entries}
    standing = {repr(entry) for entry in current_rules()["blocked"]}
    block = {repr(entry): entry for entry in [*draft.block, *entries] if repr(entry) not in standing}
    unblock = [entry for entry in draft.unblock if repr(entry) not in kept]
    return _checked(replace(draft, block=list(block.values()), unblock=unblock))


def without_blocked(draft: Draft, entry: Entry) -> Draft:
    """Block this no more; one that only the draft blocks just leaves it."""
    if entry in draft.block:
        return replace(draft, block=[other for other in draft.block if other != entry])
    if entry not in current_rules()["blocked"]:
        return draft
    return replace(draft, unblock=[*(other for other in draft.unblock if other != entry), entry])


def leave_out(draft: Draft, *, kind: str = "", entry: Entry | None = None) -> Draft:
    """One edit less."""
    return replace(
        draft,
        kinds={name: fields for name, fields in draft.kinds.items() if name != kind},
        block=[other for other in draft.block if other != entry and not (kind and other[0] == kind and _is_new(kind))],
        unblock=[other for other in draft.unblock if other != entry],
    )


def _is_new(kind: str) -> bool:
    return kind not in current_rules()["kinds"]


def draft_of(rules: dict[str, Any]) -> Draft:
    """The draft that puts former rules in force again. Kinds they don't have stay: a kind is never removed."""
    now = current_rules()
    kinds = {
        name: {f: fields[f] for f in FIELDS if fields[f] != now["kinds"].get(name, {}).get(f, ...)}
        for name, fields in rules["kinds"].items()
    }
    return Draft(
        based_on=rules_version(),
        kinds={name: fields for name, fields in kinds.items() if fields},
        block=[entry for entry in rules["blocked"] if entry not in now["blocked"]],
        unblock=[entry for entry in now["blocked"] if entry not in rules["blocked"]],
    )


def kinds_that_stay(rules: dict[str, Any]) -> list[str]:
    """Kinds in force that former rules don't have."""
    return [name for name in current_rules()["kinds"] if name not in rules["kinds"]]


def apply_draft(draft: Draft, *, author: str) -> RuleChange | None:
    """Put the draft in force and have what it touches resolved in the background; None: it is in force already.

    Raises RulesChanged, TooLarge and ValidationError; then nothing has changed.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{APPLY_SECONDS}s"])
            cursor.execute("SELECT engine_lock()")  # nobody changes the rules between the comparison and ours
            if rules_version() != draft.based_on:
                raise RulesChanged
            change = apply_rules(draft.overlay(), author=author)
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooLarge from error
        raise
    transaction.on_commit(announce_landing)  # whoever resolves what landed resolves this too
    return change


def _checked(draft: Draft) -> Draft:
    checked_rules(draft.overlay())
    return draft


def _value(kind: str, text: str, errors: list[str]) -> str:
    try:
        return asked_identifier(kind, text).value
    except Unusable as error:
        errors.append(f"“{text}” {UNUSABLE.get(error.reason, 'can be no identifier')}")
        return text
