import secrets

from django.db import migrations

KINDS = [
    {"name": "user_id", "rank": 1, "known": True, "limit": 1, "shared_after": None},
    {"name": "email", "rank": 2, "known": True, "limit": 5, "shared_after": 10},
    {"name": "phone", "rank": 3, "known": True, "limit": 5, "shared_after": 10},
    {"name": "anonymous_id", "rank": 9, "known": False, "limit": None, "shared_after": 10},
]
EMPTY_WORDS = r"(null|undefined|none|nil|nan|n/a|unknown|anonymous|guest|void|true|false|\[object object\]|-+|0+|-1|%[a-z_]+%|\{\{.*\}\}|\$\{.*\})"
NIL_UUID = "00000000-0000-0000-0000-000000000000"
BLOCKED_VALUES = {
    "email": ["test@test.com", "none@none.com", "noemail@noemail.com", "no@email.com", "null@null.com"],
}
BLOCKED_PATTERNS = {
    "user_id": [EMPTY_WORDS, NIL_UUID],
    "anonymous_id": [EMPTY_WORDS, NIL_UUID],
    "email": [r"(noreply|no-reply|donotreply|do-not-reply)@.*"],
    "phone": [r"\+?0+", r"\+?\d{0,3}(\d)\1{8,}"],
}


def create(apps, schema_editor):
    kinds = {row["name"]: apps.get_model("profiles", "Kind").objects.create(**row) for row in KINDS}
    blocked = apps.get_model("profiles", "BlockedValue")
    blocked.objects.bulk_create(
        [blocked(kind=kinds[kind], value=value) for kind, values in BLOCKED_VALUES.items() for value in values]
        + [blocked(kind=kinds[kind], pattern=p) for kind, patterns in BLOCKED_PATTERNS.items() for p in patterns]
    )
    apps.get_model("profiles", "ProfileIdKey").objects.create(key=secrets.token_bytes(16))


class Migration(migrations.Migration):
    dependencies = [("profiles", "0001_engine")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
