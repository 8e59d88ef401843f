"""Takes the rules before and after, whole, gives what differs between them, in words that people can check."""

from dataclasses import dataclass
from typing import Any

from profiles.rules.rules import FIELDS, HASHED


@dataclass(frozen=True)
class FieldDifference:
    field: str
    was: str  # "" for a new kind
    now: str


@dataclass(frozen=True)
class KindDifference:
    kind: str
    new: bool
    fields: list[FieldDifference]

    @property
    def summary(self) -> str:
        if self.new:
            return f"new kind {self.kind}"
        return f"{self.kind}: {', '.join(f'rank {f.now}' if f.field == 'rank' else f.now for f in self.fields)}"


@dataclass(frozen=True)
class Blocked:
    """A blocked value or pattern as a page shows it."""

    kind: str
    text: str
    is_pattern: bool


@dataclass(frozen=True)
class Difference:
    kinds: list[KindDifference]
    blocked: list[Blocked]
    unblocked: list[Blocked]
    trust: str = ""  # a source that is trusted from then on, or no more: such changes stand in the same history

    def __len__(self) -> int:
        return len(self.kinds) + len(self.blocked) + len(self.unblocked) + bool(self.trust)

    @property
    def summary(self) -> str:
        """In one line, for a list."""
        parts = [kind.summary for kind in self.kinds]
        parts += [_summary(self.blocked, "blocked")] if self.blocked else []
        parts += [_summary(self.unblocked, "blocked no more")] if self.unblocked else []
        return "; ".join([*parts, self.trust] if self.trust else parts)


def difference(before: dict[str, Any], after: dict[str, Any]) -> Difference:
    was, now = ({repr(entry): entry for entry in rules["blocked"]} for rules in (before, after))
    return Difference(
        kinds=[
            KindDifference(name, name not in before["kinds"], fields)
            for name, rules in after["kinds"].items()
            if (fields := _field_differences(before["kinds"].get(name), rules))
        ],
        blocked=[shown(entry) for key, entry in now.items() if key not in was],
        unblocked=[shown(entry) for key, entry in was.items() if key not in now],
        trust=_trust(after.get("trust")),
    )


def shown(entry: list[Any]) -> Blocked:
    kind, value = entry
    return Blocked(kind, value if isinstance(value, str) else value["pattern"], not isinstance(value, str))


def in_words(field: str, value: Any) -> str:
    """What a field of a kind's rules means at this value."""
    if field == "known":
        return "names a person" if value else "names only a browser or device"
    if field == "limit":
        return "any number in one profile" if value is None else f"at most {value} in one profile"
    if field == "shared_after":
        return "never counts as shared" if value is None else f"shared beyond {value}"
    if field == HASHED:
        return "kept as keyed hashes only" if value else "kept as they are"
    return str(value)


def _summary(entries: list[Blocked], what: str) -> str:
    if len(entries) == 1:
        return f"{entries[0].kind} {entries[0].text} {what}"
    return f"{len(entries)} values {what}"


def _trust(trust: dict[str, Any] | None) -> str:
    if trust is None:
        return ""
    return f"Source {trust['source']} is trusted{'' if trust['trusted'] else ' no more'}"


def _field_differences(was: dict[str, Any] | None, now: dict[str, Any]) -> list[FieldDifference]:
    return [
        FieldDifference(field, "" if was is None else in_words(field, was.get(field)), in_words(field, now.get(field)))
        for field in (*FIELDS, HASHED)
        if (was is None and field in now) or (was is not None and was.get(field) != now.get(field))
    ]
