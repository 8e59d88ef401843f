"""Takes an empty set of rules, gives the kinds and blocked values that every new portal starts with."""

import secrets

from django.db import transaction

from profiles.models import BlockedValue, CircuitBreaker, Kind, ProfileIdKey

KINDS = [
    {"name": "user_id", "rank": 1, "known": True, "limit": 1, "shared_after": None},
    {"name": "email", "rank": 2, "known": True, "limit": 5, "shared_after": 10},
    {"name": "phone", "rank": 3, "known": True, "limit": 5, "shared_after": 10},
    {"name": "anonymous_id", "rank": 9, "known": False, "limit": None, "shared_after": 10},
]
EMPTY_WORDS = (
    r"(null|undefined|none|nil|nan|n/a|unknown|anonymous|guest|void|true|false|\[object object\]"
    r"|-+|0+|-1|%[a-z_]+%|\{\{.*\}\}|\$\{.*\})"
)
# nine times the same digit or more; spelled out, for a reference back to a group takes ten times as long to match
SAME_DIGIT = r"\+?\d{0,3}(" + "|".join(f"{digit}{{9,}}" for digit in range(10)) + ")"
NIL_UUID = "00000000-0000-0000-0000-000000000000"
BLOCKED_VALUES = {
    "email": ["test@test.com", "none@none.com", "noemail@noemail.com", "no@email.com", "null@null.com"],
}
BLOCKED_PATTERNS = {
    "user_id": [EMPTY_WORDS, NIL_UUID],
    "anonymous_id": [EMPTY_WORDS, NIL_UUID],
    "email": [r"(noreply|no-reply|donotreply|do-not-reply)@.*"],
    "phone": [r"\+?0+", SAME_DIGIT],
}


@transaction.atomic
def ensure_first_rules() -> None:
    """Does nothing where there are rules already: whoever changed them is not overruled by an upgrade."""
    CircuitBreaker.objects.get_or_create(circuit_breaker_id=1)
    if not ProfileIdKey.objects.exists():
        ProfileIdKey.objects.create(key=secrets.token_bytes(16))
    if Kind.objects.exists():
        return
    kinds = {row["name"]: Kind.objects.create(**row) for row in KINDS}
    BlockedValue.objects.bulk_create(
        [BlockedValue(kind=kinds[kind], value=value) for kind, values in BLOCKED_VALUES.items() for value in values]
        + [BlockedValue(kind=kinds[kind], pattern=p) for kind, patterns in BLOCKED_PATTERNS.items() for p in patterns]
    )
